//! How sure it is that all spans of a run are there. Absence and upper bounds mean no more than this.

use std::fmt;

/// A grade with the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completeness {
    /// How sure.
    pub grade: Grade,
    /// Why, in a few words for people: `exit+drain`, `no span for 300 ms`, `read from a file`.
    pub reason: String,
}

/// How sure it is that no span is missing. Ordered: more is surer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Nobody can tell: spans from a file, or a source of which something could not be read.
    Unknown,
    /// Nothing came for a while.
    Idle,
    /// Every process that could send has ended and every connection is drained.
    Proved,
}

impl Completeness {
    /// Proved, by `reason`.
    pub fn proved(reason: impl Into<String>) -> Self {
        Self { grade: Grade::Proved, reason: reason.into() }
    }

    /// Quiet for a while, as `reason` says.
    pub fn idle(reason: impl Into<String>) -> Self {
        Self { grade: Grade::Idle, reason: reason.into() }
    }

    /// Unknown, for `reason`.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self { grade: Grade::Unknown, reason: reason.into() }
    }
}

impl Grade {
    /// The word in reports: `proved`, `idle` or `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Idle => "idle",
            Self::Proved => "proved",
        }
    }
}

impl fmt::Display for Completeness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.grade.word(), self.reason)
    }
}
