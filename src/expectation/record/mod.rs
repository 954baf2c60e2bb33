//! Expectations from a recorded trace: few, and such as hold in the next run too. What changes from run to run (ids, times, sizes,
//! numbers of repetitions) is left out; what is left holds on the trace that it was made of.

mod entry;
mod stable;
mod write;

pub use entry::{Entry, entries};
pub use write::{Quote, compose};

use super::diff::{Expectation, implies};
use super::tree::ExpectationTree;
use crate::config;

impl Entry {
    /// What the entry expects, as the test format reads it.
    pub fn expectations(&self) -> Vec<Expectation> {
        let text = compose(std::slice::from_ref(self), &Quote::default());
        Expectation::of(&ExpectationTree::new(&config::parse(&text, &[], false).config))
    }
}

/// The entries that do not follow from what a test expects already.
pub fn missing(entries: Vec<Entry>, test: &ExpectationTree) -> Vec<Entry> {
    let known = Expectation::of(test);
    let is_known = |wanted: &Expectation| known.iter().any(|known| implies(known, wanted));
    entries.into_iter().filter(|entry| !entry.expectations().iter().all(is_known)).collect()
}
