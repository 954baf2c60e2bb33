//! Why a number is out of its bounds.

use super::{Explanation, message, show};
use crate::expectation::evaluate::{Observed, count};
use crate::expectation::tree::{Bound, Counted};
use crate::trace::{Span, SpanKind, StatusCode};

pub(super) fn explain(counted: &Counted, bound: Bound, observed: &Observed<'_>) -> Explanation {
    let found = count(counted, observed);
    let number = usize::try_from(found).unwrap_or_default();
    let what = match counted {
        Counted::Spans => show::count(number, "span"),
        Counted::Events => show::count(number, "event"),
        Counted::Errors => format!("{} with status ERROR", show::count(number, "span")),
        Counted::Named(name) => format!("{} of the name `{name}`", show::count(number, "span")),
        Counted::OfKind(kind) => format!("{} of kind {kind}", show::count(number, "span")),
    };
    let wanted = if matches!(bound, Bound::AtLeast(1) | Bound::AtMost(1) | Bound::Exactly(1)) { "is" } else { "are" };
    let mut explanation = message(format!("{what}, {} {wanted} wanted", show::bound(bound)));
    explanation.facts.extend(breakdown(counted, observed));
    if let Counted::Named(name) = counted
        && found == 0
    {
        explanation.help = show::no_such_name(name, observed).1;
    }
    explanation.accept = Some(found.to_string());
    explanation
}

/// What the number is made of.
fn breakdown(counted: &Counted, observed: &Observed<'_>) -> Option<String> {
    const NAMES: usize = 5;
    let names = |fits: &dyn Fn(&Span) -> bool| {
        let spans = observed.trace.spans().iter().filter(|span| fits(span));
        show::frequencies(spans.map(|span| span.name.as_str()), NAMES)
    };
    let parts = match counted {
        Counted::Spans => names(&|_| true),
        Counted::Events => {
            let events = observed.trace.spans().iter().flat_map(|span| span.events.iter());
            show::frequencies(events.map(|event| event.name.as_str()), NAMES)
        }
        Counted::Errors => names(&|span| span.status.code == StatusCode::Error),
        Counted::Named(name) => {
            let selection = observed.select(name);
            show::frequencies(selection.spans.iter().map(|&span| observed.trace[span].name.as_str()), NAMES)
        }
        Counted::OfKind(_) => {
            let kinds = observed.trace.spans().iter().map(|span| match span.kind {
                SpanKind::Unspecified => "internal",
                kind => kind.word(),
            });
            show::frequencies(kinds, NAMES)
        }
    };
    (!parts.is_empty()).then(|| parts.join(", "))
}
