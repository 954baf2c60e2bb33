//! A value without quotes: number, boolean, date, or a word that is none of these.

use toml_parser::lexer::TokenKind;

use super::super::{SyntaxErrorKind, scalar};
use super::Reader;
use super::value::Place;
use crate::text::Span;

impl Reader<'_> {
    /// A number, boolean, date or a word that is none of these.
    pub(super) fn bare(&mut self, place: Place) {
        let start = self.cursor.span().start;
        let mut end = self.bare_run(start);
        // A date and a time may be one value with a blank between them.
        let is_date =
            self.cursor.text.as_bytes().get(start..end).is_some_and(|date| date.len() == 10 && date[4] == b'-');
        if is_date && self.cursor.kind() == TokenKind::Whitespace {
            let next = self.cursor.peek(1);
            let starts_time =
                next.kind == TokenKind::Atom && self.cursor.text.as_bytes().get(next.span.start + 2) == Some(&b':');
            if starts_time {
                self.cursor.skip_blanks();
                end = self.bare_run(next.span.start);
            }
        }
        if scalar::judge(self.cursor.text.get(start..end).unwrap_or_default()).is_none() {
            return;
        }
        // A text without quotes may go on: to the end of the line, or to the next comma or bracket inside brackets.
        loop {
            let token = self.cursor.peek(0);
            let stops = match token.kind {
                TokenKind::Newline | TokenKind::Comment | TokenKind::Eof => true,
                TokenKind::Comma | TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket
                    if place == Place::Nested =>
                {
                    true
                }
                TokenKind::Comma => {
                    let next = self.after_separator();
                    self.cursor.is_pair(next)
                }
                TokenKind::Atom if self.cursor.is_letter(";") => {
                    let next = self.after_separator();
                    self.cursor.is_pair(next)
                }
                _ => false,
            };
            if stops {
                break;
            }
            if token.kind != TokenKind::Whitespace {
                end = token.span.end;
            }
            self.cursor.advance();
        }
        let span = Span::new(start, end);
        let word = span.slice(self.cursor.text).unwrap_or_default();
        let Some(kind) = scalar::judge(word) else { return };
        let mend = match &kind {
            SyntaxErrorKind::MissingQuotes { word } => quoted(word),
            SyntaxErrorKind::ForeignBoolean { value, .. } => Some(value.to_string()),
            _ => None,
        };
        self.error(kind, span);
        self.mend(mend.map(|text| vec![(span, text)]).unwrap_or_default());
        self.repair.replace(span, "0");
    }

    /// Goes behind the words and points that touch each other; where they end.
    fn bare_run(&mut self, start: usize) -> usize {
        let mut end = start;
        while matches!(self.cursor.kind(), TokenKind::Atom | TokenKind::Dot)
            && self.cursor.span().start <= end.max(start)
            && !self.cursor.is_letter(";")
        {
            end = self.cursor.span().end;
            self.cursor.advance();
        }
        end
    }
}

/// Quotes that word processors write.
const CURLY_QUOTES: [char; 8] = ['“', '”', '„', '‘', '’', '‚', '«', '»'];

/// `word` as a string, unless that takes more than quotes.
fn quoted(word: &str) -> Option<String> {
    let bare = word.trim_matches(|letter| matches!(letter, '"' | '\'') || CURLY_QUOTES.contains(&letter));
    (!bare.contains(['"', '\\'])).then(|| format!("\"{bare}\""))
}
