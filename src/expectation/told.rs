//! Which failures say nothing new: what they follow from is told already.

use super::{ExpectationTree, Judgement, Reason, Verdict};

/// The failing constraint that tells why the one at `index` does not hold, where that is another one. Without any span it is the first of the test; where no
/// span has the name that a block asks for, it is that name.
pub fn told_by(tree: &ExpectationTree, judgement: &Judgement, index: usize) -> Option<usize> {
    let verdict = |index: usize| judgement.verdicts.get(index).map(|it| &it.verdict);
    let teller = match verdict(index)? {
        Verdict::Undecided(Reason::NoSpans) => judgement.failures().next(),
        Verdict::Undecided(Reason::NoCandidate) => {
            let block = tree.blocks.get(tree.constraints.get(index)?.block)?;
            block.constraints.clone().find(|&other| verdict(other) == Some(&Verdict::Fails))
        }
        _ => None,
    };
    teller.filter(|teller| *teller != index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{AnalysisOptions, Analyzer};
    use crate::expectation::{Reception, judge};
    use crate::template::SourceFile;
    use crate::trace::Completeness;
    use crate::trace::read::{Collector, SpanReader};

    const TEST: &str = "[meta]\nname = \"t\"\nversion = \"1\"\n[[expect.span]]\nname = \"pay\"\nkind = \"server\"\n\
                        [[expect.span]]\nname = \"ship\"\nkind = \"client\"\nattrs.all = { \"a\" = \"b\" }\n\
                        [expect.counts]\nerrors_total = 1\n";

    /// The failing constraints, each with the one that tells why.
    fn told(spans: &str) -> Vec<(String, Option<String>)> {
        let document = SourceFile { name: "t.clnrm.toml".to_owned(), path: None, text: TEST.into() };
        let analysis = Analyzer::default().analyze(&document, &AnalysisOptions::default());
        let tree = ExpectationTree::new(&analysis.config);
        let mut reader = SpanReader::new(Collector::default());
        reader.read(spans.as_bytes(), "spans");
        let (trace, _) = reader.into_sink().into_trace();
        let judgement = judge(&tree, &trace, &Reception::of(Completeness::proved("exit")));
        let path = |index: usize| tree.constraints[index].path.to_string();
        judgement.failures().map(|index| (path(index), told_by(&tree, &judgement, index).map(path))).collect()
    }

    fn pair(path: &str, teller: Option<&str>) -> (String, Option<String>) {
        (path.to_owned(), teller.map(str::to_owned))
    }

    #[test]
    fn without_spans_the_first_expectation_tells_why() {
        let told = told("");
        assert_eq!(told[0], pair("expect.span[0].name", None));
        assert_eq!(told.len(), 6);
        assert!(told[1..].iter().all(|(_, teller)| teller.as_deref() == Some("expect.span[0].name")), "{told:?}");
    }

    #[test]
    fn where_no_span_has_the_name_the_rest_of_the_block_follows_and_nothing_else_does() {
        let told = told("{\"name\":\"pay\",\"trace_id\":\"t\",\"span_id\":\"1\",\"kind\":\"client\"}");
        let expected = [
            pair("expect.span[0].kind", None),
            pair("expect.span[1].name", None),
            pair("expect.span[1].kind", Some("expect.span[1].name")),
            pair("expect.span[1].attrs.all.a", Some("expect.span[1].name")),
            pair("expect.counts.errors_total.eq", None),
        ];
        assert_eq!(told, expected);
    }
}
