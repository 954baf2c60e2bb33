//! `must_precede = [["a", "b"], ["b", "a"]]`.

use std::collections::HashMap;

use crate::config::model::{NamePair, Text};
use crate::validation::expectations::{
    ExpectationSet, PairList, cycle_path, cycles, example, is_pattern, repeated_names, sets,
};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "order-cycle",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "the expected order of spans forms a cycle",
    explanation: "`must_precede = [[\"a\", \"b\"]]` says that an `a` ends before a `b` starts; `must_follow = [[\"a\", \"b\"]]` says the \
                  reverse. Where the pairs of both lists lead back to a span, that span would have to end before it starts. clnrm \
                  1.0 refuses such a file.\n\n\
                  Each pair is judged for itself: with `mode = \"any\"`, the default, one pair of spans in order is enough, so a \
                  cycle can hold where a name occurs several times (`a`, then `b`, then `a` again). That is a warning where the \
                  counts demand two spans or more of a name on the cycle. With `mode = \"first\"` or `\"all\"` it can't hold, \
                  however often names occur, but for spans that take no time at all.\n\n\
                  Each pair that closes a cycle is reported with the way around it. Drop or turn one pair of each cycle. Pairs \
                  with patterns are not judged, as they may hold for different spans.",
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
        let any_pair_will_do = set.order.is_none_or(|order| order.mode.as_ref().is_none_or(is_any));
        let repeated = if any_pair_will_do { repeated_names(set) } else { HashMap::new() };
        for cycle in cycles(&pairs) {
            let Some(&closing) = cycle.pairs.last() else { continue };
            let (first, second) = pairs[closing];
            let mut finding = Finding::new(
                &RULE,
                places[closing].span,
                format!("`{first}` before `{second}` closes a cycle: {}", cycle_path(&pairs, &cycle)),
            );
            let again = cycle.pairs.iter().find_map(|&pair| repeated.get_key_value(pairs[pair].0));
            finding = match again {
                Some((name, place)) => finding
                    .severity(Severity::Warning)
                    .help(format!("it can hold only because `{name}` comes several times; ask for `mode = \"first\"` or `\"all\"` if that is not meant"))
                    .related(*place, format!("several of `{name}` are required here")),
                None => finding.help("no order fits all these pairs: drop or turn one of them"),
            };
            for &pair in &cycle.pairs[..cycle.pairs.len() - 1] {
                let (before, after) = pairs[pair];
                finding = finding.related(places[pair].span, format!("`{before}` before `{after}`"));
            }
            findings.push(finding);
        }
    }
}

/// Whether one pair of spans in order is enough. What is not known is not judged harder.
fn is_any(mode: &Text) -> bool {
    mode.known().is_none_or(|mode| mode.trim().eq_ignore_ascii_case("any"))
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
