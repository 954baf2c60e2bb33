//! What became of a trace: the differences of two of them as trees, found by what spans are and where they stand.
//!
//! Equal subtrees are matched by their hashes from the top down; what is left among siblings by name and kind; what moved
//! elsewhere by its hash again. Only the siblings that remain are compared by tree edit distance, as far as that is
//! affordable. The result says which of these found it.

mod change;
mod matching;
mod report;
mod tree_edit;

pub use change::{Algorithm, Change, TreeDiff};

use crate::trace::Trace;
use crate::trace::canonical::{Canonical, Form, Noise};

/// The differences from `before` to `after`, noise left out.
pub fn diff(before: &Trace, after: &Trace, noise: &Noise) -> TreeDiff {
    diff_canonical(&Canonical::new(before, Form::Full, noise), &Canonical::new(after, Form::Full, noise))
}

/// The differences between two canonical traces of one form.
pub fn diff_canonical(before: &Canonical<'_>, after: &Canonical<'_>) -> TreeDiff {
    matching::Matching::new(before, after).into_diff()
}
