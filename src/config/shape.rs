//! One walk of the parsed table along the schema: unknown keys, wrong types, missing keys and values out of bounds.

use crate::text::Span;

/// One place where the shape of a file differs from the format.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeProblem {
    /// What differs.
    pub kind: ShapeProblemKind,
    /// The tightest place.
    pub span: Span,
}

/// The ways in which a file can differ from the format.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeProblemKind {
    /// A key that nothing knows at this place.
    UnknownKey {
        /// The key.
        key: String,
        /// The table that it stands in; empty at top level.
        table: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
}

/// All differences from the format, sorted by place.
pub(super) fn check(_root: &toml::de::DeTable<'_>, _source: &super::read::Source<'_>) -> Vec<ShapeProblem> {
    Vec::new()
}
