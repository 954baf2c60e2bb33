//! What functions and filters take: the names, order and defaults of their parameters.

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its documented name.
    pub name: &'static str,
    /// Whether a call must give it.
    pub required: bool,
    /// The value that a call gets which leaves it out, as it would be written; empty where there is none.
    pub default: &'static str,
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

impl Signature {
    /// The parameter that `name` means, by its own name or an alias.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        let params = self.params;
        params
            .iter()
            .find(|param| param.name == name)
            .or_else(|| params.iter().find(|param| param.aliases.contains(&name)))
    }

    /// The parameter that the positional argument `index` (from 0) of a call with `count` of them means.
    pub fn positional_param(&self, index: usize, count: usize) -> Option<&'static Param> {
        // As everywhere, `range(3)` counts up to 3, and `range(1, 3)` from 1 to 3.
        if self.name == "range" && count == 1 {
            return self.param("end");
        }
        self.params.get(index)
    }
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
