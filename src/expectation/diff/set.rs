//! The strategy `set`: expectations are sets. What is in both is unchanged; what is about the same was modified; the rest was removed or
//! added. Linear in the number of expectations.

use std::collections::HashMap;

use super::{Change, ChangeKind, DiffStrategy, Expectation, ExpectationDiff, compares};
use crate::expectation::tree::ExpectationTree;

/// Of the expectations about the same, one is compared with no more than that many.
const MOST_COMPARED: usize = 32;

/// Compares by equality, then by topic.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetDiff;

impl DiffStrategy for SetDiff {
    fn diff(&self, old: &ExpectationTree, new: &ExpectationTree) -> ExpectationDiff {
        let _span = compares(old, new);
        let Compared { unchanged, removed, added } = compare(old, new);
        let (pairs, removed, added) = pair_by_topic(removed, added);
        let mut changes: Vec<Placed> = Vec::with_capacity(pairs.len() + removed.len() + added.len());
        changes.extend(pairs.into_iter().map(|(old, new)| Placed::between(ChangeKind::Modified, old, new)));
        changes.extend(removed.into_iter().map(Placed::removed));
        changes.extend(added.into_iter().map(Placed::added));
        ExpectationDiff {
            algorithm: "set".to_owned(),
            reading: (old.reading != new.reading).then_some((old.reading, new.reading)),
            changes: in_order(changes),
            unchanged: unchanged.len(),
            direction: None,
        }
    }
}

/// An expectation and its position among those of its revision.
pub(super) type Positioned = (usize, Expectation);

/// Pairs of an old and a new expectation, and what is left of both sides.
pub(super) type Paired = (Vec<(Positioned, Positioned)>, Vec<Positioned>, Vec<Positioned>);

/// The expectations of two revisions by equality.
pub(super) struct Compared {
    /// Those in both, with both positions.
    pub unchanged: Vec<(Positioned, Positioned)>,
    /// Those in the old revision only.
    pub removed: Vec<Positioned>,
    /// Those in the new revision only.
    pub added: Vec<Positioned>,
}

/// Which expectations both revisions have. One that stands there twice is two.
pub(super) fn compare(old: &ExpectationTree, new: &ExpectationTree) -> Compared {
    let olds = Expectation::of(old);
    let mut news: Vec<Option<Expectation>> = Expectation::of(new).into_iter().map(Some).collect();
    let mut places: HashMap<(_, String), Vec<usize>> = HashMap::with_capacity(news.len());
    for (position, expectation) in news.iter().enumerate().rev() {
        if let Some(expectation) = expectation {
            let (kind, meaning) = expectation.meaning();
            places.entry((kind, meaning.to_owned())).or_default().push(position);
        }
    }
    let mut compared = Compared { unchanged: Vec::new(), removed: Vec::new(), added: Vec::new() };
    for (position, expectation) in olds.into_iter().enumerate() {
        let (kind, meaning) = expectation.meaning();
        let place = places.get_mut(&(kind, meaning.to_owned())).and_then(Vec::pop);
        match place.and_then(|place| Some((place, news[place].take()?))) {
            Some(same) => compared.unchanged.push(((position, expectation), same)),
            None => compared.removed.push((position, expectation)),
        }
    }
    compared.added = news.into_iter().enumerate().filter_map(|(position, new)| Some((position, new?))).collect();
    compared
}

/// The pairs about the same, and what is left of both sides. Of several about the same, those that share most are paired.
pub(super) fn pair_by_topic(removed: Vec<Positioned>, added: Vec<Positioned>) -> Paired {
    let mut by_topic: HashMap<(_, String), Vec<usize>> = HashMap::new();
    let mut added: Vec<Option<Positioned>> = added.into_iter().map(Some).collect();
    for (index, new) in added.iter().enumerate() {
        if let Some((_, new)) = new {
            let (kind, topic) = new.topic();
            by_topic.entry((kind, topic.to_owned())).or_default().push(index);
        }
    }
    let (mut pairs, mut rest) = (Vec::new(), Vec::new());
    for old in removed {
        let (kind, topic) = old.1.topic();
        let best = by_topic.get_mut(&(kind, topic.to_owned())).and_then(|free| {
            let shared = |index: usize| added[index].as_ref().map_or(0, |(_, new)| old.1.shared(new));
            // The first of the best: the order of the file decides between equals.
            let places = free.iter().take(MOST_COMPARED).enumerate();
            let best = places.max_by_key(|&(place, index)| (shared(*index), std::cmp::Reverse(place)));
            best.map(|(place, _)| place).map(|place| free.remove(place))
        });
        match best.and_then(|index| added[index].take()) {
            Some(new) => pairs.push((old, new)),
            None => rest.push(old),
        }
    }
    (pairs, rest, added.into_iter().flatten().collect())
}

/// A change with the position by which it is sorted.
pub(super) struct Placed {
    position: usize,
    change: Change,
}

impl Placed {
    pub(super) fn added((position, new): Positioned) -> Self {
        Self { position, change: Change::added(new) }
    }

    pub(super) fn removed((position, old): Positioned) -> Self {
        Self { position, change: Change::removed(old) }
    }

    pub(super) fn between(kind: ChangeKind, (_, old): Positioned, (position, new): Positioned) -> Self {
        Self { position, change: Change::between(kind, old, new) }
    }
}

/// The changes by the kind of their tables, then by position.
pub(super) fn in_order(mut changes: Vec<Placed>) -> Vec<Change> {
    changes.sort_by_key(|placed| (placed.change.block() as u8, placed.position, placed.change.kind));
    changes.into_iter().map(|placed| placed.change).collect()
}
