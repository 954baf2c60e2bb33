//! The building blocks of the model: values with their places.

use crate::text::Span;

/// A value and the place where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place (with quotes or brackets).
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value` at `span`.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A string value.
///
/// Its content may be unknown: a template expression in a file that is read as it stands, or a placeholder where the
/// template has a mistake. [`Text::known`] is then `None`, so a rule can't judge it by accident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    raw: String,
    unknown: bool,
    /// The place of the value, with its quotes.
    pub span: Span,
    /// The place of the content, without its quotes (any of the four kinds).
    pub content: Span,
}

impl Text {
    /// A string whose content is known.
    pub const fn new(raw: String, span: Span, content: Span) -> Self {
        Self { raw, unknown: false, span, content }
    }

    /// A string whose content is known at run time only; `raw` is what the file says.
    pub const fn unknown(raw: String, span: Span, content: Span) -> Self {
        Self { raw, unknown: true, span, content }
    }

    /// The decoded content, if it is known.
    pub fn known(&self) -> Option<&str> {
        (!self.unknown).then_some(self.raw.as_str())
    }

    /// The decoded content as the file says it, expressions included. For display only; judge by [`Text::known`].
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Whether the content is known to be empty or white space.
    pub fn is_blank(&self) -> bool {
        self.known().is_some_and(|text| text.trim().is_empty())
    }

    /// Place of the bytes `start..end` of the decoded content, if it stands in the file as it is (no escapes).
    pub fn part(&self, start: usize, end: usize) -> Span {
        if self.content.len() == self.raw.len() {
            Span::new(self.content.start + start, self.content.start + end)
        } else {
            self.span
        }
    }
}

/// A key (bare or quoted) with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The decoded key.
    pub text: String,
    /// The place of the key as written, quotes included.
    pub span: Span,
    /// Whether the key is known at run time only.
    pub unknown: bool,
}

impl Name {
    /// The key, if it is known.
    pub fn known(&self) -> Option<&str> {
        (!self.unknown).then_some(self.text.as_str())
    }
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyed<T> {
    /// The key.
    pub key: Name,
    /// The value.
    pub value: T,
}

/// Any TOML value, for tables with free content.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A string.
    Text(Text),
    /// An integer.
    Integer(Spanned<i64>),
    /// A float.
    Float(Spanned<f64>),
    /// A boolean.
    Boolean(Spanned<bool>),
    /// A date or time, as written.
    Datetime(Spanned<String>),
    /// An array.
    Array(Spanned<Vec<Scalar>>),
    /// A table; the span is that of its header or braces.
    Table(Spanned<Vec<Keyed<Scalar>>>),
    /// A value that is known at run time only.
    Unknown(Span),
}

impl Scalar {
    /// The place of the value.
    pub const fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span,
            Self::Integer(value) => value.span,
            Self::Float(value) => value.span,
            Self::Boolean(value) => value.span,
            Self::Datetime(value) => value.span,
            Self::Array(value) => value.span,
            Self::Table(value) => value.span,
            Self::Unknown(span) => *span,
        }
    }
}
