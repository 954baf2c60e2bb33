//! Where two canonical traces part first: what somebody wants to see instead of two digests.

use std::collections::HashMap;
use std::fmt;

use super::fields::{FieldChange, differing};
use super::form::{Canonical, Hash};
use crate::trace::{Name, SpanIndex};

/// The first place in which two traces differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The names of the spans above, from the top.
    pub path: Vec<Name>,
    /// What differs there.
    pub difference: Difference,
}

/// A difference of two traces in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Below the span at the end of the path, the traces have different numbers of spans with this name.
    Count {
        /// The name.
        name: Name,
        /// How many the first has.
        before: usize,
        /// How many the second has.
        after: usize,
    },
    /// Two spans that stand for the same operation differ.
    Fields {
        /// The span in the first.
        before: SpanIndex,
        /// The span in the second.
        after: SpanIndex,
        /// In what.
        changes: Vec<FieldChange>,
    },
}

impl fmt::Display for Divergence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str("at the top: ")?;
        } else {
            for (index, name) in self.path.iter().enumerate() {
                write!(formatter, "{}`{name}`", if index == 0 { "" } else { " › " })?;
            }
            formatter.write_str(": ")?;
        }
        match &self.difference {
            Difference::Count { name, before, after } => write!(formatter, "`{name}` ×{before} → ×{after}"),
            Difference::Fields { changes, .. } => {
                for (index, change) in changes.iter().enumerate() {
                    write!(formatter, "{}{change}", if index == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
        }
    }
}

/// Where `before` and `after`, of one form, part first: from the top down, siblings in their canonical order. `None` when they are equal.
pub fn first_divergence(before: &Canonical<'_>, after: &Canonical<'_>) -> Option<Divergence> {
    let mut path = Vec::new();
    let (mut left_parent, mut right_parent) = (None, None);
    loop {
        let (left, right) = without_equal(before, left_parent, after, right_parent);
        let name_of = |side: &Canonical<'_>, node: u32| side.span(node).name.clone();
        let name = match (left.first(), right.first()) {
            (None, None) => return None,
            (Some(&node), None) => name_of(before, node),
            (None, Some(&node)) => name_of(after, node),
            (Some(&left), Some(&right)) => name_of(before, left).min(name_of(after, right)),
        };
        let count = |side: &Canonical<'_>, parent| {
            side.below(parent).iter().filter(|node| side.span(**node).name == name).count()
        };
        let counts = (count(before, left_parent), count(after, right_parent));
        if counts.0 != counts.1 {
            return Some(Divergence {
                path,
                difference: Difference::Count { name, before: counts.0, after: counts.1 },
            });
        }
        let find =
            |side: &Canonical<'_>, nodes: &[u32]| nodes.iter().copied().find(|node| side.span(*node).name == name);
        // Equal counts, equal subtrees taken away on both sides: each side has at least one left.
        let (Some(left), Some(right)) = (find(before, &left), find(after, &right)) else { return None };
        path.push(name);
        let changes = differing((before, left), (after, right));
        if !changes.is_empty() {
            let (before, after) = (Canonical::index(left), Canonical::index(right));
            return Some(Divergence { path, difference: Difference::Fields { before, after, changes } });
        }
        (left_parent, right_parent) = (Some(left), Some(right));
    }
}

/// The children on both sides, without those that have an equal one on the other.
fn without_equal(
    before: &Canonical<'_>,
    left_parent: Option<u32>,
    after: &Canonical<'_>,
    right_parent: Option<u32>,
) -> (Vec<u32>, Vec<u32>) {
    let mut surplus: HashMap<Hash, usize> = HashMap::new();
    for &node in after.below(right_parent) {
        *surplus.entry(after.node(node).subtree_hash).or_default() += 1;
    }
    let mut left = Vec::new();
    for &node in before.below(left_parent) {
        match surplus.get_mut(&before.node(node).subtree_hash) {
            Some(count) if *count > 0 => *count -= 1,
            _ => left.push(node),
        }
    }
    let mut right = Vec::new();
    // The last of equal ones are surplus: which of them does not matter.
    for &node in after.below(right_parent).iter().rev() {
        if let Some(count) = surplus.get_mut(&after.node(node).subtree_hash).filter(|count| **count > 0) {
            *count -= 1;
            right.push(node);
        }
    }
    right.reverse();
    (left, right)
}
