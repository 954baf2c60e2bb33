//! Where something was read: for every span and every problem.

use std::fmt;

use super::Name;

/// A source and the place in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// What was read: a path, `stdout`, the address of a sender.
    pub source: Name,
    /// Where in it.
    pub place: Place,
}

/// A place in a source. Shown as people count: from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Not told.
    #[default]
    Unknown,
    /// A line of text, from one.
    Line(u64),
    /// A span of a source that has no lines, from one.
    Span(u64),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Unknown => write!(formatter, "{}", self.source),
            Place::Line(line) => write!(formatter, "{}:{line}", self.source),
            Place::Span(number) => write!(formatter, "{} span {number}", self.source),
        }
    }
}
