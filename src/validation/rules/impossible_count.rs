//! `by_name = { "run" = { eq = 0 } }` beside a block that requires `run`.

use crate::config::model::SpanExpectation;
use crate::text::Span;
use crate::validation::expectations::{
    ExpectationSet, clashes, example, greatest, is_bare, is_required, kind_named, kind_of, needs, sets,
};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "impossible-count",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "a count of zero for a span that must exist",
    explanation: "`eq = 0` and `lte = 0` say that no such span may exist. Blocks, parents, edges, orders, windows and minimums need \
                  their spans. A test that asks for both can never pass.",
    wrong: example!(
        "[[expect.span]]\nname = \"clnrm.run\"\nkind = \"internal\"\n\n\
         [expect.counts]\nby_name = { \"clnrm.run\" = { eq = 0 } }\n"
    ),
    right: example!(
        "[[expect.span]]\nname = \"clnrm.run\"\nkind = \"internal\"\n\n\
         [expect.counts]\nby_name = { \"clnrm.run\" = { eq = 1 } }\n"
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let mut names: Vec<&str> = Vec::new();
        let mut places: Vec<Span> = Vec::new();
        let counted = set.counts.into_iter().flat_map(|counts| &counts.by_name);
        let counted = counted.filter_map(|entry| Some((entry.key.known()?, &entry.value)));
        let blocks = set.spans.iter().filter(|block| is_bare(block));
        let blocks = blocks.filter_map(|block| Some((block.name.as_ref()?.known()?, block.count.as_ref()?)));
        for (name, bound) in counted.chain(blocks) {
            if let (Some(0), Some(zero)) = (greatest(bound), bound.eq.or(bound.lte)) {
                names.push(name);
                places.push(zero.span);
            }
        }
        for clash in clashes(&names, set) {
            let name = clash.need.name;
            findings.push(
                Finding::new(
                    &RULE,
                    places[clash.forbidden],
                    format!("no span `{name}` may exist, but one is required"),
                )
                .help("allow at least one, or drop what requires it")
                .related(clash.need.span, clash.need.kind.describe()),
            );
        }
        check_kinds(set, findings);
        let total = set.counts.and_then(|counts| counts.spans_total.as_ref());
        if let Some(total) = total.filter(|total| greatest(total) == Some(0))
            && let (Some(zero), Some(need)) = (total.eq.or(total.lte), needs(set).next())
        {
            findings.push(
                Finding::new(&RULE, zero.span, format!("no span at all may exist, but `{}` is required", need.name))
                    .help("allow at least one, or drop what requires it")
                    .related(need.span, need.kind.describe()),
            );
        }
    }
}

/// Kinds of which no span may exist although a block requires one.
fn check_kinds(set: ExpectationSet<'_>, findings: &mut Findings) {
    for entry in set.counts.into_iter().flat_map(|counts| &counts.by_kind) {
        let Some(kind) = entry.key.known().and_then(kind_named) else { continue };
        let (Some(0), Some(zero)) = (greatest(&entry.value), entry.value.eq.or(entry.value.lte)) else { continue };
        let asked =
            |block: &&SpanExpectation| block.kind.as_ref().and_then(kind_of) == Some(kind) && is_required(block);
        let Some(place) = set.spans.iter().find(asked).and_then(|block| block.kind.as_ref()) else { continue };
        findings.push(
            Finding::new(&RULE, zero.span, format!("no span of kind `{kind}` may exist, but one is required"))
                .help("allow at least one, or drop what requires it")
                .related(place.span(), "this block requires one"),
        );
    }
}
