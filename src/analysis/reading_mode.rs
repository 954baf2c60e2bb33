//! Decides how a document is read: as it stands, or rendered first.
//!
//! A template tag that lies wholly inside one TOML string or comment leaves the text TOML as it stands; such a file is
//! analysed 1:1. One tag elsewhere, and the text means nothing before it is rendered. The decision looks at tokens only, so
//! it holds while other things in the text are broken.

use memchr::memmem;

use crate::config::tokens::{TextToken, text_tokens};
use crate::template::ReadingMode;
use crate::text::Span;

/// How a document is read, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The mode.
    pub mode: ReadingMode,
    /// All tags inside strings, in order. Empty unless the mode is [`ReadingMode::InString`].
    pub tags: Vec<StringTag>,
}

/// A template tag inside a TOML string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringTag {
    /// The tag with its delimiters; of one that is not closed, its opening delimiter.
    pub span: Span,
    /// Whether it is closed inside its string. One that is not is plain text.
    pub closed: bool,
}

/// How `text` is read. Costs one search for `{` in a text without markers, one lexing of the TOML in others.
pub fn reading(text: &str) -> Reading {
    let Some(first) = next_marker(text, 0) else { return Reading::default() };
    let mut tags = Vec::new();
    let mut tokens = text_tokens(text);
    let mut token: Option<(TextToken, Span)> = None;
    let mut marker = Some(first);
    while let Some(start) = marker {
        let found = match token {
            Some((_, span)) if span.end > start => token,
            _ => tokens.by_ref().find(|(_, span)| span.end > start),
        };
        let Some((kind, span)) = found.filter(|(_, span)| span.contains(start)) else { return rendered() };
        token = found;
        let Some(content) = text.get(start..span.end) else { return rendered() };
        let closer = closer_of(content);
        let is_comment = kind == TextToken::Comment;
        let is_shell_length = content.starts_with("{#") && text[..start].ends_with('$');
        let next = match memmem::find(&content.as_bytes()[2..], closer) {
            _ if is_shell_length => start + 2,
            Some(at) => {
                let tag = Span::new(start, start + 2 + at + 2);
                if !is_comment && !content.starts_with("{#") {
                    tags.push(StringTag { span: tag, closed: true });
                }
                tag.end
            }
            None if !is_comment && reaches_beyond(text, start, span, closer) => return rendered(),
            None => {
                if !is_comment && (content.starts_with("{{") || content.starts_with("{% ")) {
                    tags.push(StringTag { span: Span::new(start, start + 2), closed: false });
                }
                start + 2
            }
        };
        marker = next_marker(text, next);
    }
    Reading { mode: ReadingMode::InString, tags }
}

const fn rendered() -> Reading {
    Reading { mode: ReadingMode::Rendered, tags: Vec::new() }
}

/// Offset of the first `{{`, `{%` or `{#` from `from` on.
fn next_marker(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes.get(from..)?)
        .map(|at| from + at)
        .find(|at| matches!(bytes.get(at + 1), Some(b'{' | b'%' | b'#')))
}

fn closer_of(tag: &str) -> &'static [u8] {
    match tag.as_bytes().get(1) {
        Some(b'%') => b"%}",
        Some(b'#') => b"#}",
        _ => b"}}",
    }
}

/// Whether the tag at `start`, which its string does not close, is closed behind it: `"{{ env(name="X") }}"` is one tag and
/// three tokens. A complete string without closing delimiter (a pattern like `"{{"`) is looked for on its line only.
fn reaches_beyond(text: &str, start: usize, string: Span, closer: &[u8]) -> bool {
    let behind = &text.as_bytes()[string.end..];
    let complete = is_complete(&text[string.range()]);
    let limit = if complete { memchr::memchr(b'\n', behind).unwrap_or(behind.len()) } else { behind.len() };
    let Some(close) = memmem::find(&behind[..limit], closer) else { return false };
    let end = string.end + close;
    next_marker(text, start + 2).is_none_or(|next| next >= end)
}

/// Whether a string has its closing quotes.
fn is_complete(string: &str) -> bool {
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| string.starts_with(quotes));
    quotes.is_some_and(|quotes| string.len() >= 2 * quotes.len() && string.ends_with(quotes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str) -> ReadingMode {
        reading(text).mode
    }

    fn tags(text: &str) -> Vec<&str> {
        let reading = reading(text);
        assert_eq!(reading.mode, ReadingMode::InString, "{text}");
        reading.tags.iter().filter_map(|tag| tag.span.slice(text)).collect()
    }

    #[test]
    fn text_without_markers_is_plain() {
        for text in ["", "a = 1", "a = { b = { c = 1 } }", "a = '}} %}'", "# { %"] {
            assert_eq!(mode(text), ReadingMode::Plain, "{text}");
        }
    }

    #[test]
    fn tags_inside_strings_and_comments_leave_toml_as_it_is() {
        assert_eq!(tags("a = \"x {{ b }} {{ c }}\"\n"), ["{{ b }}", "{{ c }}"]);
        assert_eq!(tags("a = '{% if b %}c{% endif %}' # {{ d }}"), ["{% if b %}", "{% endif %}"]);
        assert_eq!(tags("a = \"\"\"\n{{\n b }}\n\"\"\""), ["{{\n b }}"]);
        assert_eq!(tags("\"{{ key }}\" = 1"), ["{{ key }}"]);
        assert_eq!(tags("# {% for %}\na = 1"), [""; 0]);
    }

    #[test]
    fn other_mistakes_in_the_text_do_not_change_the_mode() {
        assert_eq!(tags("a = = [\nb = nope\nc = \"{{ d }}\"\n"), ["{{ d }}"]);
    }

    #[test]
    fn any_tag_elsewhere_asks_for_a_render() {
        for text in [
            "a = {{ b }}",
            "{% if a %}\nb = 1\n{% endif %}",
            "{# note #}\na = 1",
            "a = \"{{ env(name=\"X\") }}\"",
            "a = \"{{ b }}\"\n{{ c }}",
            "a = \"{{ f(\n1) }}\"",
            "a = {#",
            "{{",
        ] {
            assert_eq!(mode(text), ReadingMode::Rendered, "{text}");
        }
    }

    #[test]
    fn markers_that_form_no_tag_are_plain_text() {
        assert_eq!(tags("a = \"grep '{{'\"\nb = \"}}\""), ["{{"]);
        assert_eq!(tags("a = \"${#NAME} {{ b }}\""), ["{{ b }}"]);
        assert_eq!(tags("a = 'é {{ é"), ["{{"]);
        assert_eq!(tags("a = '{%d} {#fff {% x'"), ["{%"]);
    }
}
