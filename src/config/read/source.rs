//! The parsed text and what is unknown in it: turns single TOML values into values of the model.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use crate::config::model::{Keyed, Name, Scalar, Spanned, Text};
use crate::config::syntax::OffsetMap;
use crate::text::Span;

/// A key as the TOML parser yields it.
pub(crate) type Key<'a> = TomlSpanned<Cow<'a, str>>;
/// A value as the TOML parser yields it.
pub(crate) type Value<'a> = TomlSpanned<DeValue<'a>>;

/// The text behind the values.
pub(crate) struct Source<'a> {
    /// The text as it was handed in.
    pub text: &'a str,
    /// Places whose content is unknown: template placeholders and syntax errors. Sorted.
    pub holes: &'a [Span],
    /// From the offsets of the parser to those of `text`.
    pub offsets: &'a OffsetMap,
    /// Whether strings may hold template expressions that are rendered at run time only.
    pub in_string: bool,
    /// What a string with template expressions is, where they are rendered already.
    #[expect(clippy::type_complexity, reason = "a function from text to text, as it reads")]
    pub render: Option<&'a (dyn Fn(&str) -> Option<String> + Sync)>,
}

impl<'a> Source<'a> {
    /// The place of a key or value. Empty at the start of the text where the parser invented the value.
    pub fn span(&self, range: Range<usize>) -> Span {
        let mut span = self.offsets.original(Span::from(range));
        // A value that is no TOML at all has a place of one byte, which may be a part of a character.
        while !self.text.is_char_boundary(span.start) && span.start > 0 {
            span.start -= 1;
        }
        while !self.text.is_char_boundary(span.end) && span.end < self.text.len() {
            span.end += 1;
        }
        span
    }

    /// Whether the value at `span` can't be judged.
    pub fn is_hole(&self, span: Span) -> bool {
        if span.is_empty() {
            return true;
        }
        let first = self.holes.partition_point(|hole| hole.end <= span.start);
        self.holes[first..].iter().take_while(|hole| hole.start < span.end).any(|hole| hole.end > span.start)
    }

    /// Whether `span` of the text opens with `byte`.
    pub fn opens_with(&self, span: Span, byte: u8) -> bool {
        self.text.as_bytes().get(span.start) == Some(&byte)
    }

    /// The header of a table value: its own header, or its key where it is an inline table.
    pub fn header(&self, key: &Key<'_>, value: &Value<'_>) -> Span {
        let span = self.span(value.span());
        if self.opens_with(span, b'{') || span.is_empty() { self.span(key.span()) } else { span }
    }

    /// A key.
    pub fn name(&self, key: &Key<'_>) -> Name {
        let span = self.span(key.span());
        let text: &str = key.get_ref();
        if let Some(rendered) = self.rendered(text, span) {
            return Name { text: rendered, span, unknown: false };
        }
        Name { text: text.to_owned(), span, unknown: self.is_unknown(text, span) }
    }

    /// What a string with template expressions is rendered to.
    fn rendered(&self, content: &str, span: Span) -> Option<String> {
        let render = self.render.filter(|_| has_expression(content) && !self.is_hole(span))?;
        render(content)
    }

    /// A key as a text, for dialects that write a name as a key.
    pub fn key_text(&self, key: &Key<'_>) -> Text {
        let span = self.span(key.span());
        self.make_text(key.get_ref(), span)
    }

    /// Whether a string with this content can be known at run time only.
    pub fn is_unknown(&self, content: &str, span: Span) -> bool {
        self.is_hole(span) || (self.in_string && has_expression(content))
    }

    fn make_text(&self, raw: &str, span: Span) -> Text {
        let content = content_span(self.text, span);
        if let Some(rendered) = self.rendered(raw, span) {
            Text::new(rendered, span, content)
        } else if self.is_unknown(raw, span) {
            Text::unknown(raw.to_owned(), span, content)
        } else {
            Text::new(raw.to_owned(), span, content)
        }
    }

    /// A string. A value of another type is there, but unknown: nothing may complain that it is missing.
    pub fn text(&self, value: &Value<'_>) -> Option<Text> {
        let span = self.span(value.span());
        let DeValue::String(raw) = value.get_ref() else {
            return Some(Text::unknown(span.slice(self.text).unwrap_or_default().to_owned(), span, span));
        };
        Some(self.make_text(raw, span))
    }

    /// A string, or an integer as it is written.
    pub fn text_or_number(&self, value: &Value<'_>) -> Option<Text> {
        match self.integer(value) {
            Some(number) => Some(Text::new(number.value.to_string(), number.span, number.span)),
            None => self.text(value),
        }
    }

    /// A list of strings, or one string as a list of one. Items of other types are unknown.
    pub fn texts(&self, value: &Value<'_>) -> Option<Spanned<Vec<Text>>> {
        let span = self.span(value.span());
        match value.get_ref() {
            DeValue::String(_) => Some(Spanned::new(self.text(value).into_iter().collect(), span)),
            DeValue::Array(items) => {
                Some(Spanned::new(items.iter().filter_map(|item| self.text(item)).collect(), span))
            }
            _ => None,
        }
    }

