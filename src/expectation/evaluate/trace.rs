//! One of `otel_validation.expected_traces`: some trace satisfies all of its constraints together.

use std::collections::HashSet;

use super::{Observed, decided, ruling};
use crate::expectation::tree::{NameSelector, Requirement, TraceRequirement};
use crate::expectation::verdict::{ConstraintVerdict, Reason, Verdict};
use crate::trace::{SpanIndex, TraceId};

pub(super) fn verdicts(requirements: &[&Requirement], observed: &Observed<'_>) -> Vec<ConstraintVerdict> {
    let satisfying: Vec<Result<HashSet<u32>, &Reason>> = requirements
        .iter()
        .map(|requirement| match requirement {
            Requirement::Trace(requirement) => Ok(traces(requirement, observed)),
            Requirement::Unevaluable(reason) => Err(reason),
            _ => Err(&Reason::NoCandidate),
        })
        .collect();
    let satisfied = |trace: u32| {
        satisfying.iter().filter(|traces| traces.as_ref().is_ok_and(|traces| traces.contains(&trace))).count()
    };
    // Of equals the one that started first.
    let mut best: Option<(usize, SpanIndex)> = None;
    let mut seen = HashSet::new();
    for (span, _) in observed.trace.iter() {
        let trace = observed.trace_of(span);
        if seen.insert(trace) {
            let count = satisfied(trace);
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, span));
            }
        }
    }
    let nearest = best.map(|(_, span)| span);
    satisfying
        .iter()
        .map(|traces| match (traces, nearest) {
            (Err(reason), _) => ruling(Verdict::Undecided((*reason).clone())),
            (Ok(traces), Some(nearest)) => {
                let mut verdict = decided(traces.contains(&observed.trace_of(nearest)));
                if !verdict.verdict.holds() {
                    verdict.nearest = Some(nearest);
                }
                verdict
            }
            (Ok(_), None) => ruling(Verdict::Undecided(Reason::NoCandidate)),
        })
        .collect()
}

/// The numbers of the traces that satisfy a requirement.
fn traces(requirement: &TraceRequirement, observed: &Observed<'_>) -> HashSet<u32> {
    let with = |name: &NameSelector| -> HashSet<u32> {
        observed.select(name).spans.iter().map(|&span| observed.trace_of(span)).collect()
    };
    match requirement {
        TraceRequirement::Id(id) => {
            let Ok(id) = TraceId::from_text(id) else { return HashSet::new() };
            let of_trace = observed.trace.iter().find(|(_, span)| span.trace_id == id);
            of_trace.map(|(span, _)| observed.trace_of(span)).into_iter().collect()
        }
        TraceRequirement::Contains(name) => with(name),
        TraceRequirement::ContainsAny(names) => names.iter().flat_map(with).collect(),
        TraceRequirement::Edge(parent, child) => {
            let (parents, children) = (observed.select(parent), observed.select(child));
            let has_edge = |&child: &SpanIndex| {
                observed.trace.parent(child).is_some_and(|parent| observed.is_selected(&parents, parent))
            };
            children.spans.iter().copied().filter(has_edge).map(|child| observed.trace_of(child)).collect()
        }
        TraceRequirement::Complete => {
            let incomplete: HashSet<u32> = observed.orphans().map(|span| observed.trace_of(span)).collect();
            observed
                .trace
                .iter()
                .map(|(span, _)| observed.trace_of(span))
                .filter(|trace| !incomplete.contains(trace))
                .collect()
        }
    }
}
