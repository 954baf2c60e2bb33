//! A name that selects spans.

use std::fmt;

/// Which spans are meant, by their name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameSelector {
    /// Those of exactly this name.
    Exact(String),
    /// Those whose name matches this glob.
    Glob(String),
    /// Those in whose name this regular expression matches (pattern dialect).
    Regex(String),
}

impl NameSelector {
    /// The name or pattern as the file says it.
    pub fn text(&self) -> &str {
        match self {
            Self::Exact(text) | Self::Glob(text) | Self::Regex(text) => text,
        }
    }
}

impl fmt::Display for NameSelector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}
