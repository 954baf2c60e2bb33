//! What one constraint asks for. No places: two revisions of a test ask for the same where these are equal.

use super::attribute::{AttributeTest, ValueTest};
use super::selector::NameSelector;
use crate::expectation::verdict::Reason;
use crate::trace::{SpanKind, StatusCode};

/// What one constraint asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Requirement {
    /// Of the span that a block is about.
    Span(SpanRequirement),
    /// Of the edges between spans.
    Graph(GraphRequirement),
    /// Of the number of something.
    Count(Counted, Bound),
    /// Of spans within another.
    Window(WindowRequirement),
    /// Of two spans, one behind the other.
    Order(OrderRequirement),
    /// Of the status of spans.
    Status(StatusRequirement),
    /// Of what the run used from outside.
    Hermeticity(HermeticityRequirement),
    /// Of the trace that a block is about.
    Trace(TraceRequirement),
    /// Something that can't be evaluated; it is never green.
    Unevaluable(Reason),
}

/// What is asked of the one span that a block is about.
#[derive(Clone, Debug, PartialEq)]
pub enum SpanRequirement {
    /// Its name.
    Name(NameSelector),
    /// The name of its direct parent.
    Parent(NameSelector),
    /// The name of one of the spans above it.
    Ancestor(NameSelector),
    /// Its kind.
    Kind(SpanKind),
    /// Its status.
    Status(StatusCode),
    /// One test of one attribute (`attrs.all`).
    Attribute(String, ValueTest),
    /// One attribute at least passes all its tests (`attrs.any`).
    AnyAttribute(Vec<AttributeTest>),
    /// It has an event of this name (`events.all`).
    Event(String),
    /// It has an event of one of these names (`events.any`).
    AnyEvent(Vec<String>),
    /// Its duration in milliseconds is at least this.
    DurationAtLeast(f64),
    /// Its duration in milliseconds is at most this.
    DurationAtMost(f64),
    /// How many spans satisfy all other constraints of the block.
    Count(Bound),
    /// Whether a span satisfies all other constraints of the block (`exists`, `absent`).
    Exists(bool),
    /// Where spans of the name are there at all, one satisfies all other constraints (`required = false`).
    IfPresent,
    /// The block has spans of its own, which no other distinct block needs.
    Distinct,
}

impl SpanRequirement {
    /// Whether this asks something of one span alone, not of the number of spans that satisfy the block.
    pub const fn is_property(&self) -> bool {
        !matches!(self, Self::Count(_) | Self::Exists(_) | Self::IfPresent | Self::Distinct)
    }
}

/// One bound of a number, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// At least so many.
    AtLeast(i64),
    /// At most so many.
    AtMost(i64),
    /// Exactly so many.
    Exactly(i64),
}

impl Bound {
    /// Whether `count` lies within the bound.
    pub const fn allows(self, count: i64) -> bool {
        match self {
            Self::AtLeast(least) => count >= least,
            Self::AtMost(most) => count <= most,
            Self::Exactly(exact) => count == exact,
        }
    }
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// All spans.
    Spans,
    /// The events of all spans.
    Events,
    /// The spans with status ERROR.
    Errors,
    /// The spans of this name.
    Named(NameSelector),
    /// The spans of this kind.
    OfKind(SpanKind),
}

/// What is asked of the edges between spans.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GraphRequirement {
    /// Some span of the second name is a direct child of one of the first (`must_include`).
    Edge(NameSelector, NameSelector),
    /// No edge between spans of these names, in either direction (`must_not_cross`).
    NoEdge(NameSelector, NameSelector, CrossScope),
    /// No span is its own ancestor, and no span has two parents (`acyclic`).
    Acyclic,
    /// Some span is the child of another.
    AnyEdge,
    /// No span refers to a parent that is missing.
    NoOrphans,
    /// Each trace is one tree: acyclic, one root, no orphans.
    Tree,
}

/// What `must_not_cross` forbids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CrossScope {
    /// Direct edges.
    #[default]
    Direct,
    /// Any way down from one to the other.
    Descendant,
}

/// What is asked of a window.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowRequirement {
    /// The window is there.
    Present(WindowSpan),
    /// All spans of this name lie in an instance of the window. Tolerance in milliseconds.
    Contains(WindowSpan, NameSelector, f64),
    /// Every instance takes at least so many milliseconds.
    DurationAtLeast(WindowSpan, f64),
    /// Every instance takes at most so many milliseconds.
    DurationAtMost(WindowSpan, f64),
    /// Every instance holds at least so many other spans. Tolerance in milliseconds.
    SpansAtLeast(WindowSpan, i64, f64),
}

impl WindowRequirement {
    /// The window that this is about.
    pub const fn window(&self) -> &WindowSpan {
        match self {
            Self::Present(window)
            | Self::Contains(window, ..)
            | Self::DurationAtLeast(window, _)
            | Self::DurationAtMost(window, _)
            | Self::SpansAtLeast(window, ..) => window,
        }
    }
}

/// What opens and closes a window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum WindowSpan {
    /// One span, from its start to its end.
    Outer(NameSelector),
    /// From the start of a span of the first name to the end of one of the second.
    Between(NameSelector, NameSelector),
}

/// One span behind another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrderRequirement {
    /// The span that comes first.
    pub first: NameSelector,
    /// The span that comes second.
    pub second: NameSelector,
    /// Which pairs of instances must be in order.
    pub mode: OrderMode,
    /// Which times are compared.
    pub basis: OrderBasis,
}

/// Which pairs of instances must be in order (`order.mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OrderMode {
    /// One pair at least.
    #[default]
    Any,
    /// The earliest instances of both.
    First,
    /// All pairs.
    All,
}

/// Which times are compared (`order.basis`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OrderBasis {
    /// The first ends before the second starts, or at the same time.
    #[default]
    EndToStart,
    /// The first starts before the second starts, or at the same time.
    StartToStart,
}

/// What is asked of the status of spans.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StatusRequirement {
    /// Every span has it.
    All(StatusCode),
    /// No span has it.
    None(StatusCode),
    /// Every span of this name has it, and there is one.
    Named(NameSelector, StatusCode),
}

/// What is asked about the outside.
#[derive(Clone, Debug, PartialEq)]
pub enum HermeticityRequirement {
    /// Every peer of a span is one of these hosts (services of the test), the own host, or an own address.
    NoExternalServices(Vec<String>),
    /// Every resource has this attribute.
    ResourceAttribute(String, ValueTest),
    /// No span has this attribute.
    ForbiddenKey(String),
}

/// What is asked of the one trace that a block is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TraceRequirement {
    /// Its identifier, in hexadecimal digits of any case.
    Id(String),
    /// It has a span of this name.
    Contains(NameSelector),
    /// It has a span of one of these names.
    ContainsAny(Vec<NameSelector>),
    /// It has a direct edge from the first to the second.
    Edge(NameSelector, NameSelector),
    /// No span of it refers to a parent that is missing.
    Complete,
}
