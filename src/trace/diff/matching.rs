//! Finds for the spans of one trace their counterparts in the other, and makes changes of what has none.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::change::{Algorithm, Change, TreeDiff};
use super::tree_edit::{self, Budget};
use crate::trace::canonical::{Canonical, CanonicalField, Hash, differing, kind};
use crate::trace::{Name, SpanKind};

/// What is known of a span's counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counterpart {
    Unknown,
    Node(u32),
    /// It is one of several of its name below one parent, which are more or fewer than before.
    Counted,
}

/// One side of the comparison.
struct Side<'c, 't> {
    form: &'c Canonical<'t>,
    counterparts: Vec<Counterpart>,
    /// The place of each node when parents are counted before their children.
    preorder: Vec<u32>,
}

impl<'c, 't> Side<'c, 't> {
    fn new(form: &'c Canonical<'t>) -> Self {
        let mut preorder = vec![0; form.len()];
        let mut stack: Vec<u32> = form.tops().iter().rev().copied().collect();
        let mut next = 0;
        while let Some(node) = stack.pop() {
            preorder[node as usize] = next;
            next += 1;
            stack.extend(form.node(node).children.iter().rev());
        }
        Self { form, counterparts: vec![Counterpart::Unknown; form.len()], preorder }
    }

    fn is_unknown(&self, node: u32) -> bool {
        self.counterparts[node as usize] == Counterpart::Unknown
    }

    fn counterpart(&self, node: u32) -> Option<u32> {
        match self.counterparts[node as usize] {
            Counterpart::Node(other) => Some(other),
            _ => None,
        }
    }

    fn name(&self, node: u32) -> &Name {
        &self.form.span(node).name
    }

    /// The names of the spans above, from the top.
    fn path(&self, node: u32) -> Vec<Name> {
        let mut path: Vec<Name> =
            std::iter::successors(self.form.node(node).parent, |&node| self.form.node(node).parent)
                .map(|node| self.name(node).clone())
                .collect();
        path.reverse();
        path
    }

    /// All nodes of a subtree.
    fn count(&mut self, top: u32) {
        let mut stack = vec![top];
        while let Some(node) = stack.pop() {
            self.counterparts[node as usize] = Counterpart::Counted;
            stack.extend(&self.form.node(node).children);
        }
    }

    /// How many nodes without a counterpart hang together below and at `top`.
    fn unknown_below(&self, top: u32) -> usize {
        let mut stack = vec![top];
        let mut count = 0;
        while let Some(node) = stack.pop() {
            count += 1;
            stack.extend(self.form.node(node).children.iter().filter(|child| self.is_unknown(**child)));
        }
        count
    }
}

/// Siblings of both sides, below parents that are counterparts, that have none among each other yet.
#[derive(Default)]
struct Residual {
    left: Vec<u32>,
    right: Vec<u32>,
}

/// Where a change stands in the report: by the place in the second trace, then in the first.
type Position = (u32, u32);

pub(super) struct Matching<'c, 't> {
    left: Side<'c, 't>,
    right: Side<'c, 't>,
    residuals: Vec<Residual>,
    changes: Vec<(Position, Change)>,
    algorithm: Algorithm,
}

impl<'c, 't> Matching<'c, 't> {
    pub fn new(before: &'c Canonical<'t>, after: &'c Canonical<'t>) -> Self {
        let (left, right) = (Side::new(before), Side::new(after));
        Self { left, right, residuals: Vec::new(), changes: Vec::new(), algorithm: Algorithm::default() }
    }

    pub fn into_diff(mut self) -> TreeDiff {
        self.match_siblings();
        self.find_moved();
        self.edit_residuals();
        self.forget_moves_along();
        self.tell_removed_and_added();
        self.changes.sort_by_key(|(position, _)| *position);
        TreeDiff { changes: self.changes.into_iter().map(|(_, change)| change).collect(), algorithm: self.algorithm }
    }

