//! Hides template tags from the TOML parser without moving anything: each byte is replaced, none added or taken away.

use crate::template::lexer::{Lexed, Token, TokenKind};
use crate::text::Span;

/// A text of the same length as the document in which no template tag is left.
pub(super) struct Masked {
    pub(super) text: String,
    /// Where expressions stand, in order.
    pub(super) expressions: Vec<Span>,
    /// Where the lines start that a table header begins, in order. A header ends whatever was left open before it.
    pub(super) headers: Vec<usize>,
}

/// Stands for a byte of an expression. It may stand in a bare key, in a string and where a value is expected.
const FILLER: u8 = b'x';

pub(super) fn mask(text: &str, lexed: &Lexed) -> Masked {
    let mut masked = text.as_bytes().to_vec();
    let mut expressions = Vec::new();
    for token in &lexed.tokens {
        match token.kind {
            TokenKind::Text => {}
            TokenKind::Expression => {
                expressions.push(token.span);
                fill(&mut masked, token.span, FILLER);
            }
            TokenKind::Comment => fill(&mut masked, token.span, b' '),
            TokenKind::Tag => fill(&mut masked, token.span, b' '),
            TokenKind::Raw => {
                fill(&mut masked, Span::new(token.span.start, token.inner.start), b' ');
                fill(&mut masked, Span::new(token.inner.end, token.span.end), b' ');
            }
        }
    }
    let mut scanner = Scanner { bytes: &masked, at: 0, depth: 0, headers: Vec::new(), breaks: Vec::new() };
    scanner.run(&lexed.tokens);
    let Scanner { headers, breaks, .. } = scanner;
    for at in breaks {
        masked[at] = b'\n';
    }
    // Whole characters are replaced, so the text stays UTF-8; should it ever not, nothing is known of it.
    let text = String::from_utf8(masked).unwrap_or_else(|broken| " ".repeat(broken.as_bytes().len()));
    Masked { text, expressions, headers }
}

/// Whether a byte is one of those that say nothing about where a line, a string or a bracket begins or ends.
const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b',')
}

fn fill(bytes: &mut [u8], span: Span, with: u8) {
    if let Some(bytes) = bytes.get_mut(span.range()) {
        bytes.fill(with);
    }
}

/// Follows strings and comments.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// How many brackets are open.
    depth: usize,
    headers: Vec<usize>,
    /// Tags that end a statement: `{% if a %}x = 1{% else %}x = 2{% endif %}`.
    breaks: Vec<usize>,
}

impl Scanner<'_> {
    fn run(&mut self, tokens: &[Token]) {
        let mut tags = tokens.iter().filter(|token| token.kind == TokenKind::Tag).map(|token| token.span);
        let mut tag = tags.next();
        let mut line_is_empty = true;
        let mut expects_value = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            while tag.is_some_and(|tag| tag.end <= self.at) {
                tag = tags.next();
            }
            if let Some(Span { end, .. }) = tag.filter(|tag| tag.start <= self.at) {
                if self.depth == 0 && !line_is_empty && !expects_value {
                    self.breaks.push(self.at);
                    line_is_empty = true;
                }
                self.at = end.max(self.at + 1);
                continue;
            }
            match byte {
                b'\n' => {
                    line_is_empty = true;
                    expects_value = false;
                    self.at += 1;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    self.at += memchr::memchr(b'\n', &self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at);
                    continue;
                }
                b'"' | b'\'' => self.string(byte),
                b'[' if line_is_empty && (self.depth == 0 || self.is_header()) => {
                    self.depth = 0;
                    self.headers.push(self.at);
                    self.at += memchr::memchr(b'\n', &self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at);
                    continue;
                }
                b'[' | b'{' => {
                    self.depth += 1;
                    self.at += 1;
                }
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                b'=' | b'.' => self.at += 1,
                // Most bytes are those of keys and numbers.
                _ => {
                    let rest = &self.bytes[self.at..tag.map_or(self.bytes.len(), |tag| tag.start)];
                    let word = rest.iter().position(|byte| !is_of_word(*byte)).unwrap_or(rest.len());
                    self.at += word.max(1);
                }
            }
            line_is_empty = false;
            expects_value = matches!(byte, b'=' | b'.');
        }
    }

    /// Passes a string. One of a single line ends with its line, closed or not.
    fn string(&mut self, quote: u8) {
        let rest = &self.bytes[self.at..];
        let is_long = rest.get(1) == Some(&quote) && rest.get(2) == Some(&quote);
        let mut at = if is_long { 3 } else { 1 };
        let end = loop {
            let Some(found) = rest.get(at..).and_then(|rest| memchr::memchr3(quote, b'\\', b'\n', rest)) else {
                break rest.len();
            };
            at += found;
            match rest[at] {
                b'\\' if quote == b'"' => at += 2,
                b'\n' if !is_long => break at,
                byte if byte == quote && !is_long => break at + 1,
                byte if byte == quote && rest[at..].starts_with(&[quote; 3]) => break at + 3,
                _ => at += 1,
            }
        };
        self.at += end;
    }

    /// Whether a bracket at the start of a line, with others still open, is more likely a header than an item of a list: it
    /// holds a bare key and nothing follows it.
    fn is_header(&self) -> bool {
        let rest = &self.bytes[self.at..];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let Ok(line) = std::str::from_utf8(line) else { return false };
        let line = line.split('#').next().unwrap_or_default().trim_end();
        let inner = line.strip_prefix("[[").map_or_else(
            || line.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')),
            |inner| inner.strip_suffix("]]"),
        );
        inner.is_some_and(|key| {
            key.starts_with(|first: char| first.is_ascii_alphabetic())
                && !matches!(key, "true" | "false" | "inf" | "nan")
                && !key.contains(['[', ']', ',', '{', '='])
        })
    }
}
