//! `[expect.graph]`: edges that must be there, edges that must not, and the shape of the whole.

use super::span::never_seen;
use super::{Observed, decided, unless_any};
use crate::expectation::tree::{CrossScope, GraphRequirement, NameSelector, Reading};
use crate::expectation::verdict::{ConstraintVerdict, Verdict};
use crate::trace::SpanIndex;

pub(super) fn verdict(requirement: &GraphRequirement, observed: &Observed<'_>) -> ConstraintVerdict {
    match requirement {
        GraphRequirement::Edge(parent, child) => edge(parent, child, observed),
        GraphRequirement::NoEdge(first, second, scope) => no_edge(first, second, *scope, observed),
        GraphRequirement::Acyclic => unless_any(off_the_tree(observed)),
        GraphRequirement::AnyEdge => {
            decided(observed.trace.iter().any(|(span, _)| observed.trace.parent(span).is_some()))
        }
        GraphRequirement::NoOrphans => unless_any(observed.orphans()),
        GraphRequirement::Tree => {
            unless_any(off_the_tree(observed).chain(observed.orphans()).chain(further_roots(observed)))
        }
    }
}

/// Some span of the name `child` is a direct child of one of the name `parent`.
fn edge(parent: &NameSelector, child: &NameSelector, observed: &Observed<'_>) -> ConstraintVerdict {
    let (parents, children) = (observed.select(parent), observed.select(child));
    let has_edge =
        |&child: &SpanIndex| observed.trace.parent(child).is_some_and(|parent| observed.is_selected(&parents, parent));
    let holds = children.spans.iter().any(has_edge);
    let mut verdict = decided(holds);
    if !holds {
        // A child below another parent tells most; else whatever there is of the two.
        verdict.nearest = children.spans.first().or(parents.spans.first()).copied();
    }
    verdict
}

fn no_edge(
    first: &NameSelector,
    second: &NameSelector,
    scope: CrossScope,
    observed: &Observed<'_>,
) -> ConstraintVerdict {
    let downward = crossing(first, second, scope, observed);
    // clnrm 1.0 looked from the first to the second only.
    let upward = match observed.reading {
        Reading::Sound => crossing(second, first, scope, observed),
        Reading::Clnrm1 => Vec::new(),
    };
    let mut verdict = unless_any(downward.into_iter().chain(upward));
    if verdict.verdict == Verdict::Holds {
        let unseen = [first, second].into_iter().filter(|name| observed.select(name).is_empty());
        verdict.notes.extend(unseen.map(|name| never_seen(name, observed)));
    }
    verdict
}

/// The spans of the name `lower` that lie below one of the name `upper`.
fn crossing(upper: &NameSelector, lower: &NameSelector, scope: CrossScope, observed: &Observed<'_>) -> Vec<SpanIndex> {
    let lower = observed.select(lower);
    let lower = lower.spans.iter().copied();
    match scope {
        CrossScope::Direct => {
            let upper = observed.select(upper);
            lower
                .filter(|&span| observed.trace.parent(span).is_some_and(|parent| observed.is_selected(&upper, parent)))
                .collect()
        }
        CrossScope::Descendant => {
            let below = observed.below(upper);
            lower.filter(|span| below.get(span.get()).copied().unwrap_or_default()).collect()
        }
    }
}

/// Spans on cycles, themselves as their parents included, and those that were delivered with two parents.
fn off_the_tree(observed: &Observed<'_>) -> impl Iterator<Item = SpanIndex> {
    let on_cycles = observed.trace.cycles().into_iter().flatten();
    // clnrm 1.0 never saw that an id came twice.
    let with_two_parents = observed.trace.with_two_parents().map(|(span, _)| span);
    let reading = observed.reading;
    on_cycles.chain(with_two_parents.filter(move |_| reading == Reading::Sound))
}

/// Roots beside the first of their trace.
fn further_roots(observed: &Observed<'_>) -> impl Iterator<Item = SpanIndex> {
    let mut seen = std::collections::HashSet::new();
    let roots: Vec<SpanIndex> = observed.trace.roots().collect();
    roots.into_iter().filter(move |&root| !seen.insert(observed.trace_of(root))).collect::<Vec<_>>().into_iter()
}
