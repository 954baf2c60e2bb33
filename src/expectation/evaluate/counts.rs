//! `[expect.counts]`: how many spans, events and errors there are.

use super::span::never_seen;
use super::{Observed, decided, status_of};
use crate::expectation::tree::{Bound, Counted, Reading};
use crate::expectation::verdict::{ConstraintVerdict, Note};
use crate::trace::{Span, SpanIndex, SpanKind, StatusCode, Value};

pub(super) fn verdict(counted: &Counted, bound: Bound, observed: &Observed<'_>) -> ConstraintVerdict {
    let found = count(counted, observed);
    let holds = bound.allows(found);
    let mut verdict = decided(holds);
    if !holds && !matches!(bound, Bound::AtLeast(_)) && !matches!(bound, Bound::Exactly(exact) if found < exact) {
        verdict.culprits = spans(counted, observed).take(ConstraintVerdict::CULPRITS).collect();
    }
    match counted {
        Counted::Named(name) if holds && observed.select(name).is_empty() => {
            verdict.notes.push(never_seen(name, observed));
        }
        Counted::OfKind(SpanKind::Internal)
            if observed.trace.spans().iter().any(|span| span.kind == SpanKind::Unspecified) =>
        {
            verdict.notes.push(Note::KindNotTold);
        }
        _ => {}
    }
    verdict
}

/// How many there are.
pub(in crate::expectation) fn count(counted: &Counted, observed: &Observed<'_>) -> i64 {
    let as_count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    match counted {
        Counted::Spans => as_count(observed.trace.len()),
        Counted::Events => {
            let events = observed.trace.spans().iter().map(|span| events_of(span, observed.reading));
            events.fold(0, i64::saturating_add)
        }
        Counted::Named(name) => as_count(observed.select(name).spans.len()),
        Counted::Errors | Counted::OfKind(_) => as_count(spans(counted, observed).count()),
    }
}

/// The spans that are counted, or whose events are.
fn spans<'o>(counted: &'o Counted, observed: &'o Observed<'_>) -> Box<dyn Iterator<Item = SpanIndex> + 'o> {
    let all = observed.trace.iter();
    match counted {
        Counted::Spans => Box::new(all.map(|(index, _)| index)),
        Counted::Events => {
            Box::new(all.filter(|(_, span)| events_of(span, observed.reading) > 0).map(|(index, _)| index))
        }
        Counted::Errors => Box::new(all.filter(|(_, span)| is_error(span, observed.reading)).map(|(index, _)| index)),
        Counted::Named(name) => {
            let selection = observed.select(name);
            Box::new((0..selection.spans.len()).filter_map(move |index| selection.spans.get(index).copied()))
        }
        Counted::OfKind(kind) => Box::new(all.filter(|(_, span)| is_of(span, *kind)).map(|(index, _)| index)),
    }
}

/// A span that tells no kind counts as internal.
fn is_of(span: &Span, kind: SpanKind) -> bool {
    span.kind == kind || (span.kind == SpanKind::Unspecified && kind == SpanKind::Internal)
}

/// clnrm 1.0 read the number of events from an attribute.
fn events_of(span: &Span, reading: Reading) -> i64 {
    match reading {
        Reading::Sound => i64::try_from(span.events.len()).unwrap_or(i64::MAX),
        Reading::Clnrm1 => match span.attributes.get("event.count") {
            Some(Value::Int(count)) => *count,
            Some(Value::Double(count)) => *count as i64,
            _ => 0,
        },
    }
}

fn is_error(span: &Span, reading: Reading) -> bool {
    match reading {
        Reading::Sound => status_of(span, reading) == Some(StatusCode::Error),
        Reading::Clnrm1 => {
            span.attributes.get("otel.status_code").and_then(Value::as_str) == Some("ERROR")
                || span.attributes.get("error") == Some(&Value::Bool(true))
        }
    }
}
