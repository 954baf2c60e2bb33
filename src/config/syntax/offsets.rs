//! From the offsets of a repaired text back to those of the text as written.

use crate::text::Span;

/// The places where the repair inserted bytes. Empty for a text that needed no repair, or one of the same length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OffsetMap {
    /// Each inserted range of the repaired text with the number of bytes inserted before it, sorted.
    inserted: Vec<(Span, usize)>,
}

impl OffsetMap {
    /// Notes that `range` of the repaired text was inserted. Must be called in order.
    pub fn insert(&mut self, range: Span) {
        let before = self.inserted.last().map_or(0, |(last, before)| before + last.len());
        self.inserted.push((range, before));
    }

    /// The place in the original text of a place in the repaired text. An inserted byte stands where it was inserted.
    pub fn original(&self, span: Span) -> Span {
        if self.inserted.is_empty() {
            return span;
        }
        Span::new(self.offset(span.start), self.offset(span.end))
    }

    fn offset(&self, offset: usize) -> usize {
        let count = self.inserted.partition_point(|(range, _)| range.start < offset);
        let Some((last, before)) = count.checked_sub(1).and_then(|index| self.inserted.get(index)) else {
            return offset;
        };
        offset - before - (last.end.min(offset) - last.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserted_bytes_stand_where_they_were_inserted() {
        // `ab` became `aXYbZ`.
        let mut map = OffsetMap::default();
        map.insert(Span::new(1, 3));
        map.insert(Span::new(4, 5));
        let originals: Vec<_> = (0..=5).map(|offset| map.original(Span::at(offset)).start).collect();
        assert_eq!(originals, [0, 1, 1, 1, 2, 2]);
    }
}
