//! The variables that a template sees, each with where it was defined.

/// Variables, seed, clock and visible environment of a render.
#[derive(Clone, Debug, Default)]
pub struct Variables {}
