//! Spans of the inside to ranges of the protocol, and back. The only place where offsets and positions meet.

use tower_lsp::ls_types as lsp;

use crate::text::{Change, Document, Encoding, Position, Span};

/// The range of a span of a text.
pub fn range(text: &Document, span: Span, encoding: Encoding) -> lsp::Range {
    lsp::Range { start: to_lsp(text.position(span.start, encoding)), end: to_lsp(text.position(span.end, encoding)) }
}

/// The offset of a position of a text; positions that do not exist are clamped.
pub fn offset(text: &Document, position: lsp::Position, encoding: Encoding) -> usize {
    text.offset(from_lsp(position), encoding)
}

/// A change as the client sent it.
pub fn change(event: lsp::TextDocumentContentChangeEvent) -> Change {
    Change { range: event.range.map(|range| (from_lsp(range.start), from_lsp(range.end))), text: event.text }
}

fn to_lsp(position: Position) -> lsp::Position {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    lsp::Position { line: number(position.line), character: number(position.column) }
}

fn from_lsp(position: lsp::Position) -> Position {
    Position::new(position.line as usize, position.character as usize)
}
