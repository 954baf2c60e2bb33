//! Text for the engine, with the way back: for each offset the place in the source that it was made from.

use crate::text::Span;

/// A run of the emitted text.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where it starts in the emitted text.
    emitted: usize,
    /// Where it comes from.
    source: usize,
    /// Length of a run that was copied; 0 for text that was made up.
    copied: usize,
}

/// Emitted text and its edit map.
#[derive(Clone, Debug, Default)]
pub struct Output {
    text: String,
    pieces: Vec<Piece>,
}

impl Output {
    /// An empty output with room for a source of `length` bytes.
    pub fn with_capacity(length: usize) -> Self {
        Self { text: String::with_capacity(length + length / 2), pieces: Vec::with_capacity(length / 16) }
    }

    /// What was emitted.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Copies `span` of `source`.
    pub fn copy(&mut self, source: &str, span: Span) {
        let Some(text) = span.slice(source).filter(|text| !text.is_empty()) else { return };
        self.guard(text);
        self.pieces.push(Piece { emitted: self.text.len(), source: span.start, copied: span.len() });
        self.text.push_str(text);
    }

    /// Adds `text` that stands for the source at `anchor`.
    pub fn add(&mut self, text: &str, anchor: usize) {
        self.guard(text);
        self.pieces.push(Piece { emitted: self.text.len(), source: anchor, copied: 0 });
        self.text.push_str(text);
    }

    /// Adds `text` to what was added last.
    pub fn extend(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Keeps a `{` that ends literal text from joining with what follows to a delimiter.
    fn guard(&mut self, next: &str) {
        if self.text.as_bytes().last() == Some(&b'{') && next.starts_with(['{', '%', '#']) {
            self.text.pop();
            self.text.push_str("{{ \"{\" }}");
        }
    }

    /// The place in the source that a range of the emitted text comes from.
    pub fn source_span(&self, start: usize, end: usize) -> Span {
        let from = self.source_of(start);
        if end <= start {
            return Span::at(from);
        }
        // The end belongs to the last byte inside, not to what follows.
        let index = self.pieces.partition_point(|piece| piece.emitted < end);
        let to = index
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index))
            .map_or(from, |piece| piece.source + (end - piece.emitted).min(piece.copied));
        Span::new(from, to.max(from))
    }

    /// The place in the source that `offset` of the emitted text comes from.
    pub fn source_of(&self, offset: usize) -> usize {
        let index = self.pieces.partition_point(|piece| piece.emitted <= offset);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else { return 0 };
        piece.source + (offset - piece.emitted).min(piece.copied)
    }
}
