//! Two parents for the one span of a name.

use std::collections::HashMap;

use crate::text::Span;
use crate::validation::expectations::{PairList, example, is_pattern, is_required, sets, single_names};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "parent-contradiction",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "one single span is expected under two different parents",
    explanation: "A span has one parent. Where `by_name` allows only one span of a name, blocks and edges that put it under two \
                  different parents can't all hold. Without that bound they could be two spans, and nothing is reported.",
    wrong: example!(
        "[expect.graph]\nmust_include = [[\"run\", \"step\"], [\"setup\", \"step\"]]\n\n\
         [expect.counts]\nby_name = { \"step\" = { eq = 1 } }\n"
    ),
    right: example!(
        "[expect.graph]\nmust_include = [[\"run\", \"step\"], [\"run\", \"setup\"]]\n\n\
         [expect.counts]\nby_name = { \"step\" = { eq = 1 } }\n"
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let single = single_names(set);
        if single.is_empty() {
            continue;
        }
        let blocks = set.spans.iter().filter(|block| is_required(block)).filter_map(|block| {
            let parent = block.parent.as_ref()?;
            Some((parent.known()?, block.name.as_ref()?.known()?, parent.span))
        });
        let edges = set.pairs().filter(|(list, _)| *list == PairList::MustInclude);
        let edges = edges.filter_map(|(_, pair)| pair.known().map(|(parent, child)| (parent, child, pair.span)));
        let mut parents: HashMap<&str, (&str, Span)> = HashMap::new();
        for (parent, child, place) in blocks.chain(edges) {
            let Some(&single_place) = single.get(child) else { continue };
            if is_pattern(parent) {
                continue;
            }
            let (first, first_place) = *parents.entry(child).or_insert((parent, place));
            if first != parent {
                findings.push(
                    Finding::new(
                        &RULE,
                        place,
                        format!("the one span `{child}` can't have the parent `{parent}` and the parent `{first}`"),
                    )
                    .help("drop one of the parents, or allow more than one such span")
                    .related(first_place, "the other parent")
                    .related(single_place, "only one such span is allowed here"),
                );
            }
        }
    }
}
