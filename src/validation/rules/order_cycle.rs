//! `must_precede = [["a", "b"], ["b", "a"]]`.

use crate::config::model::NamePair;
use crate::validation::expectations::{ExpectationSet, PairList, cycle_path, cycles, example, is_pattern, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "order-cycle",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "the expected order of spans forms a cycle",
    explanation: "`must_precede = [[\"a\", \"b\"]]` says that `a` ends before `b` starts; `must_follow = [[\"a\", \"b\"]]` says the \
                  reverse. Both lists together must have a beginning: where they lead back to a span, that span would have to \
                  end before it starts.\n\nEach pair that closes a cycle is reported with the way around it. Drop or turn one pair \
                  of each cycle. Pairs with patterns are not judged, as they may hold for different spans.",
    wrong: example!("[expect.order]\nmust_precede = [[\"build\", \"test\"], [\"test\", \"build\"]]\n"),
    right: example!("[expect.order]\nmust_precede = [[\"build\", \"test\"]]\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        if set.order.is_none() {
            continue;
        }
        let (places, pairs) = ordered(set);
        for cycle in cycles(&pairs) {
            let Some(&closing) = cycle.pairs.last() else { continue };
            let (first, second) = pairs[closing];
            let mut finding = Finding::new(
                &RULE,
                places[closing].span,
                format!("`{first}` before `{second}` closes a cycle: {}", cycle_path(&pairs, &cycle)),
            )
            .help("no order fits all these pairs: drop or turn one of them");
            for &pair in &cycle.pairs[..cycle.pairs.len() - 1] {
                let (before, after) = pairs[pair];
                finding = finding.related(places[pair].span, format!("`{before}` before `{after}`"));
            }
            findings.push(finding);
        }
    }
}

/// The literal pairs of both lists in file order, each as "this one first, then that one".
fn ordered(set: ExpectationSet<'_>) -> (Vec<&NamePair>, Vec<(&str, &str)>) {
    let mut all: Vec<(&NamePair, (&str, &str))> = set
        .ordered_pairs()
        .filter_map(|(list, pair)| {
            let (first, second) = pair.known()?;
            if is_pattern(first) || is_pattern(second) {
                return None;
            }
            Some((pair, if list == PairList::MustFollow { (second, first) } else { (first, second) }))
        })
        .collect();
    all.sort_by_key(|(pair, _)| pair.span.start);
    all.into_iter().unzip()
}
