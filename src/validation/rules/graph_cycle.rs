//! `must_include = [["a", "b"], ["b", "a"]]` with `acyclic = true`.

use crate::config::model::NamePair;
use crate::validation::expectations::{cycle_path, cycles, example, is_pattern, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "graph-cycle",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "the edges of `must_include` form a cycle although `acyclic = true`",
    explanation: "`must_include` asks for edges from parent to child, `acyclic = true` forbids cycles of them. Edges that lead \
                  back to where they started ask for both at once.\n\nEach pair that closes a cycle is reported with the way \
                  round it. Drop or turn one pair of each cycle. Pairs with patterns are not judged, as they may hold for \
                  different spans.",
    wrong: example!("[expect.graph]\nmust_include = [[\"run\", \"step\"], [\"step\", \"run\"]]\nacyclic = true\n"),
    right: example!("[expect.graph]\nmust_include = [[\"run\", \"step\"]]\nacyclic = true\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let Some(graph) = set.graph else { continue };
        let Some(acyclic) = graph.acyclic.filter(|acyclic| acyclic.value) else { continue };
        let literal =
            |pair: &'_ NamePair| pair.known().is_some_and(|(parent, child)| !is_pattern(parent) && !is_pattern(child));
        let places: Vec<&NamePair> = graph.must_include.iter().filter(|pair| literal(pair)).collect();
        let pairs: Vec<(&str, &str)> = places.iter().filter_map(|pair| pair.known()).collect();
        for cycle in cycles(&pairs) {
            let Some(&closing) = cycle.pairs.last() else { continue };
            let (parent, child) = pairs[closing];
            let mut finding = Finding::new(
                &RULE,
                places[closing].span,
                format!("the edge from `{parent}` to `{child}` closes a cycle: {}", cycle_path(&pairs, &cycle)),
            )
            .help("drop or turn one of these pairs, or allow cycles with `acyclic = false`")
            .related(acyclic.span, "cycles are forbidden here");
            for &pair in &cycle.pairs[..cycle.pairs.len() - 1] {
                let (parent, child) = pairs[pair];
                finding = finding.related(places[pair].span, format!("the edge from `{parent}` to `{child}`"));
            }
            findings.push(finding);
        }
    }
}
