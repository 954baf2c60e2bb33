//! Where a reader is: the place in the source and the path of keys from the record. Costs nothing until it is shown.

use std::fmt;

use crate::trace::Place;

/// A place in the source and a path of keys and indices below it.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    /// The line or the number of the span.
    pub place: Place,
    path: Path<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Path<'a> {
    Record,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> At<'a> {
    /// A whole record.
    pub fn record(place: Place) -> Self {
        Self { place, path: Path::Record }
    }

    /// What is under a key of it.
    pub fn key(&'a self, key: &'a str) -> Self {
        Self { place: self.place, path: Path::Key(&self.path, key) }
    }

    /// An element of it.
    pub fn index(&'a self, index: usize) -> Self {
        Self { place: self.place, path: Path::Index(&self.path, index) }
    }

    /// The same path, read elsewhere in the source.
    pub fn moved(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The path as text, empty for a whole record.
    pub fn path(&self) -> String {
        self.path.to_string()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record => Ok(()),
            Self::Key(Path::Record, key) => formatter.write_str(key),
            Self::Key(above, key) => write!(formatter, "{above}.{key}"),
            Self::Index(above, index) => write!(formatter, "{above}[{index}]"),
        }
    }
}
