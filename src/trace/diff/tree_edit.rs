//! The edit distance of ordered trees by Zhang and Shasha, with the mapping that it stands for.

use std::cmp::Ordering;

use crate::text::nearest;
use crate::trace::Span;
use crate::trace::canonical::Canonical;

/// More nodes than this on one side are not compared.
const NODES: usize = 400;

/// What comparing may cost, in cells of the distance tables. Deep trees cost far more than flat ones of the same size.
pub(super) struct Budget {
    cells: u64,
}

impl Default for Budget {
    /// About a third of a second.
    fn default() -> Self {
        Self { cells: 60_000_000 }
    }
}

/// Some trees side by side, their nodes in postorder, below a root of their own which is the last node.
pub(super) struct Forest {
    /// The node of the trace; none for the root.
    nodes: Vec<Option<u32>>,
    /// The first leaf below each node, as a place in postorder.
    leftmost: Vec<usize>,
    keyroots: Vec<usize>,
}

impl Forest {
    /// The trees below `tops`, as far as `takes` goes.
    pub fn new(form: &Canonical<'_>, tops: &[u32], takes: impl Fn(u32) -> bool) -> Self {
        let (mut nodes, mut leftmost) = (Vec::new(), Vec::new());
        // Each entry: a node, whether its children are done, and where its first leaf will be.
        let mut stack: Vec<(Option<u32>, Option<usize>)> = vec![(None, None)];
        while let Some((node, begun)) = stack.pop() {
            match begun {
                Some(first) => {
                    leftmost.push(first);
                    nodes.push(node);
                }
                None => {
                    stack.push((node, Some(nodes.len())));
                    let children = node.map_or(tops, |node| &form.node(node).children);
                    stack
                        .extend(children.iter().rev().filter(|child| takes(**child)).map(|child| (Some(*child), None)));
                }
            }
        }
        // A keyroot is the highest node with its first leaf.
        let mut highest = vec![0; nodes.len()];
        for (node, &first) in leftmost.iter().enumerate() {
            highest[first] = node;
        }
        let keyroots = (0..nodes.len()).filter(|node| highest[leftmost[*node]] == *node).collect();
        Self { nodes, leftmost, keyroots }
    }

    /// Whether it has no node but its root.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The sizes of the subtrees that tables are made for.
    fn table_rows(&self) -> u64 {
        self.keyroots.iter().map(|&node| (node - self.leftmost[node] + 1) as u64).sum()
    }
}

/// What it costs to remove or to add a node.
const GAP: u32 = 4;

/// The pairs of nodes in the cheapest way from one forest to the other; `None` when that would cost too much to find.
pub(super) fn mapping(
    before: &Canonical<'_>,
    left: &Forest,
    after: &Canonical<'_>,
    right: &Forest,
    budget: &mut Budget,
) -> Option<Vec<(u32, u32)>> {
    if left.len() > NODES + 1 || right.len() > NODES + 1 {
        return None;
    }
    // Comparing two names costs as much as some twenty cells. The way back makes some of the tables once more.
    let cells = 2 * left.table_rows() * right.table_rows() + 20 * (left.len() * right.len()) as u64;
    budget.cells = budget.cells.checked_sub(cells)?;
    let mut tables = Tables::new(before, left, after, right);
    for &left_root in &left.keyroots {
        for &right_root in &right.keyroots {
            tables.fill(left_root, right_root);
        }
    }
    Some(tables.way_back())
}

struct Tables<'f> {
    left: &'f Forest,
    right: &'f Forest,
    /// What it costs to make a node of one another of the other.
    costs: Vec<u32>,
    /// The distances of subtrees.
    trees: Vec<u32>,
    /// The distances of the forests before two nodes, for the subtrees that were filled last.
    forests: Vec<u32>,
}

impl<'f> Tables<'f> {
    fn new(before: &Canonical<'_>, left: &'f Forest, after: &Canonical<'_>, right: &'f Forest) -> Self {
        let cost = |left: &Option<u32>, right: &Option<u32>| match (left, right) {
            (Some(left), Some(right)) => change_cost(before, *left, after, *right),
            (None, None) => 0,
            // The roots are there to hold the trees together, and belong to each other.
            _ => 1 << 20,
        };
        let costs = left.nodes.iter().flat_map(|left| right.nodes.iter().map(move |right| cost(left, right))).collect();
        let trees = vec![0; left.len() * right.len()];
        let forests = vec![0; (left.len() + 1) * (right.len() + 1)];
        Self { left, right, costs, trees, forests }
    }

    fn pair(&self, left: usize, right: usize) -> usize {
        left * self.right.len() + right
    }

    fn cell(&self, row: usize, column: usize) -> usize {
        row * (self.right.len() + 1) + column
    }

