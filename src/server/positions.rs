//! Spans of the inside to ranges of the protocol, and back. The only place where offsets and positions meet.

use tower_lsp::ls_types as lsp;

use crate::features::Written;
use crate::text::{Change, Encoding, LineIndex, Position, Span};

/// The range of a span of a text.
pub fn range(text: &Written, span: Span, encoding: Encoding) -> lsp::Range {
    range_in(text.text(), text.lines(), span, encoding)
}

/// The range of a span of a text whose lines are known: for many ranges of one text.
pub fn range_in(text: &str, lines: &LineIndex, span: Span, encoding: Encoding) -> lsp::Range {
    let position = |offset| to_lsp(lines.editor_position(text, offset, encoding));
    lsp::Range { start: position(span.start), end: position(span.end) }
}

/// The offset of a position of a text; positions that do not exist are clamped.
pub fn offset(text: &Written, position: lsp::Position, encoding: Encoding) -> usize {
    text.lines().offset(text.text(), from_lsp(position), encoding)
}

/// A change as the client sent it.
pub fn change(event: lsp::TextDocumentContentChangeEvent) -> Change {
    Change { range: event.range.map(|range| (from_lsp(range.start), from_lsp(range.end))), text: event.text }
}

/// Positions of growing offsets, all of which together cost one pass over the text.
pub struct Ascending<'t> {
    text: &'t str,
    encoding: Encoding,
    /// How far the text is read.
    offset: usize,
    at: lsp::Position,
}

impl<'t> Ascending<'t> {
    /// From the start of a text on.
    pub const fn new(text: &'t str, encoding: Encoding) -> Self {
        Self { text, encoding, offset: 0, at: lsp::Position { line: 0, character: 0 } }
    }

    /// The position of `offset`, which is not before the one that was asked for last.
    pub fn position(&mut self, offset: usize) -> lsp::Position {
        let mut passed = self.text.get(self.offset..offset).unwrap_or_default().chars().peekable();
        while let Some(character) = passed.next() {
            let is_break = character == '\n'
                || character == '\r' && passed.peek().or(self.text[offset..].chars().next().as_ref()) != Some(&'\n');
            if is_break {
                self.at = lsp::Position { line: self.at.line + 1, character: 0 };
                continue;
            }
            let width = match self.encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf32 => 1,
            };
            self.at.character += u32::try_from(width).unwrap_or(0);
        }
        self.offset = self.offset.max(offset);
        self.at
    }
}

fn to_lsp(position: Position) -> lsp::Position {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    lsp::Position { line: number(position.line), character: number(position.column) }
}

fn from_lsp(position: lsp::Position) -> Position {
    Position::new(position.line as usize, position.character as usize)
}
