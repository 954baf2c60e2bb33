//! Names that were probably meant.

use strsim::osa_distance;

use crate::expectation::evaluate::Observed;
use crate::expectation::tree::NameSelector;
use crate::trace::{SpanIndex, Trace};

/// How near a name is to the one that is asked for. Ordered: less is nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// Equal but for case, or in the last of the parts between dots, colons and slashes.
    Spelling,
    /// So many edits away.
    Edits(usize),
}

fn nearness(asked: &str, name: &str) -> Option<Nearness> {
    if asked.is_empty() || asked == name {
        return None;
    }
    let is_same = |left: &str, right: &str| left.to_lowercase() == right.to_lowercase();
    // Case rarely changes the length in bytes, and never by much.
    if asked.len().abs_diff(name.len()) <= 2 && is_same(asked, name) {
        return Some(Nearness::Spelling);
    }
    let (asked_part, part) = (last_part(asked), last_part(name));
    let have_parts = asked_part.len() < asked.len() || part.len() < name.len();
    if have_parts && !part.is_empty() && asked_part.len().abs_diff(part.len()) <= 2 && is_same(asked_part, part) {
        return Some(Nearness::Spelling);
    }
    let length = asked.chars().count();
    let limit = (length / 4).max(2).min(length.saturating_sub(1));
    if asked.len().abs_diff(name.len()) > limit * 4 || length.abs_diff(name.chars().count()) > limit {
        return None;
    }
    let edits = osa_distance(asked, name);
    (edits <= limit && edits < name.chars().count()).then_some(Nearness::Edits(edits))
}

fn last_part(name: &str) -> &str {
    name.rsplit(['.', ':', '/']).next().unwrap_or(name)
}

/// The name in the trace that was probably meant by `asked`. Of equally near names the first in the alphabet.
pub(in crate::expectation) fn similar_name<'a>(asked: &str, trace: &'a Trace) -> Option<&'a str> {
    let near = trace.names().filter_map(|(name, _)| Some((nearness(asked, name)?, name.as_str())));
    near.min().map(|(_, name)| name)
}

/// The key that was probably meant by `asked`, among `keys`.
pub(super) fn similar_key<'a>(asked: &str, keys: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    keys.filter_map(|key| Some((nearness(asked, key)?, key))).min().map(|(_, key)| key)
}

/// The span of a similar name that satisfies most; of equals the first.
pub(in crate::expectation) fn nearest_by_name(
    asked: &NameSelector,
    observed: &Observed<'_>,
    satisfied: impl Fn(SpanIndex) -> usize,
) -> Option<SpanIndex> {
    let near = observed.trace.names().filter_map(|(name, spans)| Some((nearness(asked.text(), name)?, spans)));
    let near: Vec<(Nearness, &[SpanIndex])> = near.collect();
    let nearest = near.iter().map(|(nearness, _)| *nearness).min()?;
    let spans = near.iter().filter(|(nearness, _)| *nearness == nearest).flat_map(|(_, spans)| spans.iter().copied());
    spans.max_by_key(|&span| (satisfied(span), std::cmp::Reverse(span)))
}

#[cfg(test)]
mod tests {
    use super::{Nearness, nearness};

    #[test]
    fn spelling_comes_before_edits() {
        assert_eq!(nearness("db.query", "DB.Query"), Some(Nearness::Spelling));
        assert_eq!(nearness("checkout.pay", "payments.pay"), Some(Nearness::Spelling), "the last part is equal");
        assert_eq!(nearness("pay", "checkout.pay"), Some(Nearness::Spelling));
        assert_eq!(nearness("checkout.pay", "chekcout.pay"), Some(Nearness::Spelling));
        assert_eq!(nearness("db.qurey", "db.query"), Some(Nearness::Edits(1)), "swapped neighbours are one edit");
        assert!(Nearness::Spelling < Nearness::Edits(1));
    }

    #[test]
    fn far_names_are_not_meant() {
        assert_eq!(nearness("login", "checkout"), None);
        assert_eq!(nearness("ab", "cd"), None);
        assert_eq!(nearness("a", "b"), None);
        assert_eq!(nearness("same", "same"), None);
    }
}
