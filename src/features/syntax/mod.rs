//! The tables, keys and values of a document as its author wrote them: a tree with a place for everything, for plain files
//! and templates alike, whole or broken.
//!
//! Template tags are opaque: an expression counts as a part of the key or value that it stands in, a `{% … %}` as white
//! space. What the file means once it is rendered is told by the analysis, not here; of a loop's body there is one copy.

mod build;
mod mask;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use toml_parser::Raw;
use toml_parser::decoder::Encoding;

use crate::template::lexer::Lexed;
use crate::text::Span;

/// The tree of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyntaxTree {
    /// The root table first (even when it is empty), then each header with what stands below it, in file order.
    pub tables: Vec<Table>,
    /// All TOML comments from their `#` to the end of the line, in file order.
    pub comments: Vec<Span>,
}

/// A header and what stands below it, up to the next header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// `[…]` or `[[…]]`; `None` for the root table.
    pub header: Option<Header>,
    /// From the header to the next one.
    pub span: Span,
    /// The keys below the header.
    pub pairs: Vec<Pair>,
}

/// `[a.b]` or `[[a.b]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// With its brackets, as far as they are there.
    pub span: Span,
    /// The parts of its key.
    pub path: Vec<KeyPart>,
    /// `[[…]]`.
    pub is_array: bool,
}

/// One part of a dotted key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPart {
    /// As written, with quotes.
    pub span: Span,
    /// The key; where it holds a template expression, the text as written.
    pub text: String,
    /// Whether a template expression stands in it.
    pub is_templated: bool,
}

/// A key with its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// From the key to the end of the value, as far as they are there.
    pub span: Span,
    /// The parts of its key.
    pub key: Vec<KeyPart>,
    /// The offset of `=`, if it is there.
    pub equals: Option<usize>,
    /// The value, if it is there.
    pub value: Option<Value>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// With quotes and brackets.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A string; the span is that of its content.
    String {
        /// Between the quotes.
        content: Span,
    },
    /// A number, a boolean, a date, a template expression, or anything else without quotes.
    Bare,
    /// `[…]`.
    Array {
        /// The items, in order.
        items: Vec<Value>,
        /// Whether the closing bracket is there.
        closed: bool,
    },
    /// `{…}`.
    InlineTable {
        /// The keys, in order.
        pairs: Vec<Pair>,
        /// Whether the closing brace is there.
        closed: bool,
    },
}

impl SyntaxTree {
    /// Reads `text`; `lexed` are its template tokens. Linear in its length; any text gives a tree.
    pub fn new(text: &str, lexed: &Lexed) -> Self {
        let masked = mask::mask(text, lexed);
        build::build(text, &masked)
    }

    /// The table that `offset` stands in. A header belongs to its table, an offset behind everything to the last one.
    pub fn table_at(&self, offset: usize) -> Option<&Table> {
        let behind = self.tables.partition_point(|table| table.span.start <= offset);
        self.tables.get(behind.checked_sub(1)?)
    }

    /// The comment that `offset` stands in: behind its `#` or at its end.
    pub fn comment_at(&self, offset: usize) -> Option<Span> {
        let behind = self.comments.partition_point(|comment| comment.start < offset);
        let comment = *self.comments.get(behind.checked_sub(1)?)?;
        (offset <= comment.end).then_some(comment)
    }
}

impl Table {
    /// The parts of the header's key; none for the root table.
    pub fn path(&self) -> &[KeyPart] {
        self.header.as_ref().map_or(&[], |header| &header.path)
    }

    /// Whether the header is `[[…]]`.
    pub fn is_array(&self) -> bool {
        self.header.as_ref().is_some_and(|header| header.is_array)
    }
}

impl KeyPart {
    /// The key without its quotes in `text`, the text of the tree.
    pub fn content(&self, text: &str) -> Span {
        let is_quoted =
            self.span.slice(text).is_some_and(|written| written.len() >= 2 && written.starts_with(['"', '\'']));
        if is_quoted { Span::new(self.span.start + 1, self.span.end - 1) } else { self.span }
    }
}

impl Value {
    /// What a string says, escapes resolved; `None` for other values. `text` is the text of the tree. Template expressions
    /// in it are taken as they are written.
    pub fn decoded<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        let ValueKind::String { content } = self.kind else { return None };
        let (written, inner) = (self.span.slice(text)?, content.slice(text)?);
        if !inner.contains(['\\', '\n']) {
            return Some(Cow::Borrowed(inner));
        }
        let encoding = match (written.as_bytes().first()?, content.start - self.span.start) {
            (b'"', 1) => Encoding::BasicString,
            (b'"', _) => Encoding::MlBasicString,
            (_, 1) => Encoding::LiteralString,
            _ => Encoding::MlLiteralString,
        };
        let mut decoded = String::new();
        let within = toml_parser::Span::new_unchecked(0, written.len());
        let _kind = Raw::new_unchecked(written, Some(encoding), within).decode_scalar(&mut decoded, &mut ());
        Some(Cow::Owned(decoded))
    }
}

impl Pair {
    /// From the first part of the key to its last.
    pub fn key_span(&self) -> Span {
        match (self.key.first(), self.key.last()) {
            (Some(first), Some(last)) => first.span.join(last.span),
            _ => Span::at(self.span.start),
        }
    }
}
