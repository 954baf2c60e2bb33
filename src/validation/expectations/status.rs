//! The three statuses of a span.

use crate::config::model::Text;

/// The status of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanStatus {
    /// Set to OK on purpose.
    Ok,
    /// Failed.
    Error,
    /// Never set: what SDKs leave on success.
    Unset,
}

impl SpanStatus {
    /// The status that `text` names in any case, with or without the prefix of the protocol. `None` where it names none
    /// or its content is not known.
    pub fn of(text: &Text) -> Option<Self> {
        let text = text.known()?.trim();
        let prefix = "STATUS_CODE_";
        let text = match text.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(prefix) => text.get(prefix.len()..)?,
            _ => text,
        };
        [Self::Ok, Self::Error, Self::Unset].into_iter().find(|status| status.name().eq_ignore_ascii_case(text))
    }

    /// The name of the status.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Error => "ERROR",
            Self::Unset => "UNSET",
        }
    }
}
