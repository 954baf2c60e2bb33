//! Where the places of an earlier text are in a later one, without anybody having followed the edits: by what both have in common.

use similar::{Algorithm, DiffTag, TextDiff};

use super::{Span, common_prefix, common_suffix};

/// How long the search for common lines may take. Behind it more counts as changed than is, never less.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(50);

/// Two revisions of a text, with what differs between them, in lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebase {
    /// What was replaced, in the earlier text, by what, in the later one: sorted, apart from each other.
    hunks: Vec<Hunk>,
}

/// A piece of the earlier text and what stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// What was replaced; empty where something was inserted.
    pub old: Span,
    /// By what; empty where something was removed.
    pub new: Span,
}

impl Rebase {
    /// What differs between `old` and `new`. Costs a pass over what they have in common at both ends, and a comparison of the lines between.
    pub fn new(old: &str, new: &str) -> Self {
        if old == new {
            return Self { hunks: Vec::new() };
        }
        let start = common_lines(old, new);
        let (old_rest, new_rest) = (&old[start..], &new[start..]);
        let end = common_tail(old_rest, new_rest);
        let (old_middle, new_middle) = (&old_rest[..old_rest.len() - end], &new_rest[..new_rest.len() - end]);
        let diff =
            TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_lines(old_middle, new_middle);
        let old_starts = starts(diff.old_slices(), start);
        let new_starts = starts(diff.new_slices(), start);
        // Only where lines are the same is said reliably: with Patience, what was removed or inserted carries places that are off.
        let end = (diff.old_slices().len(), diff.new_slices().len());
        let same = diff.ops().iter().filter(|op| op.tag() == DiffTag::Equal).map(|op| (op.old_range(), op.new_range()));
        let mut hunks = Vec::new();
        let (mut old_line, mut new_line) = (0, 0);
        for (old, new) in same.chain([(end.0..end.0, end.1..end.1)]) {
            if old_line < old.start || new_line < new.start {
                hunks.push(Hunk {
                    old: Span::new(old_starts[old_line], old_starts[old.start]),
                    new: Span::new(new_starts[new_line], new_starts[new.start]),
                });
            }
            (old_line, new_line) = (old.end, new.end);
        }
        Self { hunks }
    }

    /// Whether the texts are the same.
    pub fn is_empty(&self) -> bool {
        self.hunks.is_empty()
    }

    /// What differs, in order.
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// Where an unchanged piece of the earlier text is now; `None` where something in it has changed, or at its edge within a line.
    pub fn map(&self, old: Span) -> Option<Span> {
        let before = self.hunks.partition_point(|hunk| hunk.old.end <= old.start);
        let next = self.hunks.get(before);
        if next.is_some_and(|hunk| hunk.old.start < old.end || (old.is_empty() && hunk.old.contains(old.start))) {
            return None;
        }
        let shift = |offset: usize| match before.checked_sub(1).and_then(|last| self.hunks.get(last)) {
            Some(hunk) => hunk.new.end + (offset - hunk.old.end),
            None => offset,
        };
        Some(Span::new(shift(old.start), shift(old.end)))
    }
}

/// Where lines start, and where the last one ends.
fn starts(lines: &[&str], from: usize) -> Vec<usize> {
    let mut starts = vec![from];
    let mut at = from;
    for line in lines {
        at += line.len();
        starts.push(at);
    }
    starts
}

/// How many bytes the texts have in common from their starts on, up to the end of a line.
fn common_lines(old: &str, new: &str) -> usize {
    let common = common_prefix(old.as_bytes(), new.as_bytes());
    // A line that ends where one of the texts ends may go on in the other.
    old.as_bytes()[..common].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

/// How many bytes the texts have in common at their ends, from the start of a line on.
fn common_tail(old: &str, new: &str) -> usize {
    let old = old.as_bytes();
    let common = common_suffix(old, new.as_bytes());
    let tail = &old[old.len() - common..];
    match tail.iter().position(|byte| *byte == b'\n') {
        Some(at) => tail.len() - at - 1,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mapped(old: &str, new: &str, what: &str) -> Option<String> {
        let at = old.find(what).unwrap();
        let span = Rebase::new(old, new).map(Span::new(at, at + what.len()))?;
        Some(format!("{}..{} {}", span.start, span.end, span.slice(new).unwrap()))
    }

    #[test]
    fn places_move_with_what_is_edited_before_them_and_go_with_their_line() {
        let old = "a = 1\nb = 2\nc = 3\n";
        assert_eq!(mapped(old, "a = 100\nb = 2\nc = 3\n", "b = 2").as_deref(), Some("8..13 b = 2"));
        assert_eq!(mapped(old, "a = 1\n\n# x\nb = 2\nc = 3\n", "c").as_deref(), Some("17..18 c"));
        assert_eq!(mapped(old, "a = 1\nb = 22\nc = 3\n", "b = 2"), None);
        assert_eq!(mapped(old, "a = 1\nc = 3\n", "b"), None);
        assert_eq!(mapped(old, "c = 3\n", "c = 3").as_deref(), Some("0..5 c = 3"));
        assert_eq!(mapped(old, old, "b").as_deref(), Some("6..7 b"));
    }

    #[test]
    fn what_was_changed_and_what_was_not_is_told_apart_in_several_places() {
        let rebase = Rebase::new("a\nb\nc\nd\ne\n", "A\nb\nc\nD\nD\ne\n");
        let hunks: Vec<_> = rebase.hunks().iter().map(|hunk| (hunk.old.range(), hunk.new.range())).collect();
        assert_eq!(hunks, [(0..2, 0..2), (6..8, 6..10)]);
    }

    #[test]
    fn a_line_that_came_before_another_is_found_behind_it() {
        let rebase = Rebase::new("\nb\n", "b\nb\na\n");
        let mut made = "\nb\n".to_owned();
        for hunk in rebase.hunks().iter().rev() {
            made.replace_range(hunk.old.range(), hunk.new.slice("b\nb\na\n").unwrap());
        }
        assert_eq!(made, "b\nb\na\n");
    }

    proptest! {
        #[test]
        fn what_is_mapped_says_the_same(old in "([a-c]{0,2}\n){0,8}[a-c]?", new in "([a-c]{0,2}\n){0,8}[a-c]?", start in 0usize..30, len in 0usize..6) {
            let end = (start + len).min(old.len());
            let old_span = Span::new(start.min(end), end);
            let rebase = Rebase::new(&old, &new);
            if let Some(span) = rebase.map(old_span) {
                prop_assert_eq!(span.slice(&new), old_span.slice(&old));
            }
            // The hunks make one text of the other.
            let mut made = old.clone();
            for hunk in rebase.hunks().iter().rev() {
                made.replace_range(hunk.old.range(), hunk.new.slice(&new).unwrap());
            }
            prop_assert_eq!(made, new);
        }
    }
}
