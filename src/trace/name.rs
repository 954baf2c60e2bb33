//! Strings that occur in many spans, held once: names of spans, keys and values of attributes.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A string that is cheap to clone and, when both come from one [`Interner`], cheap to compare.
#[derive(Clone, PartialOrd, Ord)]
pub struct Name(Arc<str>);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Name {}

/// As its text: a set of names is searched by text.
impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Default for Name {
    fn default() -> Self {
        Self::from("")
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(Arc::from(text))
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(Arc::from(text))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self)
    }
}

/// Gives equal strings one place in memory.
///
/// Holds a bounded number of strings: a stream in which every name differs does not make it grow.
#[derive(Debug, Default)]
pub struct Interner {
    names: HashSet<Name>,
}

impl Interner {
    /// More different strings than this are forgotten and held anew.
    const CAPACITY: usize = 1 << 16;
    /// Longer strings are rarely equal and would make the bound worthless.
    const LONGEST: usize = 256;

    /// `text` as a name; the same place in memory as an equal one before, as long as that is remembered.
    pub fn intern(&mut self, text: &str) -> Name {
        if text.len() > Self::LONGEST {
            return Name::from(text);
        }
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        if self.names.len() >= Self::CAPACITY {
            self.names.clear();
        }
        let name = Name::from(text);
        self.names.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::{Interner, Name};
    use std::sync::Arc;

    #[test]
    fn equal_names_share_their_place_and_the_number_of_names_is_bounded() {
        let mut interner = Interner::default();
        let (first, second) = (interner.intern("db.query"), interner.intern("db.query"));
        assert!(Arc::ptr_eq(&first.0, &second.0));
        for number in 0..3 * Interner::CAPACITY {
            interner.intern(&number.to_string());
        }
        assert!(interner.names.len() <= Interner::CAPACITY);
        assert_eq!(interner.intern("db.query"), first, "equal by text even after it was forgotten");
    }

    #[test]
    fn a_name_pads_like_a_string() {
        assert_eq!(format!("{:>4}|", Name::from("ab")), "  ab|");
    }
}
