//! How much a green means: a passing trace is changed in every way that a constraint should notice, and whatever nobody notices is told.

mod mutation;
mod targeted;

pub use mutation::{Edit, Mutation};
pub use targeted::targeted;