    /// From the tops down: among the children of counterparts, equal subtrees first, then by name and kind.
    fn match_siblings(&mut self) {
        let mut pairs: VecDeque<(Option<u32>, Option<u32>)> = VecDeque::from([(None, None)]);
        while let Some((left_parent, right_parent)) = pairs.pop_front() {
            let (left, right) = self.match_equal(left_parent, right_parent);
            let mut groups: BTreeMap<(&Name, SpanKind), Residual> = BTreeMap::new();
            let (before, after) = (self.left.form, self.right.form);
            for node in left {
                groups.entry((&before.span(node).name, kind(before.span(node)))).or_default().left.push(node);
            }
            for node in right {
                groups.entry((&after.span(node).name, kind(after.span(node)))).or_default().right.push(node);
            }
            let mut residual = Residual::default();
            for ((name, kind), Residual { left, right }) in groups {
                let total = |form: &Canonical<'_>, parent| {
                    let named = |node: &&u32| form.span(**node).name == *name && self::kind(form.span(**node)) == kind;
                    form.below(parent).iter().filter(named).count()
                };
                let (before, after) = (total(before, left_parent), total(after, right_parent));
                if before == 0 || after == 0 {
                    residual.left.extend(left);
                    residual.right.extend(right);
                    continue;
                }
                let (left, right) = self.pair(left, right, &mut pairs);
                if before != after {
                    let path = right_parent.map_or_else(Vec::new, |parent| {
                        let mut path = self.right.path(parent);
                        path.push(self.right.name(parent).clone());
                        path
                    });
                    let position = (right_parent.map_or(0, |parent| self.right.preorder[parent as usize]), u32::MAX);
                    let parent = right_parent.map(Canonical::index);
                    self.changes.push((position, Change::Count { parent, path, name: name.clone(), before, after }));
                    left.into_iter().for_each(|node| self.left.count(node));
                    right.into_iter().for_each(|node| self.right.count(node));
                }
            }
            if !residual.left.is_empty() || !residual.right.is_empty() {
                self.residuals.push(residual);
            }
        }
    }

    /// Matches children that are equal with all that is below them; returns the others.
    fn match_equal(&mut self, left_parent: Option<u32>, right_parent: Option<u32>) -> (Vec<u32>, Vec<u32>) {
        let (before, after) = (self.left.form, self.right.form);
        let mut by_hash: HashMap<Hash, VecDeque<u32>> = HashMap::new();
        for &node in after.below(right_parent) {
            by_hash.entry(after.node(node).subtree_hash).or_default().push_back(node);
        }
        let mut rest = Vec::new();
        for &node in before.below(left_parent) {
            match by_hash.get_mut(&before.node(node).subtree_hash).and_then(VecDeque::pop_front) {
                Some(equal) => {
                    self.match_subtrees(node, equal);
                    self.algorithm.by_hash += before.node(node).size as usize;
                }
                None => rest.push(node),
            }
        }
        let unmatched = after.below(right_parent).iter().copied().filter(|node| self.right.is_unknown(*node)).collect();
        (rest, unmatched)
    }

    /// Makes counterparts of the spans of two equal subtrees.
    fn match_subtrees(&mut self, left: u32, right: u32) {
        let mut stack = vec![(left, right)];
        while let Some((left, right)) = stack.pop() {
            self.match_nodes(left, right);
            // Equal subtrees have their children in one order.
            stack.extend(
                self.left
                    .form
                    .node(left)
                    .children
                    .iter()
                    .copied()
                    .zip(self.right.form.node(right).children.iter().copied()),
            );
        }
    }

    fn match_nodes(&mut self, left: u32, right: u32) {
        self.left.counterparts[left as usize] = Counterpart::Node(right);
        self.right.counterparts[right as usize] = Counterpart::Node(left);
    }

    /// Pairs siblings of one name and kind, those first that are equal themselves; returns those that are left over.
    fn pair(
        &mut self,
        left: Vec<u32>,
        right: Vec<u32>,
        pairs: &mut VecDeque<(Option<u32>, Option<u32>)>,
    ) -> (Vec<u32>, Vec<u32>) {
        let (before, after) = (self.left.form, self.right.form);
        let mut by_own: HashMap<Hash, VecDeque<u32>> = HashMap::new();
        for &node in &right {
            by_own.entry(after.node(node).own_hash).or_default().push_back(node);
        }
        let mut found: Vec<(u32, u32)> = Vec::new();
        let mut others: VecDeque<u32> = VecDeque::new();
        for node in left {
            match by_own.get_mut(&before.node(node).own_hash).and_then(VecDeque::pop_front) {
                Some(equal) => found.push((node, equal)),
                None => others.push_back(node),
            }
        }
        let taken: std::collections::HashSet<u32> = found.iter().map(|(_, right)| *right).collect();
        let mut free: VecDeque<u32> = right.into_iter().filter(|node| !taken.contains(node)).collect();
        while let (Some(&left), Some(&right)) = (others.front(), free.front()) {
            found.push((left, right));
            others.pop_front();
            free.pop_front();
        }
        for (left, right) in found {
            self.match_nodes(left, right);
            self.algorithm.by_name += 1;
            self.tell_fields(left, right);
            pairs.push_back((Some(left), Some(right)));
        }
        (others.into(), free.into())
    }

    fn position(&self, left: u32, right: u32) -> Position {
        (self.right.preorder[right as usize], self.left.preorder[left as usize])
    }

    /// Tells in what two counterparts differ.
    fn tell_fields(&mut self, left: u32, right: u32) {
        let (before, after) = (self.left.form, self.right.form);
        if before.node(left).own_hash == after.node(right).own_hash {
            return;
        }
        let (mut changes, position) = (differing((before, left), (after, right)), self.position(left, right));
        changes.retain(|change| change.field != CanonicalField::Name);
        if !changes.is_empty() {
            let (name, path) = (self.right.name(right).clone(), self.right.path(right));
            let (before, after) = (Canonical::index(left), Canonical::index(right));
            self.changes.push((position, Change::Fields { before, after, path, name, changes }));
        }
    }

    /// Looks for what is missing among siblings everywhere else.
    fn find_moved(&mut self) {
        let mut elsewhere: HashMap<Hash, VecDeque<u32>> = HashMap::new();
        let mut stack: Vec<u32> =
            self.residuals.iter().rev().flat_map(|residual| residual.right.iter().rev().copied()).collect();
        while let Some(node) = stack.pop() {
            let node_of = self.right.form.node(node);
            elsewhere.entry(node_of.subtree_hash).or_default().push_back(node);
            stack.extend(node_of.children.iter().rev());
        }
        let mut stack: Vec<u32> =
            self.residuals.iter().rev().flat_map(|residual| residual.left.iter().rev().copied()).collect();
        while let Some(node) = stack.pop() {
            let node_of = self.left.form.node(node);
            let candidates = elsewhere.get_mut(&node_of.subtree_hash);
            // A candidate inside of another that was taken has its counterpart already.
            let free = candidates.and_then(|candidates| {
                while let Some(candidate) = candidates.pop_front() {
                    if self.right.is_unknown(candidate) {
                        return Some(candidate);
                    }
                }
                None
            });
            let Some(found) = free else {
                stack.extend(node_of.children.iter().rev());
                continue;
            };
            let spans = node_of.size as usize;
            self.match_subtrees(node, found);
            self.algorithm.moved += spans;
            let change = Change::Moved {
                before: Canonical::index(node),
                after: Canonical::index(found),
                name: self.right.name(found).clone(),
                from: self.left.path(node),
                to: self.right.path(found),
                spans,
            };
            self.changes.push((self.position(node, found), change));
        }
    }

    /// Compares what remains among siblings by tree edit distance, as far as that is affordable.
    fn edit_residuals(&mut self) {
        let mut budget = Budget::default();
        for residual in std::mem::take(&mut self.residuals) {
            let unknown = |side: &Side<'_, '_>, nodes: Vec<u32>| -> Vec<u32> {
                nodes.into_iter().filter(|node| side.is_unknown(*node)).collect()
            };
            let left = tree_edit::Forest::new(self.left.form, &unknown(&self.left, residual.left), |node| {
                self.left.is_unknown(node)
            });
            let right = tree_edit::Forest::new(self.right.form, &unknown(&self.right, residual.right), |node| {
                self.right.is_unknown(node)
            });
            if left.is_empty() || right.is_empty() {
                continue;
            }
            let Some(mapping) = tree_edit::mapping(self.left.form, &left, self.right.form, &right, &mut budget) else {
                self.algorithm.plain_sets += 1;
                continue;
            };
            self.algorithm.edited_sets += 1;
            for (left, right) in mapping {
                self.match_nodes(left, right);
                let (from, to) = (self.left.name(left).clone(), self.right.name(right).clone());
                if from != to {
                    let (before, after) = (Canonical::index(left), Canonical::index(right));
                    let renamed = Change::Renamed { before, after, path: self.right.path(right), from, to };
                    self.changes.push((self.position(left, right), renamed));
                }
                self.tell_fields(left, right);
            }
        }
    }

    /// What stands below the counterpart of its parent has not moved: that was found out only later.
    fn forget_moves_along(&mut self) {
        let (left, right, algorithm) = (&self.left, &self.right, &mut self.algorithm);
        self.changes.retain(|(_, change)| {
            let Change::Moved { before, after, spans, .. } = change else { return true };
            let parent = |side: &Side<'_, '_>, node: usize| side.form.node(node as u32).parent;
            let stayed = parent(left, before.get()).is_some_and(|parent_before| {
                left.counterpart(parent_before).is_some()
                    && left.counterpart(parent_before) == parent(right, after.get())
            });
            if stayed {
                algorithm.moved -= spans;
                algorithm.by_hash += spans;
            }
            !stayed
        });
    }

    /// What has no counterpart now is gone, or new.
    fn tell_removed_and_added(&mut self) {
        for node in 0..self.left.form.len() as u32 {
            let parent = self.left.form.node(node).parent;
            if !self.left.is_unknown(node) || parent.is_some_and(|parent| self.left.is_unknown(parent)) {
                continue;
            }
            let place = std::iter::successors(parent, |&node| self.left.form.node(node).parent)
                .find_map(|node| self.left.counterpart(node));
            let position =
                (place.map_or(0, |place| self.right.preorder[place as usize]), self.left.preorder[node as usize]);
            let change = Change::Removed {
                span: Canonical::index(node),
                path: self.left.path(node),
                name: self.left.name(node).clone(),
                spans: self.left.unknown_below(node),
            };
            self.changes.push((position, change));
        }
        for node in 0..self.right.form.len() as u32 {
            let parent = self.right.form.node(node).parent;
            if !self.right.is_unknown(node) || parent.is_some_and(|parent| self.right.is_unknown(parent)) {
                continue;
            }
            let change = Change::Added {
                span: Canonical::index(node),
                path: self.right.path(node),
                name: self.right.name(node).clone(),
                spans: self.right.unknown_below(node),
            };
            self.changes.push(((self.right.preorder[node as usize], 0), change));
        }
    }
}
