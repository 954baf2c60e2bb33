//! The strategy `semantic`: recognises what was renamed and what was only moved, and says of every change whether the test became
//! stronger or weaker by it.

use std::collections::BTreeSet;

use super::rename::{renames, with_names};
use super::set::{Compared, Paired, Placed, Positioned, compare, in_order, pair_by_topic};
use super::strength::Revisions;
use super::{ChangeKind, DiffStrategy, Direction, Expectation, ExpectationDiff, compares};
use crate::expectation::tree::{BlockKind, ExpectationTree};

/// Compares by meaning.
#[derive(Clone, Copy, Debug, Default)]
pub struct SemanticDiff;

/// Of more changes than that the strength is not looked for.
const MOST_JUDGED: usize = 200;

/// In a diff with more changes than that, witnesses are judged by the changed expectation alone.
const MOST_WHOLE: usize = 20;

impl DiffStrategy for SemanticDiff {
    fn diff(&self, old: &ExpectationTree, new: &ExpectationTree) -> ExpectationDiff {
        let _span = compares(old, new);
        let Compared { unchanged, removed, added } = compare(old, new);
        let kept: Vec<Expectation> = unchanged.iter().map(|(_, (_, new))| new.clone()).collect();
        let moved = moved(&unchanged);
        let mut changes: Vec<Placed> = Vec::new();

        let renames = renames(&kept, &removed, &added);
        let (renamed, removed, added) = pair_by_equality(removed, added, |expectation| {
            with_names(expectation, |name| renames.get(name).map(String::as_str))
        });
        changes.extend(renamed.into_iter().map(|(old, new)| Placed::between(ChangeKind::Renamed, old, new)));
        // What is about the same after the renaming was modified.
        let (pairs, removed, added) = pair_by_renamed_topic(removed, added, |expectation| {
            with_names(expectation, |name| renames.get(name).map(String::as_str))
        });
        changes.extend(pairs.into_iter().map(|(old, new)| Placed::between(ChangeKind::Modified, old, new)));
        let (pairs, removed, added) = pair_by_likeness(removed, added);
        changes.extend(pairs.into_iter().map(|(old, new)| Placed::between(ChangeKind::Modified, old, new)));
        changes.extend(removed.into_iter().map(Placed::removed));
        changes.extend(added.into_iter().map(Placed::added));
        changes.extend(moved.into_iter().map(|(old, new)| Placed::between(ChangeKind::Moved, old, new)));
        let mut changes = in_order(changes);

        let mut algorithm = "semantic".to_owned();
        if changes.len() > MOST_JUDGED {
            algorithm += &format!(", the strength of the first {MOST_JUDGED} of {} changes", changes.len());
        }
        let revisions = Revisions { old, new, unchanged: &kept };
        let whole = changes.len() <= MOST_WHOLE;
        for change in changes.iter_mut().take(MOST_JUDGED) {
            change.strength = Some(revisions.strength(change, whole));
        }
        let reading = (old.reading != new.reading).then_some((old.reading, new.reading));
        let directions = changes.iter().map(|change| match &change.strength {
            Some(strength) => strength.direction,
            None => Direction::Undecided,
        });
        // Another reading changes what stays the same, too.
        let start = if reading.is_some() { Direction::Undecided } else { Direction::Same };
        let direction = directions.fold(start, Direction::and);
        ExpectationDiff { algorithm, reading, changes, unchanged: unchanged.len(), direction: Some(direction) }
    }
}

/// The pairs that are equal after the renaming.
fn pair_by_equality(
    removed: Vec<Positioned>,
    mut added: Vec<Positioned>,
    rename: impl Fn(&Expectation) -> Expectation,
) -> Paired {
    let (mut pairs, mut rest) = (Vec::new(), Vec::new());
    for old in removed {
        let renamed = rename(&old.1);
        match added.iter().position(|(_, new)| *new == renamed) {
            Some(place) => pairs.push((old, added.remove(place))),
            None => rest.push(old),
        }
    }
    (pairs, rest, added)
}

