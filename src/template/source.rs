//! The files that take part in one render, and places in them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::text::Span;

/// Index of a file within one render.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The document that is being checked; everything else was imported, included or extended by it.
    pub const DOCUMENT: Self = Self(0);
}

/// A span in one of the files of a render.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileSpan {
    /// The file.
    pub file: FileId,
    /// The place in its text.
    pub span: Span,
}

impl FileSpan {
    /// A place in the checked document.
    pub const fn document(span: Span) -> Self {
        Self { file: FileId::DOCUMENT, span }
    }
}

/// One file of a render with its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name under which templates refer to it (`_macros.toml.tera`); for the document, its path as given.
    pub name: String,
    /// Where it was read from; `None` for a built-in file and for standard input.
    pub path: Option<PathBuf>,
    /// Its text.
    pub text: Arc<str>,
}
