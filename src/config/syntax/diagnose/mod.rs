//! Reads a broken text statement by statement: says what is wrong in our own words, and how to get over it.
//!
//! Nothing here decides whether a text is TOML: the parser does. This runs on texts that it refused.

mod bare;
mod foreign;
mod header;
mod key;
mod pair;
mod string;
mod value;

use toml_parser::lexer::TokenKind;

use super::cursor::Cursor;
use super::repair::Repair;
use super::{SyntaxError, SyntaxErrorKind};
use crate::text::Span;

/// Arrays, inline tables and keys nested deeper than this are refused by the parser.
const DEPTH_LIMIT: usize = 79;

/// All mistakes that can be told from the statements of `text` alone, and the edits that get over them.
pub(super) fn diagnose(text: &str) -> (Vec<SyntaxError>, Repair) {
    let mut reader =
        Reader { cursor: Cursor::new(text), errors: Vec::new(), repair: Repair::default(), depth: 0, broken_off: 0 };
    reader.statements();
    (reader.errors, reader.repair)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    errors: Vec<SyntaxError>,
    repair: Repair,
    depth: usize,
    /// Arrays that were given up since the last header: their closing brackets may still come.
    broken_off: usize,
}

impl<'a> Reader<'a> {
    fn statements(&mut self) {
        loop {
            match self.cursor.kind() {
                TokenKind::Eof => return,
                TokenKind::Whitespace | TokenKind::Newline | TokenKind::Comment => self.cursor.advance(),
                TokenKind::LeftSquareBracket => self.header(),
                TokenKind::Atom | TokenKind::Equals if self.foreign_line() => {}
                TokenKind::RightSquareBracket if self.broken_off > 0 => {
                    self.broken_off -= 1;
                    // The bracket is there after all, only too late: closing the array earlier would leave this one over.
                    if let Some(error) =
                        self.errors.iter_mut().rev().find(|error| error.kind == SyntaxErrorKind::UnclosedArray)
                    {
                        error.mend.clear();
                    }
                    self.blank_rest_of_line();
                }
                TokenKind::RightSquareBracket
                | TokenKind::LeftCurlyBracket
                | TokenKind::RightCurlyBracket
                | TokenKind::Comma => {
                    let rest = self.cursor.rest_of_line();
                    self.error(SyntaxErrorKind::Unexpected { text: self.written(rest) }, rest);
                    self.blank_rest_of_line();
                }
                TokenKind::MlBasicString | TokenKind::MlLiteralString if self.cursor.spans_lines() => {
                    self.stray_quotes()
                }
                _ => self.pairs(),
            }
        }
    }

    // Findings

    fn error(&mut self, kind: SyntaxErrorKind, span: Span) {
        self.errors.push(SyntaxError { kind, span, mend: Vec::new() });
    }

    /// Adds a mend to the last error.
    fn mend(&mut self, mend: Vec<(Span, String)>) {
        if let Some(error) = self.errors.last_mut() {
            error.mend = mend;
        }
    }

    fn written(&self, span: Span) -> String {
        span.slice(self.cursor.text).unwrap_or_default().to_owned()
    }

    fn blank_rest_of_line(&mut self) {
        let rest = self.cursor.rest_of_line();
        self.repair.blank(rest, self.cursor.text);
        self.cursor.skip_rest_of_line();
    }

    /// The white space at the start of the line that `offset` lies in.
    fn indent_of_line(&self, offset: usize) -> &'a str {
        let before = self.cursor.text.get(..offset).unwrap_or_default();
        let line = &self.cursor.text[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }
}
