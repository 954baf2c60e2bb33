//! `[otel_validation]`: the expectations of the older dialect.

use super::{
    Counts, DurationBounds, Graph, Hermeticity, Keyed, NamePair, Order, Scalar, Spanned, Status, Text, Window,
};
use crate::text::Span;

/// `[otel_validation]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OtelValidation {
    /// The header.
    pub header: Span,
    /// `enabled`.
    pub enabled: Option<Spanned<bool>>,
    /// `validate_spans`.
    pub validate_spans: Option<Spanned<bool>>,
    /// `validate_traces`.
    pub validate_traces: Option<Spanned<bool>>,
    /// Keys about the run, not its spans: `validate_exports`, `validate_performance`, `max_overhead_ms`.
    pub about_the_run: Vec<Keyed<Scalar>>,
    /// `expected_spans`.
    pub expected_spans: Vec<ExpectedSpan>,
    /// `expected_traces`.
    pub expected_traces: Vec<ExpectedTrace>,
    /// `expect_graph`.
    pub graph: Option<Graph>,
    /// `expect_counts`.
    pub counts: Option<Counts>,
    /// `expect_windows`.
    pub windows: Vec<Window>,
    /// `expect_order`.
    pub order: Option<Order>,
    /// `expect_status`.
    pub status: Option<Status>,
    /// `expect_hermeticity`.
    pub hermeticity: Option<Hermeticity>,
}

/// One of `expected_spans`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedSpan {
    /// The header or braces.
    pub header: Span,
    /// `name`.
    pub name: Option<Text>,
    /// `attributes`.
    pub attributes: Vec<Keyed<Scalar>>,
    /// `required`.
    pub required: Option<Spanned<bool>>,
    /// `min_duration_ms` and `max_duration_ms`.
    pub duration: Option<DurationBounds>,
}

/// One of `expected_traces`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedTrace {
    /// The header or braces.
    pub header: Span,
    /// `span_names`.
    pub span_names: Vec<Text>,
    /// `parent_child`, both forms.
    pub parent_child: Vec<NamePair>,
    /// `trace_id`.
    pub trace_id: Option<Text>,
    /// `complete`.
    pub complete: Option<Spanned<bool>>,
}
