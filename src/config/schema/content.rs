//! What a text stands for beyond its form: a name that is defined elsewhere, a pattern, one of some usual values.

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The name of a service of the test.
    Service,
    /// The name of a step.
    Step,
    /// The name of a span.
    Span,
    /// A glob for names of spans.
    SpanGlob,
    /// A regular expression for names of spans.
    SpanRegex,
    /// A regular expression for other text.
    Regex,
    /// The key of a span's attribute.
    SpanAttribute,
    /// The key of a resource's attribute.
    ResourceAttribute,
    /// A container image.
    Image,
    /// A kind of service.
    ServiceKind,
    /// The code of a rule.
    Rule,
    /// Usual values; others may be written as well.
    Usual(&'static [&'static str]),
}
