//! Finds the end of a tag: strings, brackets and closing delimiters inside `{{` and `{%`.

use memchr::memmem;

use super::{MAX_BLOCK_DEPTH, TokenKind};
use crate::text::Span;

/// How a tag ends.
pub(super) enum Inside {
    /// With its closing delimiter.
    Closed {
        /// Behind the last byte of the inside.
        inner_end: usize,
        /// Behind the closing delimiter.
        end: usize,
        /// `-` at the closing delimiter.
        trims_right: bool,
        /// Whether each bracket inside has its partner.
        balanced: bool,
    },
    /// Not at all.
    Broken,
}

/// The open brackets inside a tag. Fixed in size: deeper nesting is refused, which also bounds every later recursion.
struct Brackets {
    open: [u8; MAX_BLOCK_DEPTH],
    depth: usize,
}

impl Brackets {
    fn top(&self) -> Option<u8> {
        self.depth.checked_sub(1).map(|index| self.open[index])
    }

    /// Whether there was room.
    fn push(&mut self, bracket: u8) -> bool {
        let Some(slot) = self.open.get_mut(self.depth) else { return false };
        *slot = bracket;
        self.depth += 1;
        true
    }

    /// Whether `bracket` is the innermost open one.
    fn pop(&mut self, bracket: u8) -> bool {
        let fits = self.top() == Some(bracket);
        if fits {
            self.depth -= 1;
        }
        fits
    }
}

/// Scans from `start`, behind the opening delimiter, to the closing one.
pub(super) fn inside(bytes: &[u8], start: usize, kind: TokenKind) -> Inside {
    let close = if kind == TokenKind::Expression { b'}' } else { b'%' };
    let element = bytes[start..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    let mut brackets = Brackets { open: [0; MAX_BLOCK_DEPTH], depth: 0 };
    // After a bracket that does not match, only the rest of the line is searched for the end.
    let mut unbalanced = false;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let may_close = kind == TokenKind::Tag || brackets.top() != Some(b'{');
        match byte {
            b'"' | b'\'' | b'`' => {
                let Some(end) = string_end(bytes, at) else { return Inside::Broken };
                let multi_line = bytes[at..end].contains(&b'\n');
                if multi_line && (unbalanced || !may_follow_string(&bytes[end..], close, element)) {
                    return Inside::Broken;
                }
                at = end;
                continue;
            }
            b'-' if may_close && next == Some(close) && bytes.get(at + 2) == Some(&b'}') => {
                let balanced = !unbalanced && brackets.depth == 0;
                return Inside::Closed { inner_end: at, end: at + 3, trims_right: true, balanced };
            }
            _ if byte == close && may_close && next == Some(b'}') => {
                let balanced = !unbalanced && brackets.depth == 0;
                return Inside::Closed { inner_end: at, end: at + 2, trims_right: false, balanced };
            }
            b'{' if matches!(next, Some(b'%' | b'#')) || (next == Some(b'{') && !element) => {
                return Inside::Broken;
            }
            b'(' | b'[' | b'{' if !unbalanced && !brackets.push(byte) => return Inside::Broken,
            b'(' | b'[' | b'{' => {}
            b')' if !unbalanced => unbalanced = !brackets.pop(b'('),
            b']' if !unbalanced => unbalanced = !brackets.pop(b'['),
            b'}' if !unbalanced => unbalanced = !brackets.pop(b'{'),
            b'\n' if unbalanced => return Inside::Broken,
            _ => {}
        }
        if unbalanced {
            brackets.depth = 0;
        }
        at += 1;
    }
    Inside::Broken
}

/// Behind the closing quote of the string that opens at `start`.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            None => return None,
            Some(b'\\') => at += 2,
            Some(byte) if *byte == quote => return Some(at + 1),
            Some(_) => at += 1,
        }
    }
}

/// The quote of the first string in `text` that does not end in it.
pub(super) fn open_string(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at = match byte {
            b'"' | b'\'' | b'`' => match string_end(text, at) {
                Some(end) => end,
                None => return Some(at),
            },
            _ => at + 1,
        };
    }
    None
}

/// A bracket without its partner.
pub(super) enum OddBracket {
    /// An opening one that nothing closes.
    Open(usize),
    /// A closing one where none is open, or where another one must be closed first; with that one.
    Close(usize, Option<u8>),
}

/// The first closing bracket of `text` that fits none, else the innermost that is never closed.
pub(super) fn odd_bracket(text: &[u8]) -> Option<OddBracket> {
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' | b'\'' | b'`' => {
                at = string_end(text, at)?;
                continue;
            }
            b'(' | b'[' | b'{' => open.push((byte, at)),
            b')' | b']' | b'}' => {
                let partner = match byte {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                match open.pop() {
                    Some((bracket, _)) if bracket == partner => {}
                    other => return Some(OddBracket::Close(at, other.map(|(bracket, _)| bracket))),
                }
            }
            _ => {}
        }
        at += 1;
    }
    open.pop().map(|(_, at)| OddBracket::Open(at))
}

/// Whether `rest` can stand behind a string: an operator, a bracket, a word operator, or the end of the tag.
fn may_follow_string(rest: &[u8], close: u8, element: bool) -> bool {
    let rest = rest.trim_ascii_start();
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    if word > 0 {
        let operator = [&b"if"[..], b"else", b"in", b"and", b"or", b"not", b"is", b"for"].contains(&&rest[..word]);
        return operator || (element && rest[word..].trim_ascii_start().starts_with(b"="));
    }
    match rest.first() {
        None | Some(b'"' | b'\'' | b'`' | b'#') => false,
        Some(b'{') => element,
        Some(b'%') if close == b'}' => rest.get(1) != Some(&b'}'),
        Some(_) => true,
    }
}

/// A raw block.
pub(super) struct RawBlock {
    /// What is written: the inside after the whitespace control of its own two tags.
    pub body: Span,
    /// Behind `{% endraw %}`.
    pub end: usize,
    /// `-` at the end of `{% endraw %}`.
    pub trims_right: bool,
}

/// The raw block whose opening delimiter stands at `start` and whose inside starts at `body`, as Tera 2.4 reads it.
pub(super) fn raw_block(source: &str, start: usize, body: usize) -> Option<RawBlock> {
    let rest = source.get(body..)?;
    let (mut at, trims_start) = skip_tag(rest, "raw")?;
    let first = at;
    debug_assert!(start < body);
    while let Some(offset) = memmem::find(&rest.as_bytes()[at..], b"{%") {
        let end_tag = at + offset;
        at = end_tag + 2;
        let trims_end = rest.as_bytes().get(at) == Some(&b'-');
        let Some((length, trims_right)) = skip_tag(&rest[at..], "endraw") else { continue };
        let (mut from, mut to) = (first, end_tag);
        if trims_start {
            from = to - rest[from..to].trim_start().len();
        }
        if trims_end {
            to = from + rest[from..to].trim_end().len();
        }
        return Some(RawBlock { body: Span::new(body + from, body + to), end: body + at + length, trims_right });
    }
    None
}

/// Reads `-? name -? %}`; returns its length and whether the closing delimiter trims.
fn skip_tag(text: &str, name: &str) -> Option<(usize, bool)> {
    let white = |c: char| c.is_ascii_whitespace();
    let rest = text.strip_prefix('-').unwrap_or(text).trim_start_matches(white);
    let rest = rest.strip_prefix(name)?.trim_start_matches(white);
    let (rest, trims) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
    let rest = rest.strip_prefix("%}")?;
    Some((text.len() - rest.len(), trims))
}