/// The pairs about the same after the renaming.
fn pair_by_renamed_topic(
    removed: Vec<Positioned>,
    added: Vec<Positioned>,
    rename: impl Fn(&Expectation) -> Expectation,
) -> Paired {
    let originals: Vec<Positioned> = removed.clone();
    let renamed = removed.into_iter().map(|(position, old)| (position, rename(&old))).collect();
    let (pairs, rest, added) = pair_by_topic(renamed, added);
    let original = |(position, _): Positioned| originals.iter().find(|(known, _)| *known == position).cloned();
    let pairs = pairs.into_iter().filter_map(|(old, new)| Some((original(old)?, new))).collect();
    (pairs, rest.into_iter().filter_map(original).collect(), added)
}

/// More expectations than that are not compared one with each other.
const MOST_COMPARED: usize = 200;

/// The pairs of blocks that share at least half of what they ask for, the likest first.
fn pair_by_likeness(removed: Vec<Positioned>, added: Vec<Positioned>) -> Paired {
    let is_block = |(_, expectation): &&Positioned| {
        matches!(expectation.kind, BlockKind::Span | BlockKind::Window | BlockKind::Trace)
    };
    let mut alike: Vec<(usize, usize, usize)> = Vec::new();
    for old in removed.iter().filter(is_block).take(MOST_COMPARED) {
        for new in added.iter().filter(is_block).take(MOST_COMPARED).filter(|new| new.1.kind == old.1.kind) {
            let shared = old.1.shared(&new.1);
            let size = old.1.requirements.len().max(new.1.requirements.len());
            if shared > 0 && 2 * shared >= size {
                alike.push((shared, old.0, new.0));
            }
        }
    }
    alike.sort_by_key(|&(shared, old, new)| (std::cmp::Reverse(shared), old, new));
    let (mut olds, mut news, mut pairs) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (_, old, new) in alike {
        if !olds.contains(&old) && !news.contains(&new) {
            olds.insert(old);
            news.insert(new);
            pairs.push((old, new));
        }
    }
    let take = |side: &[Positioned], position: usize| side.iter().find(|(known, _)| *known == position).cloned();
    let pairs = pairs.into_iter().filter_map(|(old, new)| Some((take(&removed, old)?, take(&added, new)?))).collect();
    let left = |side: Vec<Positioned>, gone: &BTreeSet<usize>| {
        side.into_iter().filter(|(position, _)| !gone.contains(position)).collect()
    };
    (pairs, left(removed, &olds), left(added, &news))
}

/// Those of the unchanged that stand elsewhere: in another table, or not in the order of the others.
fn moved(unchanged: &[(Positioned, Positioned)]) -> Vec<(Positioned, Positioned)> {
    let staying: BTreeSet<usize> = longest_rise(unchanged.iter().map(|(_, (new, _))| *new)).into_iter().collect();
    let is_moved = |((_, old), (position, new)): &&(Positioned, Positioned)| {
        let root = |expectation: &Expectation| {
            expectation.path.as_str().split(['.', '[']).next().unwrap_or_default().to_owned()
        };
        !staying.contains(position) || root(old) != root(new)
    };
    unchanged.iter().filter(is_moved).cloned().collect()
}

/// A longest rising subsequence of different numbers.
fn longest_rise(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    // `ends[n]`: the smallest number on which a rise of n + 1 numbers can end.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: std::collections::HashMap<usize, Option<usize>> = std::collections::HashMap::new();
    for number in numbers {
        let place = ends.partition_point(|end| *end < number);
        before.insert(number, place.checked_sub(1).map(|place| ends[place]));
        if place == ends.len() { ends.push(number) } else { ends[place] = number }
    }
    let rise = std::iter::successors(ends.last().copied(), |number| before.get(number).copied().flatten());
    let mut rise: Vec<usize> = rise.collect();
    rise.reverse();
    rise
}

#[cfg(test)]
mod tests {
    use super::longest_rise;

    #[test]
    fn what_keeps_its_order_stays() {
        assert_eq!(longest_rise([0, 1, 2].into_iter()), [0, 1, 2]);
        assert_eq!(longest_rise([1, 2, 3, 0].into_iter()), [1, 2, 3]);
        assert_eq!(longest_rise([3, 0, 1, 2].into_iter()), [0, 1, 2]);
        assert_eq!(longest_rise([2, 1, 0].into_iter()).len(), 1);
        assert_eq!(longest_rise([].into_iter()), [0; 0]);
    }
}