    /// A list of strings without its place.
    pub fn text_list(&self, value: &Value<'_>) -> Vec<Text> {
        self.texts(value).map(|texts| texts.value).unwrap_or_default()
    }

    /// An integer.
    pub fn integer(&self, value: &Value<'_>) -> Option<Spanned<i64>> {
        let DeValue::Integer(integer) = value.get_ref() else { return None };
        let span = self.span(value.span());
        if self.is_hole(span) {
            return None;
        }
        Some(Spanned::new(i64::from_str_radix(integer.as_str(), integer.radix()).ok()?, span))
    }

    /// A float or an integer.
    pub fn float(&self, value: &Value<'_>) -> Option<Spanned<f64>> {
        let span = self.span(value.span());
        if self.is_hole(span) {
            return None;
        }
        let number = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok()?,
            // Precision beyond 53 bits is of no use to any rule.
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok()? as f64,
            _ => return None,
        };
        Some(Spanned::new(number, span))
    }

    /// A boolean.
    pub fn boolean(&self, value: &Value<'_>) -> Option<Spanned<bool>> {
        let DeValue::Boolean(boolean) = value.get_ref() else { return None };
        let span = self.span(value.span());
        (!self.is_hole(span)).then_some(Spanned::new(*boolean, span))
    }

    /// Any value.
    pub fn scalar(&self, value: &Value<'_>) -> Scalar {
        let span = self.span(value.span());
        match value.get_ref() {
            DeValue::String(raw) => Scalar::Text(self.make_text(raw, span)),
            DeValue::Array(items) => {
                Scalar::Array(Spanned::new(items.iter().map(|item| self.scalar(item)).collect(), span))
            }
            DeValue::Table(table) => Scalar::Table(Spanned::new(self.table_entries(table), span)),
            _ if self.is_hole(span) => Scalar::Unknown(span),
            DeValue::Integer(_) => self.integer(value).map_or(Scalar::Unknown(span), Scalar::Integer),
            DeValue::Float(_) => self.float(value).map_or(Scalar::Unknown(span), Scalar::Float),
            DeValue::Boolean(boolean) => Scalar::Boolean(Spanned::new(*boolean, span)),
            DeValue::Datetime(_) => {
                Scalar::Datetime(Spanned::new(span.slice(self.text).unwrap_or_default().to_owned(), span))
            }
        }
    }

    /// The entries of a table with free keys.
    pub fn table_entries(&self, table: &DeTable<'_>) -> Vec<Keyed<Scalar>> {
        table.iter().map(|(key, value)| Keyed { key: self.name(key), value: self.scalar(value) }).collect()
    }

    /// The entries of a value that should be a table; none where it is not.
    pub fn entries(&self, value: &Value<'_>) -> Vec<Keyed<Scalar>> {
        value.get_ref().as_table().map(|table| self.table_entries(table)).unwrap_or_default()
    }

    /// Calls `each` with every table of a value that is one table or an array of tables, and with the table's header.
    pub fn tables<'v, 't: 'v>(&self, key: &Key<'_>, value: &'v Value<'t>, mut each: impl FnMut(&'v DeTable<'t>, Span)) {
        match value.get_ref() {
            DeValue::Table(table) => each(table, self.header(key, value)),
            DeValue::Array(items) => {
                for item in items.iter() {
                    if let DeValue::Table(table) = item.get_ref() {
                        each(table, self.span(item.span()));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The place between the quotes of the string or key at `span`; `span` itself for a bare key.
pub(crate) fn content_span(text: &str, span: Span) -> Span {
    let Some(raw) = span.slice(text) else { return span };
    let bytes = raw.as_bytes();
    let Some(&quote) = bytes.first().filter(|byte| matches!(byte, b'"' | b'\'')) else { return span };
    let triple = bytes.len() >= 6 && bytes[1] == quote && bytes[2] == quote;
    if !triple {
        return if bytes.len() >= 2 { Span::new(span.start + 1, span.end - 1) } else { Span::at(span.end) };
    }
    // The newline right behind the opening quotes belongs to them.
    let opening = match &bytes[3..] {
        [b'\n', ..] => 4,
        [b'\r', b'\n', ..] => 5,
        _ => 3,
    };
    let start = span.start + opening;
    Span::new(start, (span.end - 3).max(start))
}

/// Whether `text` holds a complete template expression, tag or comment.
pub(crate) fn has_expression(text: &str) -> bool {
    let mut rest = text;
    while let Some(open) = memchr::memchr(b'{', rest.as_bytes()) {
        let close = match rest.as_bytes().get(open + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                rest = &rest[open + 1..];
                continue;
            }
        };
        let inside = &rest[open + 2..];
        if inside.contains(close) {
            return true;
        }
        rest = inside;
    }
    false
}
