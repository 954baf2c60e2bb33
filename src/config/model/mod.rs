//! The typed model of a test. Every name and value carries its span in the parsed text; a value that is absent, of a wrong
//! type or unknown until run time is simply not there (or `Text::known` is `None`), so that no rule judges what it can't see.

mod action;
mod expect;
mod otel;
mod otel_validation;
mod service;
mod service_kind;
mod value;

pub use action::{Policy, Run, RunCommand, Scenario, Step};
pub use expect::{
    AttributeMatch, AttributeValue, Bound, Counts, DurationBounds, Expect, Graph, Hermeticity, NamePair, Order,
    SpanExpectation, Status, Window,
};
pub use otel::{Determinism, Limits, Otel, Report, ReportOutput};
pub use otel_validation::{ExpectedSpan, ExpectedTrace, OtelValidation};
pub use service::{
    EnvironmentVariable, HealthCheck, NoAmount, Port, Protocol, Service, ServiceLimits, ServiceNetwork, ServiceTable,
    Volume,
};
pub use service_kind::{EffectiveKind, ImageSource, SERVICE_KINDS, ServiceKind, service_kind};
pub use value::{Keyed, Name, Scalar, Spanned, Text};

use crate::text::Span;

/// A whole test file, all dialects merged into one reading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestConfig {
    /// `[meta]` (flat dialect).
    pub meta: Option<Identity>,
    /// `[test.metadata]`, or `[test]` with direct keys.
    pub test: Option<TestIdentity>,
    /// `[services.*]` and `[service.*]`, in file order.
    pub services: Vec<Service>,
    /// Top-level `[[steps]]`, in file order.
    pub steps: Vec<Step>,
    /// `[[scenario]]`, in file order.
    pub scenarios: Vec<Scenario>,
    /// `[otel]`.
    pub otel: Option<Otel>,
    /// `[expect.*]`.
    pub expect: Expect,
    /// `[otel_validation]` of the older dialect.
    pub otel_validation: Option<OtelValidation>,
    /// `[assertions]`: free names, in file order; `None` when the table is absent. The span is that of the header.
    pub assertions: Option<Spanned<Vec<Keyed<Scalar>>>>,
    /// `[determinism]`.
    pub determinism: Option<Determinism>,
    /// `[limits]`.
    pub limits: Option<Limits>,
    /// `[report]`.
    pub report: Option<Report>,
    /// Names and spans of all top-level tables and keys, in file order.
    pub top_level: Vec<Name>,
    /// What the test asks of a run and no run does, in file order.
    pub unmet: Vec<Unmet>,
}

/// A key that asks something of a run that no run does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Its path, such as `services.db.privileged`.
    pub path: String,
    /// The key.
    pub span: Span,
}

/// Name, version and description of a test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// The header of the table, or the key of an inline table.
    pub header: Span,
    /// `name`.
    pub name: Option<Text>,
    /// `version`.
    pub version: Option<Text>,
    /// `description`.
    pub description: Option<Text>,
    /// `timeout`.
    pub timeout: Option<Text>,
    /// `timeout_seconds`.
    pub timeout_seconds: Option<Spanned<i64>>,
    /// `tags`.
    pub tags: Vec<Text>,
}

/// The older dialect's identity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestIdentity {
    /// The identity itself.
    pub identity: Identity,
    /// Whether the keys stand directly in `[test]` instead of `[test.metadata]`.
    pub without_metadata: bool,
}
