//! The attributes of the OpenTelemetry semantic conventions, with what they mean.
//!
//! The list is a file that `tests/semantic_conventions.rs` writes from the crate `opentelemetry-semantic-conventions`: the crate has
//! one constant for each attribute and the documentation in comments, which no program can ask for.

use std::sync::LazyLock;

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its key.
    pub key: &'static str,
    /// Whether it describes what sends spans rather than a span.
    pub is_resource: bool,
    /// Whether another one should be used instead.
    pub is_deprecated: bool,
    /// A value, as JSON; empty where the conventions give none.
    pub example: &'static str,
    /// What it means, in Markdown.
    pub brief: &'static str,
}

static ATTRIBUTES: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
    let lines = include_str!("semantic_conventions.tsv").lines();
    lines
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let (key, marks) = (fields.next()?, fields.next()?);
            let (example, brief) = (fields.next()?, fields.next()?);
            let (is_resource, is_deprecated) = (marks.contains('r'), marks.contains('d'));
            Some(Attribute { key, is_resource, is_deprecated, example, brief })
        })
        .collect()
});

/// All attributes, sorted by key.
pub fn attributes() -> &'static [Attribute] {
    &ATTRIBUTES
}

/// The attribute with this key.
pub fn attribute(key: &str) -> Option<&'static Attribute> {
    ATTRIBUTES.binary_search_by(|attribute| attribute.key.cmp(key)).ok().and_then(|index| ATTRIBUTES.get(index))
}
