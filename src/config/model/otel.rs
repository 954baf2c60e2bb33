//! `[otel]`, `[determinism]`, `[limits]` and `[report]`.

use super::{Keyed, Scalar, Spanned, Text};
use crate::text::Span;

/// `[otel]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Otel {
    /// The header.
    pub header: Span,
    /// `exporter`.
    pub exporter: Option<Text>,
    /// `endpoint`.
    pub endpoint: Option<Text>,
    /// `protocol`.
    pub protocol: Option<Text>,
    /// `sample_ratio`, integers accepted.
    pub sample_ratio: Option<Spanned<f64>>,
    /// `resources`.
    pub resources: Option<Spanned<Vec<Keyed<Scalar>>>>,
    /// `headers` (also the top-level `otel_headers`).
    pub headers: Vec<Keyed<Scalar>>,
    /// `propagators.use` (also the top-level `otel_propagators`).
    pub propagators: Vec<Text>,
}

/// `[determinism]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Determinism {
    /// The header.
    pub header: Span,
    /// `seed`, as written.
    pub seed: Option<Spanned<i64>>,
    /// `freeze_clock` as a text.
    pub freeze_clock: Option<Text>,
    /// `freeze_clock` as a native TOML date-time, as written.
    pub freeze_clock_native: Option<Spanned<String>>,
}

/// `[limits]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// The header.
    pub header: Span,
    /// Each numeric limit by its key (`cpu_millicores`, `memory_mb`, `max_containers`, `max_duration_seconds`).
    pub values: Vec<Keyed<Spanned<i64>>>,
}

/// `[report]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The header.
    pub header: Span,
    /// Each output file, in file order.
    pub outputs: Vec<Keyed<Text>>,
}

/// An output of `[report]`, named by its key.
pub type ReportOutput = Keyed<Text>;
