//! How much a green means: a passing trace is changed in every way that a constraint should notice, and whatever nobody notices is told.
//!
//! A mutant is caught when some constraint does not hold on it. A constraint that no mutant turns red can't fail on traces like this one,
//! and is worth nothing there.

mod blanket;
mod mutation;
mod score;
mod targeted;

pub use blanket::blanket;
pub use mutation::{Edit, Mutation};
pub use score::{Limits, Mutant, MutationReport, NotPassing, mutate};
pub use targeted::targeted;