    /// Fills the distances of the forests below two nodes, and of the subtrees that begin with the same leaves.
    fn fill(&mut self, left_root: usize, right_root: usize) {
        let (left_first, right_first) = (self.left.leftmost[left_root], self.right.leftmost[right_root]);
        let (rows, columns) = (left_root - left_first + 1, right_root - right_first + 1);
        for row in 0..=rows {
            let cell = self.cell(row, 0);
            self.forests[cell] = row as u32 * GAP;
        }
        for column in 0..=columns {
            self.forests[column] = column as u32 * GAP;
        }
        for row in 1..=rows {
            let left = left_first + row - 1;
            let left_begins = self.left.leftmost[left];
            for column in 1..=columns {
                let right = right_first + column - 1;
                let right_begins = self.right.leftmost[right];
                let gap = self.forests[self.cell(row - 1, column)].min(self.forests[self.cell(row, column - 1)]) + GAP;
                let pair = self.pair(left, right);
                let whole = left_begins == left_first && right_begins == right_first;
                let matched = if whole {
                    self.forests[self.cell(row - 1, column - 1)] + self.costs[pair]
                } else {
                    self.forests[self.cell(left_begins - left_first, right_begins - right_first)] + self.trees[pair]
                };
                let distance = gap.min(matched);
                let cell = self.cell(row, column);
                self.forests[cell] = distance;
                if whole {
                    self.trees[pair] = distance;
                }
            }
        }
    }

    /// The pairs on the cheapest way.
    fn way_back(&mut self) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        let mut subtrees = vec![(self.left.len() - 1, self.right.len() - 1)];
        while let Some((left_root, right_root)) = subtrees.pop() {
            self.fill(left_root, right_root);
            let (left_first, right_first) = (self.left.leftmost[left_root], self.right.leftmost[right_root]);
            let (mut row, mut column) = (left_root - left_first + 1, right_root - right_first + 1);
            while row > 0 && column > 0 {
                let distance = self.forests[self.cell(row, column)];
                if distance == self.forests[self.cell(row - 1, column)] + GAP {
                    row -= 1;
                    continue;
                }
                if distance == self.forests[self.cell(row, column - 1)] + GAP {
                    column -= 1;
                    continue;
                }
                let (left, right) = (left_first + row - 1, right_first + column - 1);
                let (left_begins, right_begins) = (self.left.leftmost[left], self.right.leftmost[right]);
                if left_begins == left_first && right_begins == right_first {
                    if let (Some(left), Some(right)) = (self.left.nodes[left], self.right.nodes[right]) {
                        pairs.push((left, right));
                    }
                    (row, column) = (row - 1, column - 1);
                } else {
                    subtrees.push((left, right));
                    (row, column) = (left_begins - left_first, right_begins - right_first);
                }
            }
        }
        pairs
    }
}

/// What it costs to make one span of another: nothing for equal ones, less than removing and adding for those that may be the same
/// operation under another name, and as much as that for all others.
fn change_cost(before: &Canonical<'_>, left: u32, after: &Canonical<'_>, right: u32) -> u32 {
    let (from, to) = (before.span(left), after.span(right));
    match (from.name == to.name, from.kind == to.kind) {
        (true, true) => u32::from(before.node(left).own_hash != after.node(right).own_hash),
        (true, false) => 2,
        (false, same_kind) => {
            let near = nearest(&from.name, [to.name.as_str()]).is_some();
            let akin =
                || same_segment(&from.name, &to.name) || same_keys(from, to) || same_child(before, left, after, right);
            match (near, same_kind) {
                (true, true) => 3,
                (false, true) if akin() => 5,
                (true, false) => 6,
                _ => 2 * GAP,
            }
        }
    }
}

/// Whether two names of several segments begin or end with the same one.
fn same_segment(left: &str, right: &str) -> bool {
    let ends = |name: &'_ str| {
        let mut segments = name.split(['.', '/', ' ', ':', '_', '-']);
        let first = segments.next().map(str::len).unwrap_or_default();
        let last = segments.next_back().map(str::len).unwrap_or_default();
        (first, last)
    };
    let ((left_first, left_last), (right_first, right_last)) = (ends(left), ends(right));
    let first = left_first > 0 && left_last > 0 && right_last > 0 && left[..left_first] == right[..right_first];
    let last = left_last > 0 && right_last > 0 && left[left.len() - left_last..] == right[right.len() - right_last..];
    first || last
}

fn same_keys(left: &Span, right: &Span) -> bool {
    !left.attributes.is_empty()
        && left.attributes.len() == right.attributes.len()
        && left.attributes.iter().all(|(key, _)| right.attributes.get(key).is_some())
}

fn same_child(before: &Canonical<'_>, left: u32, after: &Canonical<'_>, right: u32) -> bool {
    // Siblings are sorted by name.
    let (mut left, mut right) =
        (before.node(left).children.iter().peekable(), after.node(right).children.iter().peekable());
    while let (Some(&&one), Some(&&other)) = (left.peek(), right.peek()) {
        match before.span(one).name.cmp(&after.span(other).name) {
            Ordering::Less => left.next(),
            Ordering::Greater => right.next(),
            Ordering::Equal => return true,
        };
    }
    false
}
