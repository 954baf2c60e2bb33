//! What came, in numbers.

use std::time::Instant;

/// Counts of one receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Connections that were made.
    pub connections: u64,
    /// Requests that were answered, of whatever signal.
    pub requests: u64,
    /// Export requests with metrics, which were accepted and dropped.
    pub metrics: u64,
    /// Export requests with logs, which were accepted and dropped.
    pub logs: u64,
    /// Export requests for traces that were decoded.
    pub traces: u64,
    /// Requests that were refused: what they carried could not be read, or was too much.
    pub refused: u64,
    /// Spans that are kept, each once.
    pub spans: u64,
    /// Spans that came again unchanged.
    pub duplicates: u64,
    /// Spans that came again with other contents.
    pub conflicts: u64,
    /// Spans that belong to another run.
    pub foreign: u64,
    /// Spans beyond the bounds.
    pub dropped: u64,
    /// When a span came last.
    pub last_span: Option<Instant>,
}
