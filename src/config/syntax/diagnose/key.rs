//! A key, dotted or not, quoted or not.

use toml_parser::lexer::TokenKind;

use super::super::SyntaxErrorKind;
use super::super::cursor::is_bare_key;
use super::string::is_closed;
use super::{DEPTH_LIMIT, Reader};
use crate::text::Span;

/// How a key ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyEnd {
    /// Where `=` or a bracket may follow.
    Plain,
    /// At a `:` that was meant for `=`.
    Colon,
    /// With its whole line, which is reported.
    Line,
}

impl Reader<'_> {
    /// A key, dotted or not: its place, and how it ends.
    pub(super) fn key(&mut self) -> (Span, KeyEnd) {
        let mut span = Span::at(self.cursor.span().start);
        let mut parts = 0;
        // However many parts of it are wrong, a key is one mistake.
        let mut is_told = false;
        loop {
            self.cursor.skip_blanks();
            let token = self.cursor.peek(0);
            let written = token.span.slice(self.cursor.text).unwrap_or_default();
            match token.kind {
                TokenKind::Atom if is_bare_key(written) => {}
                TokenKind::Atom
                    if written.ends_with(':') && (parts > 0 || is_bare_key(written.trim_end_matches(':'))) =>
                {
                    return (self.colon(span, token.span), KeyEnd::Colon);
                }
                // `key:value`, unless an `=` shows that the colon belongs to the key.
                TokenKind::Atom
                    if written.find(':').is_some_and(|colon| is_bare_key(&written[..colon]))
                        && !self.has_equals_next() =>
                {
                    let colon = token.span.start + written.find(':').unwrap_or_default();
                    let key = self.colon(span, Span::new(token.span.start, colon + 1));
                    self.cursor.jump(colon + 1);
                    return (key, KeyEnd::Colon);
                }
                TokenKind::BasicString | TokenKind::LiteralString if is_closed(written) => {
                    self.check_escapes(token.span)
                }
                TokenKind::Atom
                | TokenKind::BasicString
                | TokenKind::LiteralString
                | TokenKind::MlBasicString
                | TokenKind::MlLiteralString => {
                    if !is_told {
                        self.error(SyntaxErrorKind::InvalidKey { key: written.to_owned() }, token.span);
                    }
                    let needs_quotes_only = token.kind == TokenKind::Atom && !written.contains(['"', '\'', '\\']);
                    if needs_quotes_only && !is_told {
                        self.mend(vec![(token.span, format!("\"{written}\""))]);
                    }
                    is_told = true;
                    if needs_quotes_only {
                        self.repair.replace(token.span, &format!("\"{written}\""));
                    } else {
                        self.repair.replace(token.span, &unique_key(token.span));
                    }
                }
                // An empty part: `.a`, `a..b`, `a. = 1`.
                _ => {
                    let place = if token.kind == TokenKind::Dot { token.span } else { span };
                    if !is_told {
                        self.error(SyntaxErrorKind::InvalidKey { key: self.written(place) }, place);
                    }
                    is_told = true;
                    self.repair.insert(token.span.start, "\"\"");
                    if token.kind != TokenKind::Dot {
                        return (span, KeyEnd::Plain);
                    }
                }
            }
            parts += 1;
            if token.kind != TokenKind::Dot {
                span = Span::new(span.start, token.span.end);
                self.cursor.advance();
                // `"key": value`
                if self.cursor.is_letter(":") {
                    let colon = self.cursor.span();
                    return (self.colon(span, colon), KeyEnd::Colon);
                }
            }
            let blanks = usize::from(self.cursor.kind() == TokenKind::Whitespace);
            if self.cursor.peek(blanks).kind != TokenKind::Dot {
                break;
            }
            self.cursor.skip_blanks();
            self.cursor.advance();
            if parts > DEPTH_LIMIT {
                let rest = span.join(self.cursor.rest_of_line());
                self.error(SyntaxErrorKind::TooDeep, rest);
                self.repair.replace(rest, &format!("{}=0", unique_key(rest)));
                self.cursor.skip_rest_of_line();
                return (span, KeyEnd::Line);
            }
        }
        (span, KeyEnd::Plain)
    }

    /// Whether `=`, `.` or `]` follows the current token.
    fn has_equals_next(&mut self) -> bool {
        let ahead = if self.cursor.peek(1).kind == TokenKind::Whitespace { 2 } else { 1 };
        matches!(self.cursor.peek(ahead).kind, TokenKind::Equals | TokenKind::Dot | TokenKind::RightSquareBracket)
    }

    /// `key: value`: reads the colon as the equals sign that was meant.
    fn colon(&mut self, key: Span, token: Span) -> Span {
        let colon = Span::new(token.end - 1, token.end);
        self.error(SyntaxErrorKind::ColonForEquals, colon);
        self.mend(vec![(colon, " =".to_owned())]);
        self.repair.replace(colon, "=");
        self.cursor.advance();
        Span::new(key.start, colon.start)
    }
}

/// A key that nothing else in the text has.
fn unique_key(span: Span) -> String {
    format!("_unreadable_{}", span.start)
}
