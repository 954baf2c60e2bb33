//! Finds tags that stand in TOML comments, so that they can be taken as text.

use memchr::{memchr, memrchr};

use super::{Lexed, LexicalProblem, TokenKind, blocks};
use crate::template::problem::ProblemKind;

/// Turns tags in TOML comments into text and matches all others. See the module documentation of the lexer for the rule.
pub(super) fn mark(source: &str, lexed: &mut Lexed) {
    let commented = commented(source, lexed);
    if commented.is_empty() {
        blocks::pair(source, lexed, |_| false);
        return;
    }
    let lexical = lexed.problems.len();
    if !blocks::pair(source, lexed, |index| commented.binary_search(&index).is_ok()) {
        lexed.problems.truncate(lexical);
        blocks::pair(source, lexed, |_| false);
    }
    let mut inert: Vec<usize> = commented.clone();
    inert.retain(|&index| is_inert(lexed, index, &commented));
    lexed.problems.retain(|problem| problem.token.is_none_or(|token| inert.binary_search(&token).is_err()));
    for index in inert {
        let token = &mut lexed.tokens[index];
        lexed.problems.push(LexicalProblem { kind: ProblemKind::TagInComment, at: token.span, token: None });
        token.kind = TokenKind::Text;
        token.inert = true;
        token.inner = token.span;
        token.mate = None;
        token.owner = None;
        token.middles.clear();
    }
}

/// Whether all tags of the block that the tag belongs to stand in comments.
fn is_inert(lexed: &Lexed, index: usize, commented: &[usize]) -> bool {
    let token = &lexed.tokens[index];
    let opener = match (token.owner, token.mate) {
        (Some(owner), _) => owner,
        (None, Some(mate)) => mate.min(index),
        (None, None) => return true,
    };
    let opening = &lexed.tokens[opener];
    let tags = [opener].into_iter().chain(opening.mate).chain(opening.middles.iter().copied());
    tags.into_iter().all(|tag| commented.binary_search(&tag).is_ok())
}

/// The tags whose every line is a TOML comment where the tag stands, in order.
fn commented(source: &str, lexed: &Lexed) -> Vec<usize> {
    let bytes = source.as_bytes();
    let is_tag = |kind| matches!(kind, TokenKind::Expression | TokenKind::Tag);
    let behind_hash = |start: usize| {
        let line = memrchr(b'\n', &bytes[..start]).map_or(0, |newline| newline + 1);
        memchr(b'#', &bytes[line..start]).is_some()
    };
    // Most files have no tag behind a `#`; they need no scan.
    let Some(last) = lexed.tokens.iter().rposition(|token| {
        (is_tag(token.kind) || (token.kind == TokenKind::Comment && !token.closed)) && behind_hash(token.span.start)
    }) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut state = State::Line;
    for (index, token) in lexed.tokens.iter().enumerate().take(last + 1) {
        match token.kind {
            TokenKind::Text | TokenKind::Raw => state = state.after(&bytes[token.span.range()]),
            TokenKind::Comment if token.closed => {}
            // What a tag writes does not change the state: values hold no delimiters of the TOML around them.
            _ if state != State::Comment => {}
            _ => {
                let mut further_lines = bytes[token.span.range()].split(|byte| *byte == b'\n').skip(1);
                if further_lines.all(|line| line.trim_ascii_start().starts_with(b"#")) {
                    found.push(index);
                }
            }
        }
    }
    found
}

/// Where in a TOML file the scanner stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Outside of strings and comments.
    Line,
    /// In a comment, up to the end of the line.
    Comment,
    /// In a string with the delimiter `quote`, of one line or of several.
    String { quote: u8, multi_line: bool },
}

impl State {
    fn after(self, text: &[u8]) -> Self {
        let mut state = self;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let mut step = 1;
            state = match state {
                Self::Comment => match memchr(b'\n', &text[at..]) {
                    Some(newline) => {
                        step = newline + 1;
                        Self::Line
                    }
                    None => return Self::Comment,
                },
                Self::Line => match byte {
                    b'#' => Self::Comment,
                    b'"' | b'\'' => {
                        let multi_line = text[at..].starts_with(&[byte; 3]);
                        step = if multi_line { 3 } else { 1 };
                        Self::String { quote: byte, multi_line }
                    }
                    _ => Self::Line,
                },
                Self::String { quote, multi_line } => match byte {
                    b'\\' if quote == b'"' => {
                        step = 2;
                        state
                    }
                    // A string of one line can't go on behind its line, whatever the template says.
                    b'\n' if !multi_line => Self::Line,
                    _ if byte != quote => state,
                    _ if !multi_line => Self::Line,
                    _ if text[at..].starts_with(&[quote; 3]) => {
                        // Up to two quotes may stand before the closing three.
                        step = text[at..].iter().take(5).take_while(|b| **b == quote).count();
                        Self::Line
                    }
                    _ => state,
                },
            };
            at += step;
        }
        state
    }
}
