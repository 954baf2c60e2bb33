//! `[expect.*]`: what the spans of a run must look like.

use super::{Keyed, Scalar, Spanned, Text};
use crate::text::Span;

/// All expectations of a test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// `[[expect.span]]`, also `[expect.span.NAME]`.
    pub spans: Vec<SpanExpectation>,
    /// `[expect.graph]`.
    pub graph: Option<Graph>,
    /// `[expect.counts]`, also `[expect.count]`.
    pub counts: Option<Counts>,
    /// `[[expect.window]]` and its other forms.
    pub windows: Vec<Window>,
    /// `[expect.order]`.
    pub order: Option<Order>,
    /// `[expect.status]`.
    pub status: Option<Status>,
    /// `[expect.hermeticity]`.
    pub hermeticity: Option<Hermeticity>,
    /// `compat`: the version whose reading is asked for.
    pub compat: Option<Text>,
    /// Keys that nothing evaluates: those of other tools, and unknown ones.
    pub unread: Vec<super::Name>,
}

/// One `[[expect.span]]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpanExpectation {
    /// The header.
    pub header: Span,
    /// `name`; a literal name or a glob.
    pub name: Option<Text>,
    /// `parent`.
    pub parent: Option<Text>,
    /// `ancestor`.
    pub ancestor: Option<Text>,
    /// `kind`, a text or a number from 1 to 5.
    pub kind: Option<Scalar>,
    /// `status`.
    pub status: Option<Text>,
    /// `attrs.all` (also `attributes`).
    pub attrs_all: Option<Spanned<Vec<AttributeMatch>>>,
    /// `attrs.any`, map or list form (also `attributes.any`).
    pub attrs_any: Option<Spanned<Vec<AttributeMatch>>>,
    /// `events.any`.
    pub events_any: Option<Spanned<Vec<Text>>>,
    /// `events.all`.
    pub events_all: Option<Spanned<Vec<Text>>>,
    /// `duration_ms`, also `min_duration_ms`/`max_duration_ms`.
    pub duration: Option<DurationBounds>,
    /// `count`.
    pub count: Option<Bound>,
    /// `exists`.
    pub exists: Option<Spanned<bool>>,
    /// `absent`; the opposite of `exists`.
    pub absent: Option<Spanned<bool>>,
    /// `distinct`.
    pub distinct: Option<Spanned<bool>>,
    /// Keys that nothing evaluates: those of other tools, and unknown ones.
    pub unread: Vec<super::Name>,
}

/// One attribute that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeMatch {
    /// The attribute's key; in the list form the part before `=`.
    pub key: super::Name,
    /// What its value must be.
    pub value: AttributeValue,
    /// The whole item.
    pub span: Span,
}

/// What an attribute's value must be.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// Equal to this value (after conversion of scalars to text).
    Equals(Scalar),
    /// One of these values.
    OneOf(Vec<Scalar>),
    /// A table of operators (`gte`, `exists`, …).
    Matcher(Vec<Keyed<Scalar>>),
    /// Only present.
    Present,
}

/// Bounds of a duration, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DurationBounds {
    /// The key or braces.
    pub span: Span,
    /// Lower bound, inclusive.
    pub min: Option<Spanned<f64>>,
    /// Upper bound, inclusive.
    pub max: Option<Spanned<f64>>,
}

/// Bounds of a count. `min`/`max` are read as `gte`/`lte`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bound {
    /// The value (braces), or the header of a sub-table, or the key where it is dotted.
    pub span: Span,
    /// Lower bound, inclusive.
    pub gte: Option<Spanned<i64>>,
    /// Upper bound, inclusive.
    pub lte: Option<Spanned<i64>>,
    /// Exact value; wins over the other two.
    pub eq: Option<Spanned<i64>>,
}

