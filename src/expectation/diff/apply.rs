//! A diff as a recipe: what it makes of the expectations of the old revision are those of the new one.

use super::{Expectation, ExpectationDiff};

/// A change that does not fit: what it takes away is not there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{0}` is to be taken away, but is not there: the diff belongs to other expectations")]
pub struct Misfit(pub String);

impl ExpectationDiff {
    /// The expectations of the new revision, made of those of the old one. Their order is not that of a file.
    ///
    /// # Errors
    /// When the diff takes away what is not there.
    pub fn apply(&self, old: Vec<Expectation>) -> Result<Vec<Expectation>, Misfit> {
        let mut expectations = old;
        for gone in self.changes.iter().filter_map(|change| change.old.as_ref()) {
            let position = expectations.iter().position(|known| known == gone);
            let position = position.ok_or_else(|| Misfit(gone.path.to_string()))?;
            expectations.swap_remove(position);
        }
        expectations.extend(self.changes.iter().filter_map(|change| change.new.clone()));
        Ok(expectations)
    }
}
