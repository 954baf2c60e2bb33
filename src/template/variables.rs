//! The variables that a template sees, each with where it was defined.

mod environment;

pub use environment::{Environment, ReadVariable, SECRET_STAND_IN, is_secret_name};

/// Variables, seed, clock and visible environment of a render.
#[derive(Clone, Debug, Default)]
pub struct Variables {}