/// `[expect.counts]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// The header.
    pub header: Span,
    /// `spans_total`.
    pub spans_total: Option<Bound>,
    /// `events_total`.
    pub events_total: Option<Bound>,
    /// `errors_total`.
    pub errors_total: Option<Bound>,
    /// `by_name`.
    pub by_name: Vec<Keyed<Bound>>,
    /// `by_kind`, `spans_by_kind`, `spans_per_kind`.
    pub by_kind: Vec<Keyed<Bound>>,
    /// Totals that another `[[expect.counts]]` states again, under the key as written. They hold beside the first.
    pub repeated: Vec<Keyed<Bound>>,
    /// Keys that nothing evaluates: those of other tools, and unknown ones.
    pub unread: Vec<super::Name>,
}

/// `[a, b]`: two span names.
#[derive(Clone, Debug, PartialEq)]
pub struct NamePair {
    /// The whole pair.
    pub span: Span,
    /// The names in it. A right pair has two.
    pub names: Vec<Text>,
}

impl NamePair {
    /// Both names, if there are two and both are known.
    pub fn known(&self) -> Option<(&str, &str)> {
        match self.names.as_slice() {
            [first, second] => Some((first.known()?, second.known()?)),
            _ => None,
        }
    }
}

/// `[expect.graph]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The header.
    pub header: Span,
    /// `must_include` (also `edges` and `parent_child`): parent, child.
    pub must_include: Vec<NamePair>,
    /// `must_not_cross`.
    pub must_not_cross: Vec<NamePair>,
    /// `acyclic`.
    pub acyclic: Option<Spanned<bool>>,
    /// `scope` of `must_not_cross`.
    pub scope: Option<Text>,
    /// Keys that nothing evaluates: those of other tools, and unknown ones.
    pub unread: Vec<super::Name>,
}

/// One window: a span that contains others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// The header, or the key of the table form.
    pub header: Span,
    /// `outer`; in the table form the key.
    pub outer: Option<Text>,
    /// `contains`.
    pub contains: Option<Spanned<Vec<Text>>>,
    /// `start_span` of the generator form.
    pub start_span: Option<Text>,
    /// `end_span` of the generator form.
    pub end_span: Option<Text>,
    /// Bounds of its duration.
    pub duration: Option<DurationBounds>,
    /// `tolerance_ms`.
    pub tolerance_ms: Option<Spanned<f64>>,
    /// `min_span_count`.
    pub min_span_count: Option<Spanned<i64>>,
    /// Keys that nothing evaluates: those of other tools, and unknown ones.
    pub unread: Vec<super::Name>,
}

/// `[expect.order]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// The header.
    pub header: Span,
    /// `must_precede`: first, then second.
    pub must_precede: Vec<NamePair>,
    /// `must_follow`: first after second.
    pub must_follow: Vec<NamePair>,
    /// `mode`.
    pub mode: Option<Text>,
    /// `basis`.
    pub basis: Option<Text>,
    /// Keys that nothing evaluates: those of other tools, and unknown ones.
    pub unread: Vec<super::Name>,
}

/// `[expect.status]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The header.
    pub header: Span,
    /// `all`.
    pub all: Option<Text>,
    /// `by_name`: glob to status.
    pub by_name: Vec<Keyed<Text>>,
    /// `none`.
    pub none: Option<Text>,
    /// Keys that nothing evaluates: those of other tools, and unknown ones.
    pub unread: Vec<super::Name>,
}

/// `[expect.hermeticity]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hermeticity {
    /// The header.
    pub header: Span,
    /// `no_external_services`.
    pub no_external_services: Option<Spanned<bool>>,
    /// `resource_attrs.must_match`.
    pub must_match: Vec<Keyed<Scalar>>,
    /// Values that stand directly under `resource_attrs`, where nothing reads them.
    pub misplaced_resource_attrs: Vec<Keyed<Scalar>>,
    /// `span_attrs.forbid_keys`.
    pub forbid_keys: Vec<Text>,
    /// Keys that nothing evaluates: those of other tools, and unknown ones.
    pub unread: Vec<super::Name>,
}
