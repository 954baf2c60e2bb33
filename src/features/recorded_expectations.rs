//! From a recorded trace to the expectations that a test lacks, as text that is added at its end: formatted, with the test's own
//! variables where values are theirs, and proved: the test then expects what it did before and what was recorded, nothing else.

use thiserror::Error;

use crate::analysis::Analysis;
use crate::expectation::ExpectationTree;
use crate::expectation::diff::Expectation;
use crate::expectation::record::{Entry, Quote, compose, entries, missing};
use crate::formatting::{FormatOptions, Formatter};
use crate::template::variables::VariableOrigin;
use crate::template::{ReadingMode, SourceFile};
use crate::trace::Trace;

/// What a trace has and a test does not expect.
#[derive(Clone, Debug)]
pub struct Recorded {
    entries: Vec<Entry>,
    /// The expectations as text.
    pub text: String,
}

/// Why expectations can't be added to a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a table of these stands in the test already")]
pub struct InTheWay;

impl Recorded {
    /// What `trace` has; `test` is what is expected already. `None`: it expects all of it.
    pub fn new(trace: &Trace, test: Option<(&Analysis, &ExpectationTree)>) -> Option<Self> {
        let mut entries = entries(trace);
        let mut quote = Quote::default();
        if let Some((analysis, tree)) = test {
            entries = missing(entries, tree);
            quote = quote_of(analysis);
        }
        let text = (!entries.is_empty()).then(|| formatted(&compose(&entries, &quote)))?;
        Some(Self { entries, text })
    }

    /// The test with the expectations at its end. `read` says what a text of the test expects.
    ///
    /// # Errors
    /// The test would then expect something else than both together.
    pub fn added_to(
        &self,
        text: &str,
        tree: &ExpectationTree,
        read: impl FnOnce(&str) -> Option<ExpectationTree>,
    ) -> Result<String, InTheWay> {
        let gap = match text {
            "" => "",
            _ if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let after = format!("{text}{gap}{}", self.text);
        let meanings = |expectations: &[Expectation]| {
            let mut meanings: Vec<String> = expectations.iter().map(|it| format!("{:?}", it.meaning())).collect();
            meanings.sort_unstable();
            meanings
        };
        let recorded = self.entries.iter().flat_map(Entry::expectations);
        let wanted: Vec<Expectation> = Expectation::of(tree).into_iter().chain(recorded).collect();
        let fits = read(&after).is_some_and(|got| meanings(&Expectation::of(&got)) == meanings(&wanted));
        if fits { Ok(after) } else { Err(InTheWay) }
    }
}

/// The texts that variables of the file hold, where expressions are rendered.
fn quote_of(analysis: &Analysis) -> Quote {
    let Some(document) = analysis.files.first().filter(|_| analysis.mode == ReadingMode::Rendered) else {
        return Quote::default();
    };
    let variables = analysis.sources.variables(&document.text);
    let of_file = |name: &&str| matches!(variables.origin(name), Some(VariableOrigin::File(_)));
    // `vars.image` tells more than `image`, and both are names of the same.
    let spelled = |name: &str| match format!("vars.{name}") {
        longer if variables.get(&longer).is_some() => longer,
        _ => name.to_owned(),
    };
    let named =
        variables.names().filter(of_file).filter_map(|name| Some((spelled(name), variables.get(name)?.as_str()?)));
    let named: Vec<(String, &str)> = named.collect();
    Quote::with_variables(named.iter().map(|(name, value)| (name.as_str(), *value)))
}

fn formatted(text: &str) -> String {
    let document = SourceFile { name: "recorded.clnrm.toml".to_owned(), path: None, text: text.into() };
    let options = FormatOptions::default();
    Formatter { options: &options, surroundings: None }.format(&document).apply(text)
}
