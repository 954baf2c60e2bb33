//! The strategy `levenshtein`: the edit distance of the two trees table → expectation → requirement.
//!
//! Equal expectations are anchors, found by what they ask for wherever they stand. What is left of each table is aligned in the order of
//! the files, at the lowest number of edits: a requirement added, removed or changed. The trees have three levels of different kinds, so
//! the edit distance of trees (Zhang and Shasha) is that of sequences of sequences.

use std::mem::discriminant;

use super::set::{Compared, Placed, Positioned, compare, in_order, pair_by_topic};
use super::{ChangeKind, DiffStrategy, Expectation, ExpectationDiff, compares};
use crate::expectation::tree::{ExpectationTree, Requirement};

/// Compares by the lowest number of edits.
#[derive(Clone, Copy, Debug, Default)]
pub struct LevenshteinDiff;

/// More expectations than that on one side of a table are compared as sets.
const MOST_ALIGNED: usize = 400;

impl DiffStrategy for LevenshteinDiff {
    fn diff(&self, old: &ExpectationTree, new: &ExpectationTree) -> ExpectationDiff {
        let _span = compares(old, new);
        let Compared { unchanged, removed, added } = compare(old, new);
        let mut kinds: Vec<_> = removed.iter().chain(&added).map(|(_, expectation)| expectation.kind).collect();
        kinds.sort_by_key(|kind| *kind as u8);
        kinds.dedup();
        let (mut changes, mut distance, mut plain) = (Vec::new(), 0, 0);
        for kind in kinds {
            let of_kind =
                |side: &[Positioned]| side.iter().filter(|(_, it)| it.kind == kind).cloned().collect::<Vec<_>>();
            let (olds, news) = (of_kind(&removed), of_kind(&added));
            if olds.len() > MOST_ALIGNED || news.len() > MOST_ALIGNED {
                plain += 1;
                let (pairs, olds, news) = pair_by_topic(olds, news);
                changes.extend(pairs.into_iter().map(|(old, new)| Placed::between(ChangeKind::Modified, old, new)));
                changes.extend(olds.into_iter().map(Placed::removed));
                changes.extend(news.into_iter().map(Placed::added));
                continue;
            }
            let gap = |(_, expectation): &Positioned| 1 + expectation.requirements.len();
            let change = |(_, old): &Positioned, (_, new): &Positioned| expectation_cost(old, new);
            let (cost, steps) = align(&olds, &news, gap, change);
            distance += cost;
            changes.extend(steps.into_iter().map(|step| match step {
                Step::Remove(old) => Placed::removed(olds[old].clone()),
                Step::Add(new) => Placed::added(news[new].clone()),
                Step::Change(old, new) => Placed::between(ChangeKind::Modified, olds[old].clone(), news[new].clone()),
            }));
        }
        let mut algorithm = format!("levenshtein, distance {distance}");
        if plain > 0 {
            algorithm += &format!(" besides {plain} tables with more than {MOST_ALIGNED} changes, compared as sets");
        }
        ExpectationDiff {
            algorithm,
            reading: (old.reading != new.reading).then_some((old.reading, new.reading)),
            changes: in_order(changes),
            unchanged: unchanged.len(),
            direction: None,
        }
    }
}

/// The number of edits that make one expectation of another.
fn expectation_cost(old: &Expectation, new: &Expectation) -> usize {
    align(&old.requirements, &new.requirements, |_| 1, requirement_cost).0
}

/// One edit for two requirements of one form; as much as removing and adding for others.
fn requirement_cost(old: &Requirement, new: &Requirement) -> usize {
    let same_form = match (old, new) {
        _ if old == new => return 0,
        (Requirement::Span(old), Requirement::Span(new)) => discriminant(old) == discriminant(new),
        (Requirement::Graph(old), Requirement::Graph(new)) => discriminant(old) == discriminant(new),
        (Requirement::Window(old), Requirement::Window(new)) => discriminant(old) == discriminant(new),
        (Requirement::Status(old), Requirement::Status(new)) => discriminant(old) == discriminant(new),
        (Requirement::Hermeticity(old), Requirement::Hermeticity(new)) => discriminant(old) == discriminant(new),
        (Requirement::Count(old, _), Requirement::Count(new, _)) => old == new,
        // An edge or an order in which one of two names stays is the same one changed.
        (Requirement::Order(old), Requirement::Order(new)) => old.first == new.first || old.second == new.second,
        _ => false,
    };
    if same_form { 1 } else { 2 }
}

/// One step on the way from one sequence to another, by positions.
enum Step {
    Remove(usize),
    Add(usize),
    Change(usize, usize),
}

/// The lowest cost of making `new` of `old`, and the steps. Two items are paired only where that costs less than removing the one and
/// adding the other.
fn align<T>(old: &[T], new: &[T], gap: impl Fn(&T) -> usize, change: impl Fn(&T, &T) -> usize) -> (usize, Vec<Step>) {
    let width = new.len() + 1;
    let changes: Vec<usize> =
        old.iter().flat_map(|old| new.iter().map(|new| change(old, new)).collect::<Vec<_>>()).collect();
    let mut costs = vec![0; (old.len() + 1) * width];
    for (row, item) in old.iter().enumerate() {
        costs[(row + 1) * width] = costs[row * width] + gap(item);
    }
    for (column, item) in new.iter().enumerate() {
        costs[column + 1] = costs[column] + gap(item);
    }
    for (row, removed) in old.iter().enumerate() {
        for (column, added) in new.iter().enumerate() {
            let removing = costs[row * width + column + 1] + gap(removed);
            let adding = costs[(row + 1) * width + column] + gap(added);
            let changing = costs[row * width + column] + changes[row * new.len() + column];
            costs[(row + 1) * width + column + 1] = removing.min(adding).min(changing);
        }
    }
    let (mut row, mut column) = (old.len(), new.len());
    let mut steps = Vec::new();
    while row > 0 || column > 0 {
        let cost = costs[row * width + column];
        if row > 0 && cost == costs[(row - 1) * width + column] + gap(&old[row - 1]) {
            row -= 1;
            steps.push(Step::Remove(row));
        } else if column > 0 && cost == costs[row * width + column - 1] + gap(&new[column - 1]) {
            column -= 1;
            steps.push(Step::Add(column));
        } else {
            (row, column) = (row - 1, column - 1);
            steps.push(Step::Change(row, column));
        }
    }
    steps.reverse();
    (costs[old.len() * width + new.len()], steps)
}
