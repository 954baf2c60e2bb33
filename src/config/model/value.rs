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
/// template has a mistake. [`Text::known`] is then `None`, so a rule can't judge it by accident. The same holds for a regular
/// expression where other dialects have a name ([`Text::regex`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    raw: String,
    content_is: Content,
    /// The place of the value, with its quotes.
    pub span: Span,
    /// The place of the content, without its quotes (any of the four kinds).
    pub content: Span,
}

/// What the content of a [`Text`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Content {
    #[default]
    Known,
    Unknown,
    Regex,
}

impl Text {
    /// A string whose content is known.
    pub const fn new(raw: String, span: Span, content: Span) -> Self {
        Self { raw, content_is: Content::Known, span, content }
    }

    /// A string whose content is known at run time only; `raw` is what the file says.
    pub const fn unknown(raw: String, span: Span, content: Span) -> Self {
        Self { raw, content_is: Content::Unknown, span, content }
    }

    /// This text as a regular expression where other dialects have a name: no rule can take it for a name.
    #[must_use]
    pub fn into_regex(self) -> Self {
        match self.content_is {
            Content::Known => Self { content_is: Content::Regex, ..self },
            Content::Unknown | Content::Regex => self,
        }
    }

    /// The decoded content, if it is known and no regular expression.
    pub fn known(&self) -> Option<&str> {
        (self.content_is == Content::Known).then_some(self.raw.as_str())
    }

    /// The decoded content, if it is known and a regular expression.
    pub fn regex(&self) -> Option<&str> {
        (self.content_is == Content::Regex).then_some(self.raw.as_str())
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

    /// Place of the bytes `start..end` of the decoded content in `source`, the text that the value was parsed from.
    /// Unlike [`Text::part`] it sees through escapes, at the cost of a walk over the content. The whole value where the
    /// content can't be followed.
    pub fn part_in(&self, source: &str, start: usize, end: usize) -> Span {
        self.decoded_part(source, start, end).unwrap_or(self.span)
    }

    fn decoded_part(&self, source: &str, start: usize, end: usize) -> Option<Span> {
        let content = self.content.slice(source)?;
        if content == self.raw {
            let part = Span::new(start, end.max(start));
            part.slice(content)?;
            return Some(Span::new(self.content.start + part.start, self.content.start + part.end));
        }
        let has_escapes = source.as_bytes().get(self.span.start) == Some(&b'"');
        let (mut written, mut decoded) = (0, 0);
        let (mut from, mut to) = (None, None);
        while let Some((width, produced)) = content.get(written..).and_then(|rest| piece(rest, has_escapes)) {
            if from.is_none() && decoded + produced > start {
                from = Some(written);
            }
            written += width;
            if decoded < end && produced > 0 {
                to = Some(written);
            }
            decoded += produced;
        }
        // A content that decodes to something else was not written like this: don't point into it.
        if written != content.len() || decoded != self.raw.len() {
            return None;
        }
        let from = from.unwrap_or(content.len());
        let to = to.unwrap_or(from).max(from);
        Some(Span::new(self.content.start + from, self.content.start + to))
    }
}

/// Bytes that the next piece of a string's content takes as written, and bytes that it decodes to. `None` at the end.
fn piece(rest: &str, has_escapes: bool) -> Option<(usize, usize)> {
    let first = rest.chars().next()?;
    if first == '\r' && rest[1..].starts_with('\n') {
        return Some((2, 1));
    }
    if first != '\\' || !has_escapes {
        return Some((first.len_utf8(), first.len_utf8()));
    }
    let escaped = &rest[1..];
    let digits = match escaped.chars().next()? {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        ' ' | '\t' | '\r' | '\n' => {
            // A backslash at the end of a line swallows all white space up to the next character.
            let swallowed = escaped.len() - escaped.trim_start_matches([' ', '\t', '\r', '\n']).len();
            return Some((1 + swallowed, 0));
        }
        other => return Some((1 + other.len_utf8(), 1)),
    };
    let code = u32::from_str_radix(escaped.get(1..=digits)?, 16).ok()?;
    Some((2 + digits, char::from_u32(code)?.len_utf8()))
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

#[cfg(test)]
mod tests {
    use super::{Span, Text};

    /// A text as it stands in `source`, from its first quote to its last; `quotes` is how many there are on each side.
    fn text(source: &str, quotes: usize, decoded: &str) -> Text {
        let start = source.find(['"', '\'']).unwrap();
        let end = source.rfind(['"', '\'']).unwrap() + 1;
        Text::new(decoded.to_owned(), Span::new(start, end), Span::new(start + quotes, end - quotes))
    }

    fn part<'a>(source: &'a str, text: &Text, start: usize, end: usize) -> &'a str {
        text.part_in(source, start, end).slice(source).unwrap()
    }

    #[test]
    fn a_part_of_a_plain_string_is_found() {
        let source = r#"run = "echo hello""#;
        let value = text(source, 1, "echo hello");
        assert_eq!(part(source, &value, 5, 10), "hello");
        assert_eq!(part(source, &value, 10, 10), "");
    }

    #[test]
    fn a_part_behind_escapes_is_found() {
        let source = r#"regex = "\\d\u00e9\tx(""#;
        let value = text(source, 1, "\\d\u{e9}\tx(");
        assert_eq!(part(source, &value, 6, 7), "(");
        assert_eq!(part(source, &value, 0, 2), r"\\d");
        assert_eq!(part(source, &value, 2, 4), r"\u00e9");
    }

    #[test]
    fn a_literal_string_has_no_escapes() {
        let source = r"regex = '\d('";
        assert_eq!(part(source, &text(source, 1, r"\d("), 2, 3), "(");
    }

    #[test]
    fn a_line_continuation_decodes_to_nothing() {
        let source = "run = \"\"\"a \\\n   b\"\"\"";
        assert_eq!(part(source, &text(source, 3, "a b"), 2, 3), "b");
    }

    #[test]
    fn a_content_that_can_not_be_followed_yields_the_whole_value() {
        let source = r#"x = "a\u00zz""#;
        let value = text(source, 1, "something else");
        assert_eq!(value.part_in(source, 3, 4), value.span);
    }
}
