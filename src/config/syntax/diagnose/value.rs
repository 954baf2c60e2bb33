//! A value of any kind; arrays and inline tables with what they hold.

use toml_parser::lexer::TokenKind;

use super::super::SyntaxErrorKind;
use super::super::cursor::Cursor;
use super::key::KeyEnd;
use super::{DEPTH_LIMIT, Reader};
use crate::text::Span;

/// How far to look for the end of an inline table.
const LOOK_AHEAD: usize = 4096;

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind `key =` on a line.
    Statement,
    /// In an array or inline table.
    Nested,
}

/// Whether a value was read to its end, or given up because the next statement starts.
pub(super) type Complete = bool;

impl Reader<'_> {
    pub(super) fn is_value_start(&mut self) -> bool {
        match self.cursor.kind() {
            TokenKind::Atom => !self.cursor.is_letter(";"),
            TokenKind::Dot
            | TokenKind::LeftSquareBracket
            | TokenKind::LeftCurlyBracket
            | TokenKind::BasicString
            | TokenKind::LiteralString
            | TokenKind::MlBasicString
            | TokenKind::MlLiteralString => true,
            _ => false,
        }
    }

    pub(super) fn value(&mut self, place: Place) -> Complete {
        match self.cursor.kind() {
            TokenKind::LeftSquareBracket if self.may_go_deeper() => self.array(),
            TokenKind::LeftCurlyBracket if self.may_go_deeper() => self.inline_table(),
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => self.too_deep(),
            TokenKind::BasicString | TokenKind::LiteralString => {
                self.string();
                true
            }
            TokenKind::MlBasicString | TokenKind::MlLiteralString => {
                self.long_string();
                true
            }
            _ => {
                self.bare(place);
                true
            }
        }
    }

    fn may_go_deeper(&self) -> bool {
        self.depth < DEPTH_LIMIT
    }

    fn too_deep(&mut self) -> Complete {
        let open = self.cursor.span();
        let mut depth = 0_usize;
        loop {
            match self.cursor.kind() {
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => depth -= 1,
                TokenKind::Eof => break,
                _ => {}
            }
            self.cursor.advance();
            if depth == 0 {
                break;
            }
        }
        // One mistake, however many values go too deep.
        if !self.errors.iter().any(|error| error.kind == SyntaxErrorKind::TooDeep) {
            self.error(SyntaxErrorKind::TooDeep, open);
        }
        let end = self.cursor.previous_end().max(open.end);
        self.repair.replace(Span::new(open.start, end), "0");
        true
    }

    fn array(&mut self) -> Complete {
        let open = self.cursor.span();
        self.cursor.advance();
        self.depth += 1;
        let complete = self.items(open);
        self.depth -= 1;
        complete
    }

    fn items(&mut self, open: Span) -> Complete {
        let mut wants_item = true;
        let mut last_end = open.end;
        loop {
            let crossed = self.cursor.skip_lines();
            let token = self.cursor.peek(0);
            let gives_up = match token.kind {
                TokenKind::Eof => true,
                _ => crossed && (self.cursor.is_header() || self.cursor.is_pair(0)),
            };
            if gives_up {
                self.close_array(open, last_end);
                self.broken_off += 1;
                return false;
            }
            match token.kind {
                TokenKind::RightSquareBracket => {
                    self.cursor.advance();
                    return true;
                }
                TokenKind::Comma => {
                    last_end = self.comma(wants_item);
                    wants_item = true;
                }
                // `[1, 2}` inside an inline table: the table ends here.
                TokenKind::RightCurlyBracket if self.depth > 1 => {
                    self.close_array(open, last_end);
                    return true;
                }
                _ if self.is_value_start() => {
                    if !wants_item {
                        self.missing_comma(last_end, token.span);
                    }
                    if !self.value(Place::Nested) {
                        let end = self.last_end(last_end);
                        self.repair.insert(end, "]");
                        return false;
                    }
                    wants_item = false;
                    last_end = self.cursor.previous_end();
                }
                _ => self.unexpected(),
            }
        }
    }

    fn inline_table(&mut self) -> Complete {
        let open = self.cursor.span();
        let is_closed = self.finds_closing_brace();
        self.cursor.advance();
        self.depth += 1;
        let complete = self.members(open, is_closed);
        self.depth -= 1;
        complete
    }

    fn members(&mut self, open: Span, is_closed: bool) -> Complete {
        let mut wants_member = true;
        let mut last_end = open.end;
        loop {
            let crossed = self.cursor.skip_lines();
            let token = self.cursor.peek(0);
            let gives_up = match token.kind {
                TokenKind::Eof => true,
                _ if is_closed => false,
                TokenKind::RightSquareBracket => self.depth > 1,
                _ => crossed && (self.cursor.is_header() || self.cursor.is_pair(0)),
            };
            if gives_up {
                self.error(SyntaxErrorKind::UnclosedInlineTable, open);
                self.mend(vec![(Span::at(last_end), "}".to_owned())]);
                self.repair.insert(last_end, "}");
                return token.kind == TokenKind::RightSquareBracket;
            }
            match token.kind {
                TokenKind::RightCurlyBracket => {
                    self.cursor.advance();
                    return true;
                }
                TokenKind::Comma => {
                    last_end = self.comma(wants_member);
                    wants_member = true;
                }
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket | TokenKind::RightSquareBracket => {
                    self.unexpected();
                }
                TokenKind::Equals => self.unexpected(),
                _ if self.cursor.is_letter(";") => {
                    // `;` for `,`.
                    self.error(SyntaxErrorKind::MissingComma, token.span);
                    self.mend(vec![(token.span, ",".to_owned())]);
                    self.repair.replace(token.span, ",");
                    wants_member = true;
                    self.cursor.advance();
                }
                _ => {
                    if !wants_member {
                        self.missing_comma(last_end, token.span);
                    }
                    let (key, end) = self.key();
                    self.cursor.skip_blanks();
                    if end == KeyEnd::Line {
                        // The repair of that line gave it a value.
                    } else if end == KeyEnd::Plain && self.cursor.kind() != TokenKind::Equals {
                        self.error(SyntaxErrorKind::KeyWithoutValue { key: self.written(key) }, key);
                        self.repair.insert(key.end, "=0");
                    } else {
                        if end == KeyEnd::Plain {
                            self.cursor.advance();
                        }
                        if !self.value_of(key, Place::Nested) {
                            let end = self.last_end(last_end);
                            self.repair.insert(end, "}");
                            return false;
                        }
                    }
                    wants_member = false;
                    last_end = self.cursor.previous_end();
                }
            }
        }
    }

    /// Whether the brace that opens here is closed before the next header.
    fn finds_closing_brace(&mut self) -> bool {
        let mut depth = 0_usize;
        let mut at_line_start = false;
        for ahead in 0..LOOK_AHEAD {
            match self.cursor.peek(ahead).kind {
                TokenKind::LeftCurlyBracket => depth += 1,
                TokenKind::RightCurlyBracket => {
                    depth -= 1;
                    if depth == 0 {
                        return true;
                    }
                }
                TokenKind::LeftSquareBracket if at_line_start && self.is_header_at(ahead) => return false,
                TokenKind::Eof => return false,
                _ => {}
            }
            at_line_start = matches!(self.cursor.peek(ahead).kind, TokenKind::Newline)
                || (at_line_start && self.cursor.peek(ahead).kind == TokenKind::Whitespace);
        }
        true
    }

    fn is_header_at(&mut self, ahead: usize) -> bool {
        let line = self.cursor.peek(ahead).span.start;
        let rest = self.cursor.text.get(line..).unwrap_or_default();
        Cursor::new(rest.lines().next().unwrap_or_default()).is_header()
    }

    /// Goes behind the comma at the cursor, which is one too many where no item came before it; where it ends.
    fn comma(&mut self, is_extra: bool) -> usize {
        let comma = self.cursor.span();
        if is_extra {
            self.error(SyntaxErrorKind::ExtraComma, comma);
            self.mend(vec![(comma, String::new())]);
            self.repair.replace(comma, " ");
        }
        self.cursor.advance();
        comma.end
    }

    /// Ends the array that opens at `open` behind its last item, and says so.
    fn close_array(&mut self, open: Span, last_end: usize) {
        self.error(SyntaxErrorKind::UnclosedArray, open);
        self.mend(vec![(Span::at(last_end), "]".to_owned())]);
        self.repair.insert(last_end, "]");
    }

    fn missing_comma(&mut self, after: usize, next: Span) {
        self.error(SyntaxErrorKind::MissingComma, next);
        self.mend(vec![(Span::at(after), ",".to_owned())]);
        self.repair.insert(after, ",");
    }

    fn unexpected(&mut self) {
        let token = self.cursor.span();
        self.error(SyntaxErrorKind::Unexpected { text: self.written(token) }, token);
        self.repair.blank(token, self.cursor.text);
        self.cursor.advance();
    }

    /// Where a broken-off value ends: behind the last thing that is not blank before the current token.
    fn last_end(&mut self, at_least: usize) -> usize {
        let here = self.cursor.span().start;
        let before = self.cursor.text.get(..here).unwrap_or_default();
        before.trim_end().len().max(at_least)
    }
}
