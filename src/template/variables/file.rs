//! What a file itself says about the variables of its render, as it was found in its text.

use tera::Value;

use crate::text::Span;

/// The definitions of a file. They were read before the file is rendered, so that values may still hold expressions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileVariables {
    /// `[vars]` and `[template.vars]`, in order; of several with one path the first counts.
    pub vars: Vec<Definition>,
    /// `[matrix]` and `[template.matrix]`.
    pub matrix: Vec<Definition>,
    /// `[template.otel]`.
    pub otel: Vec<Definition>,
    /// What is defined with a value that can't be read, by the name that expressions use (`database.host`, `matrix.os`): the
    /// mistake is told where it stands, and not again at each use.
    pub unreadable: Vec<String>,
    /// `seed` of `[determinism]`, where it is a plain number.
    pub seed: Option<u64>,
    /// `freeze_clock` of `[determinism]`, where it is plain text.
    pub freeze_clock: Option<String>,
}

/// One `key = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The keys below the namespace (`["database", "host"]`); never empty.
    pub path: Vec<String>,
    /// The value.
    pub value: DefinedValue,
    /// From the key to the end of the value.
    pub span: Span,
}

/// The value of a definition.
#[derive(Clone, Debug, PartialEq)]
pub enum DefinedValue {
    /// A TOML value. Texts in it may hold expressions.
    Toml(Value),
    /// `"… {{ … }} …"`: text with expressions that is no TOML text, without its quotes.
    QuotedTemplate(String),
    /// `{{ … }}` without quotes: what it gives is read as a TOML value.
    BareTemplate(String),
}
