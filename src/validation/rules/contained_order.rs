//! `must_precede = [["run", "step"]]` where `run` contains `step`.

use std::collections::{HashMap, HashSet};

use crate::text::Span;
use crate::validation::expectations::{ExpectationSet, PairList, example, is_required, kind_of, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "contained-order",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "two spans are ordered although one contains the other",
    explanation: "`must_precede` means: the first span *ends* before the second one *starts*. A span that encloses another (as its \
                  parent, or as the `outer` of a window) starts before it and ends after it, so no order of the two can hold. \
                  \"The run starts before its steps\" is already said by the parent or window: drop the order.\n\n\
                  A consumer may start after its producer has ended although that is its parent: where a block names one of \
                  these kinds, the pair is not judged. With `basis = \"start<=start\"` only an order that puts the inner span \
                  first is one that can't hold.",
    wrong: example!(
        "[[expect.window]]\nouter = \"clnrm.run\"\ncontains = [\"clnrm.step:hello\"]\n\n\
         [expect.order]\nmust_precede = [[\"clnrm.run\", \"clnrm.step:hello\"]]\n"
    ),
    right: example!("[[expect.window]]\nouter = \"clnrm.run\"\ncontains = [\"clnrm.step:hello\"]\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        if set.ordered_pairs().next().is_none() {
            continue;
        }
        let containing = containing(set);
        if containing.is_empty() {
            continue;
        }
        for (list, pair) in set.ordered_pairs() {
            let Some((first, second)) = pair.known() else { continue };
            if first == second {
                continue;
            }
            let found = containing.get(&(first, second)).map(|place| (first, second, place));
            let found = found.or_else(|| containing.get(&(second, first)).map(|place| (second, first, place)));
            let Some((outer, inner, (place, how))) = found else { continue };
            let outer_first = (outer == first) == (list == PairList::MustPrecede);
            if outer_first && starts_are_compared(set) {
                continue;
            }
            findings.push(
                Finding::new(
                    &RULE,
                    pair.span,
                    format!("`{}` orders `{outer}` and `{inner}`, but `{outer}` contains `{inner}`", list.key()),
                )
                .help("order means that one ends before the other starts: drop the pair, the container already starts first")
                .related(*place, *how),
            );
        }
    }
}

/// Whether the container may come first: its start is not behind that of what it contains.
fn starts_are_compared(set: ExpectationSet<'_>) -> bool {
    let basis = set.order.and_then(|order| order.basis.as_ref()?.known());
    basis.is_some_and(|basis| basis.chars().filter(|char| !char.is_whitespace()).eq("start<=start".chars()))
}

/// Which spans contain which, each with the place that says so.
fn containing(set: ExpectationSet<'_>) -> HashMap<(&str, &str), (Span, &'static str)> {
    let mut containing = HashMap::new();
    for window in set.windows {
        let Some(outer) = window.outer.as_ref().and_then(|outer| outer.known()) else { continue };
        for inner in window.contains.iter().flat_map(|names| &names.value) {
            if let Some(name) = inner.known() {
                containing.entry((outer, name)).or_insert((inner.span, "contained in this window"));
            }
        }
    }
    let detached = detached_names(set);
    let encloses = |(parent, child): (&str, &str)| !detached.contains(parent) && !detached.contains(child);
    for block in set.spans.iter().filter(|block| is_required(block)) {
        let (Some(name), Some(parent)) = (&block.name, &block.parent) else { continue };
        if let (Some(name), Some(known)) = (name.known(), parent.known())
            && encloses((known, name))
        {
            containing.entry((known, name)).or_insert((parent.span, "the parent contains its child"));
        }
    }
    for (list, pair) in set.pairs() {
        if matches!(list, PairList::MustInclude | PairList::ParentChild)
            && let Some(edge) = pair.known()
            && encloses(edge)
        {
            containing.entry(edge).or_insert((pair.span, "the parent contains its child"));
        }
    }
    containing
}

/// Names of producers and consumers, whose edges do not mean that one encloses the other.
fn detached_names(set: ExpectationSet<'_>) -> HashSet<&str> {
    let kinds =
        set.spans.iter().filter_map(|block| Some((block.name.as_ref()?.known()?, kind_of(block.kind.as_ref()?)?)));
    kinds.filter(|(_, kind)| matches!(*kind, "producer" | "consumer")).map(|(name, _)| name).collect()
}
