//! The documents that the client has open: the only place where their text changes.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use tower_lsp::ls_types::Uri;

use crate::analysis::Analysis;
use crate::text::{Change, Document, Encoding};

/// One open document.
#[derive(Debug)]
pub struct OpenDocument {
    /// Where it is on disk, if it is there.
    pub path: Option<PathBuf>,
    /// The client's version of the text.
    pub version: i32,
    /// Counts every reason to look at the document again: its own changes, and those of files and settings that it depends on.
    pub revision: u64,
    /// The text.
    pub text: Document,
    /// The newest analysis, perhaps of an older revision.
    pub judged: Option<Arc<Judged>>,
    /// Whether an analysis is under way.
    pub in_flight: bool,
    /// Whether the client wants to see each render.
    pub render_followed: bool,
}

/// The analysis of one revision of one document.
#[derive(Debug)]
pub struct Judged {
    /// The revision that it belongs to.
    pub revision: u64,
    /// The client's version of that text.
    pub version: i32,
    /// That text.
    pub text: Document,
    /// What was found.
    pub analysis: Analysis,
}

/// All open documents.
#[derive(Debug, Default)]
pub struct Documents {
    open: HashMap<Uri, OpenDocument>,
}

impl Documents {
    /// Opens a document, or replaces one that was opened twice.
    pub fn open(&mut self, uri: &Uri, version: i32, text: &str) {
        let revision = self.open.get(uri).map_or(0, |before| before.revision + 1);
        let in_flight = self.open.get(uri).is_some_and(|before| before.in_flight);
        let path = uri.to_file_path().map(|path| path.into_owned());
        let document = OpenDocument {
            path,
            version,
            revision,
            text: Document::new(text),
            judged: None,
            in_flight,
            render_followed: false,
        };
        self.open.insert(uri.clone(), document);
    }

    /// Changes a document. `false` if it is not open.
    pub fn change(&mut self, uri: &Uri, version: i32, changes: &[Change], encoding: Encoding) -> bool {
        let Some(document) = self.open.get_mut(uri) else { return false };
        document.text.apply(changes, encoding);
        document.version = version;
        document.revision += 1;
        true
    }

    /// Closes a document. `false` if it was not open.
    pub fn close(&mut self, uri: &Uri) -> bool {
        self.open.remove(uri).is_some()
    }

    /// An open document.
    pub fn get(&self, uri: &Uri) -> Option<&OpenDocument> {
        self.open.get(uri)
    }

    /// An open document, to be changed.
    pub fn get_mut(&mut self, uri: &Uri) -> Option<&mut OpenDocument> {
        self.open.get_mut(uri)
    }

    /// The texts of all open documents that have a path, but for `except`. Texts are shared, not copied.
    pub fn buffers(&self, except: &Uri) -> Vec<(PathBuf, Document)> {
        let others = self.open.iter().filter(|(uri, _)| *uri != except);
        others.filter_map(|(_, document)| Some((document.path.clone()?, document.text.clone()))).collect()
    }

    /// All open documents, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Uri, &OpenDocument)> {
        self.open.iter()
    }

    /// All open documents, to be changed, in no order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Uri, &mut OpenDocument)> {
        self.open.iter_mut()
    }
}
