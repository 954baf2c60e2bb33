//! `[expect.status]`: how operations ended.

use super::{Observed, decided, unless_any};
use crate::expectation::tree::{Reading, StatusRequirement};
use crate::expectation::verdict::ConstraintVerdict;
use crate::trace::{Span, StatusCode, Value};

/// The status of a span. `None` where the older reading meets a word that is none.
///
/// clnrm 1.0 read it from attributes: `otel.status_code`, else `status`, else it is UNSET.
pub(in crate::expectation) fn status_of(span: &Span, reading: Reading) -> Option<StatusCode> {
    match reading {
        Reading::Sound => Some(span.status.code),
        Reading::Clnrm1 => {
            let attribute = |key| span.attributes.get(key).and_then(Value::as_str);
            match attribute("otel.status_code").or_else(|| attribute("status")) {
                Some(word) => StatusCode::from_name(word),
                None => Some(StatusCode::Unset),
            }
        }
    }
}

pub(super) fn verdict(requirement: &StatusRequirement, observed: &Observed<'_>) -> ConstraintVerdict {
    let status = |span: &Span| status_of(span, observed.reading);
    match requirement {
        StatusRequirement::All(code) => {
            unless_any(observed.trace.iter().filter(|(_, span)| status(span) != Some(*code)).map(|(index, _)| index))
        }
        StatusRequirement::None(code) => {
            unless_any(observed.trace.iter().filter(|(_, span)| status(span) == Some(*code)).map(|(index, _)| index))
        }
        StatusRequirement::Named(name, code) => {
            let selection = observed.select(name);
            if selection.is_empty() {
                return decided(false);
            }
            let spans = selection.spans.iter().copied();
            unless_any(spans.filter(|&span| status(&observed.trace[span]) != Some(*code)))
        }
    }
}
