//! What changed between two revisions of a test: its expectations compared by what they ask for, not by how or where they are
//! written. Strategies differ in how they pair what was removed with what was added; what is equal is the same for all.

mod apply;
mod candidates;
mod expectation;
mod implication;
mod levenshtein;
mod rename;
mod semantic;
mod set;
mod strength;
mod wording;

pub use apply::Misfit;
pub use expectation::{Expectation, tree_of};
pub use implication::implies;
pub use levenshtein::LevenshteinDiff;
pub use semantic::SemanticDiff;
pub use set::SetDiff;
pub use strength::{Direction, Strength, Witness};
pub use wording::words;

use super::tree::{BlockKind, ExpectationTree, Reading};

/// A way to compare the expectations of two revisions.
pub trait DiffStrategy {
    /// The differences from `old` to `new`.
    fn diff(&self, old: &ExpectationTree, new: &ExpectationTree) -> ExpectationDiff;
}

/// The span of a comparison, by the name of the design documents (`docs/telemetry.md`).
fn compares(old: &ExpectationTree, new: &ExpectationTree) -> tracing::span::EnteredSpan {
    tracing::debug_span!("watch.diff", trees = 2, old = old.constraints.len(), new = new.constraints.len()).entered()
}

/// The differences between the expectations of two revisions.
#[derive(Clone, Debug)]
pub struct ExpectationDiff {
    /// How they were found, in a few words for people.
    pub algorithm: String,
    /// How the expectations are read before and after, where that changed: it changes what each of them means.
    pub reading: Option<(Reading, Reading)>,
    /// The changes, by kind, then in the order of the files.
    pub changes: Vec<Change>,
    /// How many expectations are the same in both.
    pub unchanged: usize,
    /// Whether the whole test became stronger or weaker, where the strategy asks that.
    pub direction: Option<Direction>,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The expectation before; `None` where it is new.
    pub old: Option<Expectation>,
    /// The expectation after; `None` where it is gone.
    pub new: Option<Expectation>,
    /// Whether the test became stronger or weaker by it, where the strategy asks that.
    pub strength: Option<Strength>,
}

/// What can happen to an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It asks for something else about the same thing.
    Modified,
    /// It asks for the same of spans that are called otherwise.
    Renamed,
    /// It asks for the same in another place of the file.
    Moved,
}

impl ChangeKind {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Modified => "modified",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
        }
    }

    /// The sign before it in text.
    pub const fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Modified | Self::Renamed => '~',
            Self::Moved => '=',
        }
    }
}

impl Change {
    /// An expectation that is new.
    pub fn added(new: Expectation) -> Self {
        Self { kind: ChangeKind::Added, old: None, new: Some(new), strength: None }
    }

    /// An expectation that is gone.
    pub fn removed(old: Expectation) -> Self {
        Self { kind: ChangeKind::Removed, old: Some(old), new: None, strength: None }
    }

    /// An expectation that became another one.
    pub fn between(kind: ChangeKind, old: Expectation, new: Expectation) -> Self {
        Self { kind, old: Some(old), new: Some(new), strength: None }
    }

    /// The kind of the expectation.
    pub fn block(&self) -> BlockKind {
        self.new.as_ref().or(self.old.as_ref()).map_or(BlockKind::Assertions, |expectation| expectation.kind)
    }
}

impl ExpectationDiff {
    /// Whether both revisions ask for the same, in the same order.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.reading.is_none()
    }

    /// How many changes are of this kind.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.changes.iter().filter(|change| change.kind == kind).count()
    }

    /// The changes in one line: `+2 -1 ~1`, with the direction where it is known. Empty where nothing changed.
    pub fn summary(&self) -> String {
        let signs = [('+', &[ChangeKind::Added][..]), ('-', &[ChangeKind::Removed])];
        let others = [('~', &[ChangeKind::Modified, ChangeKind::Renamed][..]), ('=', &[ChangeKind::Moved])];
        let counted = signs.into_iter().chain(others).filter_map(|(sign, kinds)| {
            let count: usize = kinds.iter().map(|kind| self.count(*kind)).sum();
            (count > 0).then(|| format!("{sign}{count}"))
        });
        let reading = self.reading.map(|_| "compat".to_owned());
        let counts = counted.chain(reading).collect::<Vec<_>>().join(" ");
        match self.direction {
            Some(direction) if !counts.is_empty() => format!("{counts}, {}", direction.word()),
            _ => counts,
        }
    }
}
