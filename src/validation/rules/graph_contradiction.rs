//! The same pair in `must_include` and `must_not_cross`.

use std::collections::HashMap;

use crate::text::Span;
use crate::validation::expectations::{example, is_required, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "graph-contradiction",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "an edge between two spans is both required and forbidden",
    explanation: "`must_include` (and the `parent` of a block) requires an edge from parent to child; `must_not_cross` forbids any \
                  edge between its two spans, in both directions. A pair that stands in both can't hold.",
    wrong: example!("[expect.graph]\nmust_include = [[\"run\", \"step\"]]\nmust_not_cross = [[\"run\", \"step\"]]\n"),
    right: example!(
        "[expect.graph]\nmust_include = [[\"run\", \"step\"]]\nmust_not_cross = [[\"step\", \"cleanup\"]]\n"
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let Some(graph) = set.graph.filter(|graph| !graph.must_not_cross.is_empty()) else { continue };
        let mut required: HashMap<(&str, &str), (Span, &str)> = HashMap::new();
        for pair in &graph.must_include {
            if let Some(edge) = pair.known() {
                required.entry(edge).or_insert((pair.span, "`must_include`"));
            }
        }
        for block in set.spans.iter().filter(|block| is_required(block)) {
            let (Some(name), Some(parent)) = (&block.name, &block.parent) else { continue };
            if let (Some(name), Some(known)) = (name.known(), parent.known()) {
                required.entry((known, name)).or_insert((parent.span, "`parent`"));
            }
        }
        for pair in &graph.must_not_cross {
            let Some((first, second)) = pair.known() else { continue };
            let found = required.get(&(first, second)).map(|place| (place, first, second));
            let found = found.or_else(|| required.get(&(second, first)).map(|place| (place, second, first)));
            let Some((&(place, by), parent, child)) = found else { continue };
            findings.push(
                Finding::new(
                    &RULE,
                    pair.span,
                    format!("`must_not_cross` forbids the edge from `{parent}` to `{child}`, which {by} requires"),
                )
                .help("drop one of the two; `must_not_cross` forbids an edge in both directions")
                .related(place, "required here"),
            );
        }
    }
}
