//! From the offsets of a repaired text back to those of the text as written.

use crate::text::Span;

/// The places where the repair inserted bytes. Empty for a text that needed no repair, or one of the same length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OffsetMap {
    /// Each inserted range of the repaired text, sorted.
    inserted: Vec<Span>,
}

impl OffsetMap {
    /// Notes that `range` of the repaired text was inserted. Must be called in order.
    pub fn insert(&mut self, range: Span) {
        self.inserted.push(range);
    }

    /// The place in the original text of a place in the repaired text. An inserted byte stands where it was inserted.
    pub fn original(&self, span: Span) -> Span {
        if self.inserted.is_empty() {
            return span;
        }
        Span::new(self.offset(span.start), self.offset(span.end))
    }

    fn offset(&self, offset: usize) -> usize {
        let before = self.inserted.iter().take_while(|range| range.start < offset);
        offset - before.map(|range| range.end.min(offset) - range.start).sum::<usize>()
    }
}
