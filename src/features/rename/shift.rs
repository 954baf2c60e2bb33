//! Where a place of a text is once its edits are made.

use crate::text::Span;

/// Where the edits of a file move what stands behind them.
pub(super) struct Shift {
    /// Each edit, in order: the replaced span, and where its replacement stands in the new text.
    edits: Vec<(Span, Span)>,
}

impl Shift {
    /// Reads edits that are sorted and do not overlap.
    pub fn new(edits: &[(Span, String)]) -> Self {
        let mut added = 0isize;
        let edits = edits.iter().map(|(old, new)| {
            let start = old.start.saturating_add_signed(added);
            added += new.len() as isize - old.len() as isize;
            (*old, Span::new(start, start + new.len()))
        });
        Self { edits: edits.collect() }
    }

    /// Where a span of the old text is in the new one. What begins or ends inside of an edit reaches around all of it.
    /// Logarithmic in the number of edits.
    pub fn span(&self, old: Span) -> Span {
        Span::new(self.offset(old.start, |new| new.start), self.offset(old.end, |new| new.end))
    }

    fn offset(&self, offset: usize, inside: impl Fn(Span) -> usize) -> usize {
        let before = self.edits.partition_point(|(old, _)| old.start < offset);
        let Some((old, new)) = before.checked_sub(1).and_then(|last| self.edits.get(last)) else { return offset };
        if offset < old.end { inside(*new) } else { new.end + (offset - old.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_with_the_edits_before_them() {
        let text = "a app b app c";
        let edits: Vec<(Span, String)> = text
            .match_indices("app")
            .map(|(at, name)| (Span::new(at, at + name.len()), "service".to_owned()))
            .collect();
        let new = text.replace("app", "service");
        let shift = Shift::new(&edits);
        for part in ["a ", "a app", "app", " b ", "app c", "c"] {
            let old = text.find(part).map(|at| Span::new(at, at + part.len())).unwrap_or_default();
            assert_eq!(shift.span(old).slice(&new), Some(&*part.replace("app", "service")), "{part:?}");
        }
        assert_eq!(shift.span(Span::new(3, 4)).slice(&new), Some("service"));
    }
}
