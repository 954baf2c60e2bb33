//! What can become of a span, and how it was found out.

use std::fmt;

use crate::trace::canonical::FieldChange;
use crate::trace::{Name, SpanIndex};

/// The differences of two traces, from the top down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeDiff {
    /// What changed.
    pub changes: Vec<Change>,
    /// How it was found out.
    pub algorithm: Algorithm,
}

impl TreeDiff {
    /// Whether the traces are equal but for noise.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What became of one span, or of spans of one name below one parent. `path` has the names of the spans above, from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Fields of a span changed: kind, status, attributes, events.
    Fields {
        /// The span before.
        before: SpanIndex,
        /// The span after.
        after: SpanIndex,
        /// Where it stands in the second trace.
        path: Vec<Name>,
        /// Its name.
        name: Name,
        /// What changed.
        changes: Vec<FieldChange>,
    },
    /// A span has another name, in the same place.
    Renamed {
        /// The span before.
        before: SpanIndex,
        /// The span after.
        after: SpanIndex,
        /// Where it stands in the second trace.
        path: Vec<Name>,
        /// Its names.
        from: Name,
        /// Its name now.
        to: Name,
    },
    /// A span stands elsewhere, with all that is below it.
    Moved {
        /// The span before.
        before: SpanIndex,
        /// The span after.
        after: SpanIndex,
        /// Its name.
        name: Name,
        /// Where it stood.
        from: Vec<Name>,
        /// Where it stands.
        to: Vec<Name>,
        /// How many spans moved, those below included.
        spans: usize,
    },
    /// A parent has more or fewer children of one name than before.
    Count {
        /// The parent in the second trace, the tops of all trees when there is none.
        parent: Option<SpanIndex>,
        /// The names from the top to the parent.
        path: Vec<Name>,
        /// The name of the children.
        name: Name,
        /// How many there were.
        before: usize,
        /// How many there are.
        after: usize,
    },
    /// A span is new.
    Added {
        /// The span, in the second trace.
        span: SpanIndex,
        /// Where it stands.
        path: Vec<Name>,
        /// Its name.
        name: Name,
        /// How many spans are new with it: itself and those below that have no counterpart.
        spans: usize,
    },
    /// A span is gone.
    Removed {
        /// The span, in the first trace.
        span: SpanIndex,
        /// Where it stood.
        path: Vec<Name>,
        /// Its name.
        name: Name,
        /// How many spans are gone with it: itself and those below that have no counterpart.
        spans: usize,
    },
}

/// How differences were found: how many spans each step decided on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Algorithm {
    /// Spans of the first trace that are in subtrees which are equal in both.
    pub by_hash: usize,
    /// Pairs that were matched by name and kind among siblings.
    pub by_name: usize,
    /// Spans of the first trace in subtrees that were found elsewhere.
    pub moved: usize,
    /// Sets of siblings that were compared by tree edit distance.
    pub edited_sets: usize,
    /// Sets of siblings that were too big for that, and taken as removed and added.
    pub plain_sets: usize,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} spans matched by subtree hash, {} by name and kind", self.by_hash, self.by_name)?;
        if self.moved > 0 {
            write!(formatter, ", {} found elsewhere by hash", self.moved)?;
        }
        let sets = |count: usize| if count == 1 { "set" } else { "sets" };
        if self.edited_sets > 0 {
            write!(formatter, "; tree edit distance in {} {} of siblings", self.edited_sets, sets(self.edited_sets))?;
        }
        if self.plain_sets > 0 {
            write!(
                formatter,
                "; set difference in {} {} of siblings that {} too big for tree edit distance",
                self.plain_sets,
                sets(self.plain_sets),
                if self.plain_sets == 1 { "is" } else { "are" }
            )?;
        }
        Ok(())
    }
}
