//! What could not be read as it stands: where, why, and what was lost by it.

use std::fmt;

use super::Origin;

/// How much a problem cost. Ordered: more is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// Nothing: it was read, though it is not written as it should be.
    Nothing,
    /// One value of a span: an attribute, an event, a time.
    Value,
    /// One span.
    Span,
    /// A record (a line, a message, an object) with all spans that it may have had.
    Record,
    /// All that followed in the source.
    Rest,
}

impl Loss {
    /// Whether spans may be missing because of it: such a source must not be taken for complete.
    pub fn costs_spans(self) -> bool {
        self >= Self::Span
    }
}

/// Something that was not read, or not as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadProblem {
    /// Where.
    pub origin: Origin,
    /// The field, as a path from the record: `resourceSpans[0].scopeSpans[1].spans[3].traceId`. Empty for the whole record.
    pub path: String,
    /// What happened and what to do, for people.
    pub message: String,
    /// What it cost.
    pub loss: Loss,
}

impl fmt::Display for ReadProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.origin)?;
        if !self.path.is_empty() {
            write!(formatter, "`{}`: ", self.path)?;
        }
        formatter.write_str(&self.message)
    }
}
