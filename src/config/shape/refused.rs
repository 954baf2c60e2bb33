//! Forms that are read here, but that clnrm 1.0 refuses: told once each, for files that both must read.

use toml::de::DeValue;

use super::{Path, ShapeProblemKind, Walk};
use crate::config::read::Value;
use crate::text::Span;

impl Walk<'_, '_> {
    pub(super) fn tell_refused(&mut self, what: &'static str, span: Span, path: &Path<'_>) {
        if self.refused.contains(&what) || self.source.is_hole(span) {
            return;
        }
        self.refused.push(what);
        self.problem(ShapeProblemKind::Refused { what }, span, path);
    }

    /// Tells of inline tables in a value with free content.
    pub(super) fn inline_tables(&mut self, value: &Value<'_>, path: &Path<'_>) {
        match value.get_ref() {
            DeValue::Table(entries) => {
                self.inline_table(value, path);
                entries.values().for_each(|value| self.inline_tables(value, path));
            }
            DeValue::Array(items) => items.iter().for_each(|item| self.inline_tables(item, path)),
            _ => {}
        }
    }

    /// Tells of an inline table that only TOML 1.1 allows.
    pub(super) fn inline_table(&mut self, value: &Value<'_>, path: &Path<'_>) {
        const OVER_LINES: &str = "inline tables that go over several lines";
        let span = self.source.span(value.span());
        if !self.source.opens_with(span, b'{') || self.refused.contains(&OVER_LINES) {
            return;
        }
        let written = span.slice(self.source.text).unwrap_or_default();
        if memchr::memchr(b'\n', written.as_bytes()).is_some() && breaks_between_braces(written) {
            self.tell_refused(OVER_LINES, Span::new(span.start, span.start + 1), path);
        }
    }
}

/// Whether a line ends directly between the braces of an inline table, or its last pair is followed by a comma. Breaks inside
/// the brackets of an array and inside strings are allowed in every TOML.
fn breaks_between_braces(written: &str) -> bool {
    use toml_parser::lexer::TokenKind;

    let mut open = Vec::new();
    for token in toml_parser::Source::new(written).lex() {
        match token.kind() {
            TokenKind::LeftCurlyBracket => open.push(true),
            TokenKind::LeftSquareBracket => open.push(false),
            TokenKind::RightCurlyBracket | TokenKind::RightSquareBracket => {
                open.pop();
            }
            TokenKind::Newline if open.last() == Some(&true) => return true,
            _ => {}
        }
    }
    false
}
