//! `key = value`, alone on its line or not.

use toml_parser::lexer::TokenKind;

use super::super::SyntaxErrorKind;
use super::Reader;
use super::key::KeyEnd;
use super::string::is_closed;
use super::value::{Complete, Place};
use crate::text::Span;

impl Reader<'_> {
    /// `key = value` and whatever else stands on its line.
    pub(super) fn pairs(&mut self) {
        let mut pairs_error: Option<usize> = None;
        loop {
            if !self.pair() {
                return;
            }
            let value_end = self.cursor.previous_end();
            self.cursor.skip_blanks();
            if matches!(self.cursor.kind(), TokenKind::Newline | TokenKind::Comment | TokenKind::Eof) {
                return;
            }
            let token = self.cursor.span();
            let separator = match self.cursor.kind() {
                TokenKind::Comma => Some(','),
                TokenKind::Atom if self.cursor.is_letter(";") => Some(';'),
                _ => None,
            };
            let next = if separator.is_some() { self.after_separator() } else { 0 };
            if !self.cursor.is_pair(next) {
                let rest = self.cursor.rest_of_line();
                self.error(SyntaxErrorKind::TextAfterValue { text: self.written(rest) }, rest);
                let written = rest.slice(self.cursor.text).unwrap_or_default();
                if separator.is_some() && rest.len() == 1 {
                    self.mend(vec![(rest, String::new())]);
                } else if written.starts_with("//") {
                    self.mend(vec![(Span::new(rest.start, rest.start + 2), "#".to_owned())]);
                }
                self.blank_rest_of_line();
                return;
            }
            let next_start = self.cursor.peek(next).span.start;
            match separator {
                Some(_) => self.repair.replace(token, "\n"),
                None => self.repair.insert(next_start, "\n"),
            }
            let mend = (Span::new(value_end, next_start), format!("\n{}", self.indent_of_line(value_end)));
            match pairs_error {
                // One line, one mistake: the others only add to its mend.
                Some(index) => {
                    if let Some(error) = self.errors.get_mut(index) {
                        error.mend.push(mend);
                    }
                }
                None => {
                    pairs_error = Some(self.errors.len());
                    self.error(SyntaxErrorKind::PairsOnOneLine { separator }, token);
                    self.mend(vec![mend]);
                }
            }
            for _ in 0..next {
                self.cursor.advance();
            }
        }
    }

    /// How many tokens a separator and the blanks behind it are.
    pub(super) fn after_separator(&mut self) -> usize {
        if self.cursor.peek(1).kind == TokenKind::Whitespace { 2 } else { 1 }
    }

    /// One `key = value`; whether its line goes on behind it.
    fn pair(&mut self) -> bool {
        let start = self.cursor.span().start;
        let has_key = self.cursor.kind() != TokenKind::Equals;
        let (key, end) = if has_key { self.key() } else { (Span::at(start), KeyEnd::Plain) };
        self.cursor.skip_blanks();
        if end == KeyEnd::Line {
            return false;
        }
        if end == KeyEnd::Plain {
            if self.cursor.kind() == TokenKind::RightSquareBracket && self.unopened_header(key) {
                return false;
            }
            if self.cursor.kind() != TokenKind::Equals && self.lacks_equals_only() {
                self.error(SyntaxErrorKind::MissingEquals { key: self.written(key) }, key);
                self.mend(vec![(Span::at(key.end), " =".to_owned())]);
                self.repair.insert(key.end, "=");
                return self.value_of(key, Place::Statement);
            }
            if self.cursor.kind() != TokenKind::Equals {
                self.key_without_value(key);
                return false;
            }
            let equals = self.cursor.span();
            self.cursor.advance();
            if !has_key {
                let rest = Span::new(equals.start, self.cursor.rest_of_line().end.max(equals.end));
                self.error(SyntaxErrorKind::MissingKey, rest);
                self.repair.blank(rest, self.cursor.text);
                self.cursor.skip_rest_of_line();
                return false;
            }
        }
        self.value_of(key, Place::Statement)
    }

    pub(super) fn value_of(&mut self, key: Span, place: Place) -> Complete {
        self.cursor.skip_blanks();
        if self.cursor.kind() == TokenKind::Equals {
            let equals = self.cursor.span();
            self.error(SyntaxErrorKind::Unexpected { text: "=".into() }, equals);
            self.mend(vec![(equals, String::new())]);
            self.repair.replace(equals, " ");
            self.cursor.advance();
            self.cursor.skip_blanks();
        }
        if self.is_value_start() {
            return self.value(place);
        }
        let end = self.cursor.previous_end();
        let written_end = self.cursor.text.get(..end).map_or(end, |before| before.trim_end().len());
        self.error(SyntaxErrorKind::MissingValue { key: Some(self.written(key)) }, Span::new(key.start, written_end));
        self.repair.insert(written_end, "0");
        true
    }

    /// Whether a string, and nothing else, stands between the cursor and the end of the line.
    fn lacks_equals_only(&mut self) -> bool {
        let token = self.cursor.peek(0);
        let is_string = matches!(token.kind, TokenKind::BasicString | TokenKind::LiteralString)
            && token.span.slice(self.cursor.text).is_some_and(is_closed);
        is_string && self.cursor.rest_of_line() == token.span
    }

    /// `name]` or `name]]`, alone on its line.
    fn unopened_header(&mut self, key: Span) -> bool {
        let rest = self.cursor.rest_of_line();
        let missing = match rest.slice(self.cursor.text) {
            Some("]") => "[",
            Some("]]") => "[[",
            _ => return false,
        };
        self.error(SyntaxErrorKind::UnopenedHeader { missing }, key.join(rest));
        self.mend(vec![(Span::at(key.start), missing.to_owned())]);
        self.repair.insert(key.start, missing);
        self.cursor.skip_rest_of_line();
        true
    }

    fn key_without_value(&mut self, key: Span) {
        let rest = self.cursor.rest_of_line();
        let has_equals = rest.slice(self.cursor.text).is_some_and(|rest| rest.contains('='));
        let span = if rest.is_empty() { key } else { key.join(rest) };
        let is_told = self
            .errors
            .last()
            .is_some_and(|error| matches!(error.kind, SyntaxErrorKind::InvalidKey { .. }) && span.covers(error.span));
        if is_told {
            // The key itself is wrong: that it has no value either is the same mistake.
        } else if has_equals {
            self.error(SyntaxErrorKind::InvalidKey { key: self.written(key) }, key);
        } else {
            self.error(SyntaxErrorKind::KeyWithoutValue { key: self.written(span) }, span);
        }
        self.repair.insert(key.end, "=0");
        if !rest.is_empty() {
            self.repair.blank(rest, self.cursor.text);
        }
        self.cursor.skip_rest_of_line();
    }
}
