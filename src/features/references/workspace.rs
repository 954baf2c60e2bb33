//! What is asked about the files around a document.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::features::DocumentView;
use crate::template::SourceFile;

/// The files around a document.
pub trait Workspace {
    /// All files that may name something that another one defines, as they are now: tests, macro libraries, settings.
    fn files(&self) -> &[DocumentView];
    /// The file that `name` means in an `import`, `include` or `extends` of `from`.
    fn import(&self, name: &str, from: &SourceFile) -> Option<SourceFile>;
    /// The `cleanroom.toml` that counts for the file at a path.
    fn settings(&self, path: &Path) -> Option<PathBuf>;
}

/// What makes two files the same file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKey {
    /// A file on disk.
    Disk(PathBuf),
    /// A built-in file, or a document that has no path, by its name.
    Named(String),
}

impl FileKey {
    /// That of a file.
    pub fn of(source: &SourceFile) -> Self {
        source.path.clone().map_or_else(|| Self::Named(source.name.clone()), Self::Disk)
    }
}

/// What decides which file a tag means: the directory of the file that it stands in, and the name in it.
type ImportTag = (Option<PathBuf>, String);

/// Finds imported files, each only once.
pub(in crate::features) struct Imports<'w> {
    pub workspace: &'w dyn Workspace,
    known: RefCell<HashMap<ImportTag, Option<FileKey>>>,
}

impl<'w> Imports<'w> {
    pub fn new(workspace: &'w dyn Workspace) -> Self {
        Self { workspace, known: RefCell::default() }
    }

    /// The file that `name` means in `from`.
    pub fn key(&self, name: &str, from: &SourceFile) -> Option<FileKey> {
        let directory = from.path.as_deref().and_then(Path::parent).map(Path::to_owned);
        let mut known = self.known.borrow_mut();
        let entry = known.entry((directory, name.to_owned()));
        entry.or_insert_with(|| self.workspace.import(name, from).map(|file| FileKey::of(&file))).clone()
    }
}
