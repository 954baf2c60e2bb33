//! What functions and filters take: the names, order and defaults of their parameters.

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its documented name.
    pub name: &'static str,
    /// Whether a call must give it.
    pub required: bool,
    /// Other names that are accepted for it (`array` for `list`).
    pub aliases: &'static [&'static str],
}

/// A function, filter or test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, in the order in which positional arguments are assigned; without the piped value of a filter.
    pub params: &'static [Param],
    /// Whether positional arguments have an obvious meaning (`range(3)`), so that they may be read as keyword arguments.
    pub positional: bool,
}

/// Finds the signatures of what templates may call.
pub trait Signatures: Send + Sync {
    /// The function of this name.
    fn function(&self, name: &str) -> Option<&'static Signature>;
    /// The filter of this name.
    fn filter(&self, name: &str) -> Option<&'static Signature>;
    /// The test of this name.
    fn test(&self, name: &str) -> Option<&'static Signature>;
}
