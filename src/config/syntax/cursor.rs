//! The tokens of a text, lexed on demand, so that a broken string can be left behind by going on elsewhere.

use toml_parser::Source;
use toml_parser::lexer::{Lexer, TokenKind};

use crate::text::Span;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// A place in the tokens of a text, with free look-ahead.
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    tokens: Vec<Token>,
    lexer: Lexer<'a>,
    /// Where the lexer's text starts.
    base: usize,
    /// Index of the current token.
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, tokens: Vec::new(), lexer: Source::new(text).lex(), base: 0, at: 0 }
    }

    /// The token `ahead` places from here; the end of the text for ever.
    pub fn peek(&mut self, ahead: usize) -> Token {
        let index = self.at + ahead;
        while self.tokens.len() <= index {
            let Some(token) = self.lexer.next() else {
                return Token { kind: TokenKind::Eof, span: Span::at(self.text.len()) };
            };
            let span = Span::new(self.base + token.span().start(), self.base + token.span().end());
            self.push(token.kind(), span);
        }
        self.tokens[index]
    }

    /// A `;` is a token of its own here, so that pairs on one line can be told apart.
    fn push(&mut self, kind: TokenKind, span: Span) {
        let mut start = span.start;
        if kind == TokenKind::Atom {
            let semicolons = memchr::memchr_iter(b';', &self.text.as_bytes()[span.range()]);
            for semicolon in semicolons.map(|offset| span.start + offset) {
                if start < semicolon {
                    self.tokens.push(Token { kind, span: Span::new(start, semicolon) });
                }
                self.tokens.push(Token { kind, span: Span::new(semicolon, semicolon + 1) });
                start = semicolon + 1;
            }
        }
        if start < span.end || span.is_empty() {
            self.tokens.push(Token { kind, span: Span::new(start, span.end) });
        }
    }

    pub fn kind(&mut self) -> TokenKind {
        self.peek(0).kind
    }

    pub fn span(&mut self) -> Span {
        self.peek(0).span
    }

    /// Whether the current token goes over several lines.
    pub fn spans_lines(&mut self) -> bool {
        self.span().slice(self.text).is_some_and(|written| written.contains('\n'))
    }

    pub fn advance(&mut self) {
        if self.kind() != TokenKind::Eof {
            self.at += 1;
        }
    }

    /// Where the token before the current one ends.
    pub fn previous_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|index| self.tokens.get(index)).map_or(0, |token| token.span.end)
    }

    pub fn skip_blanks(&mut self) {
        while self.kind() == TokenKind::Whitespace {
            self.advance();
        }
    }

    /// Skips blanks, comments and line ends; whether there was a line end.
    pub fn skip_lines(&mut self) -> bool {
        let mut crossed = false;
        loop {
            match self.kind() {
                TokenKind::Newline => crossed = true,
                TokenKind::Whitespace | TokenKind::Comment => {}
                _ => return crossed,
            }
            self.advance();
        }
    }

    /// Whether the current token is the character `letter`, which is no punctuation of TOML.
    pub fn is_letter(&mut self, letter: &str) -> bool {
        let token = self.peek(0);
        token.kind == TokenKind::Atom && token.span.slice(self.text) == Some(letter)
    }

    /// Goes on at `offset`, which must not lie before the current token.
    pub fn jump(&mut self, offset: usize) {
        self.tokens.truncate(self.at);
        self.tokens.push(Token { kind: TokenKind::Whitespace, span: Span::at(offset) });
        self.at = self.tokens.len();
        self.base = offset;
        self.lexer = Source::new(self.text.get(offset..).unwrap_or_default()).lex();
    }

    /// From the current token to the last one of its line before a comment.
    pub fn rest_of_line(&mut self) -> Span {
        let start = self.span().start;
        let mut end = start;
        for ahead in 0.. {
            let token = self.peek(ahead);
            match token.kind {
                TokenKind::Newline | TokenKind::Comment | TokenKind::Eof => break,
                TokenKind::Whitespace => {}
                _ => end = token.span.end,
            }
        }
        Span::new(start, end)
    }

    /// Skips to the comment or line end of this line.
    pub fn skip_rest_of_line(&mut self) {
        while !matches!(self.kind(), TokenKind::Newline | TokenKind::Comment | TokenKind::Eof) {
            self.advance();
        }
    }

    /// Whether `key =` starts `ahead` tokens from here.
    pub fn is_pair(&mut self, mut ahead: usize) -> bool {
        loop {
            let token = self.peek(ahead);
            let is_key = match token.kind {
                TokenKind::BasicString | TokenKind::LiteralString => true,
                TokenKind::Atom => token.span.slice(self.text).is_some_and(is_bare_key),
                _ => false,
            };
            if !is_key {
                return false;
            }
            ahead = self.after_blanks(ahead + 1);
            match self.peek(ahead).kind {
                TokenKind::Equals => return true,
                TokenKind::Dot => ahead = self.after_blanks(ahead + 1),
                _ => return false,
            }
        }
    }

    /// Whether a line that is a table header and can't be an item of an array starts here.
    pub fn is_header(&mut self) -> bool {
        let mut ahead = 0;
        let mut brackets = 0;
        while self.peek(ahead).kind == TokenKind::LeftSquareBracket && brackets < 2 {
            brackets += 1;
            ahead = self.after_blanks(ahead + 1);
        }
        let first = self.peek(ahead);
        let is_name = first.kind == TokenKind::Atom
            && first.span.slice(self.text).is_some_and(|name| {
                is_bare_key(name)
                    && name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
                    && !matches!(name, "true" | "false" | "inf" | "nan")
            });
        if brackets == 0 || !is_name {
            return false;
        }
        loop {
            match self.peek(ahead).kind {
                TokenKind::Newline | TokenKind::Comment | TokenKind::Eof => return true,
                TokenKind::Comma | TokenKind::Equals => return false,
                _ => ahead += 1,
            }
        }
    }

    fn after_blanks(&mut self, ahead: usize) -> usize {
        if self.peek(ahead).kind == TokenKind::Whitespace { ahead + 1 } else { ahead }
    }
}

/// Whether `key` needs no quotes.
pub(super) fn is_bare_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
