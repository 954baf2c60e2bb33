//! Changes as lines for people.

use std::fmt;

use super::change::{Change, TreeDiff};
use crate::trace::Name;

/// One line a change, then how it was found out. Nothing but that last line when the traces are equal.
impl fmt::Display for TreeDiff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(formatter, "{change}")?;
        }
        write!(formatter, "({})", self.algorithm)
    }
}

/// A sign (`+` added, `-` removed, `~` changed, `>` moved), the path, and what changed.
impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields { path, name, changes, .. } => {
                write!(formatter, "~ {}{name}: ", Path(path))?;
                for (index, change) in changes.iter().enumerate() {
                    write!(formatter, "{}{change}", if index == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Self::Renamed { path, from, to, .. } => write!(formatter, "~ {}{from} → {to}", Path(path)),
            Self::Moved { name, from, to, spans, .. } => {
                write!(formatter, "> {}{name}{}, before: {}{name}", Path(to), Spans(*spans), Path(from))
            }
            Self::Count { path, name, before, after, .. } => {
                write!(formatter, "~ {}{name} ×{before} → ×{after}", Path(path))
            }
            Self::Added { path, name, spans, .. } => write!(formatter, "+ {}{name}{}", Path(path), Spans(*spans)),
            Self::Removed { path, name, spans, .. } => write!(formatter, "- {}{name}{}", Path(path), Spans(*spans)),
        }
    }
}

/// The names above a span, each followed by a sign.
struct Path<'a>(&'a [Name]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|name| write!(formatter, "{name} › "))
    }
}

/// How many spans a change covers, when there are several.
struct Spans(usize);

impl fmt::Display for Spans {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 | 1 => Ok(()),
            spans => write!(formatter, " ({spans} spans)"),
        }
    }
}
