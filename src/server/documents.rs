//! The documents that the client has open: the only place where their text changes.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tower_lsp::ls_types::{SemanticToken, Uri};

use crate::analysis::Analysis;
use crate::analysis::project::is_project_file;
use crate::features::iterations::Selection;
use crate::features::unfailing::Weighed;
use crate::features::{DocumentView, Written};
use crate::server::requests::expectation_diff::Changed;
use crate::server::runs::RunView;
use crate::server::runs::explorer::TestItem;
use crate::server::runs::places::KnownPlaces;
use crate::text::{Change, Document, Encoding};

/// One open document.
#[derive(Debug)]
pub struct OpenDocument {
    /// Where it is on disk, if it is there.
    pub path: Option<PathBuf>,
    /// The client's version of the text.
    pub version: i32,
    /// Grows with every reason to look at the document again: its own changes, and those of files and settings that it
    /// depends on. No two documents, nor the same one opened twice, ever have the same.
    pub revision: u64,
    /// The text, to be edited.
    text: Document,
    /// The same, as all others see it.
    pub written: Written,
    /// The newest analysis, perhaps of an older revision.
    pub judged: Option<Arc<Judged>>,
    /// Of what the client wants to see each render; `None` among them stands for all of the document.
    pub renders_followed: Vec<Option<Selection>>,
    /// The semantic tokens that the client got last, with their id: the next ones are told as a difference.
    pub semantic_tokens: Option<(String, Arc<[SemanticToken]>)>,
    /// What its last formatting left alone, and why; a line each.
    pub left_alone: Vec<String>,
    /// How its expectations differed from those of an earlier text, when it could be said last.
    pub expectations_changed: Option<Arc<Changed>>,
    /// What mutants of its last recorded run said about it.
    pub weighed: Option<Arc<Weighed>>,
    /// Whether the client shows hints that an earlier analysis tells, and is to ask again behind the next one.
    pub hints_ahead: bool,
    /// Where its scenarios stood when it was whole last.
    pub run_places: Option<KnownPlaces>,
    /// What a test explorer was told of it last.
    pub told_tests: Option<Vec<TestItem>>,
}

/// The analysis of one revision of one document.
#[derive(Debug)]
pub struct Judged {
    /// The revision that it belongs to.
    pub revision: u64,
    /// The client's version of that text.
    pub version: i32,
    /// What was found.
    pub analysis: Arc<Analysis>,
    /// The same, as features look at it.
    pub view: DocumentView,
    /// What the last runs say about it.
    pub run: RunView,
}

/// All open documents.
#[derive(Debug, Default)]
pub struct Documents {
    open: HashMap<Uri, OpenDocument>,
    /// The documents of which an analysis is under way; one that was closed meanwhile stays until it ends.
    in_flight: HashSet<Uri>,
    revisions: u64,
}

impl Documents {
    /// Opens a document, or replaces one that was opened twice.
    pub fn open(&mut self, uri: &Uri, version: i32, text: &str) {
        let revision = self.next_revision();
        let path = uri.to_file_path().map(std::borrow::Cow::into_owned);
        let text = Document::new(text);
        let document = OpenDocument {
            path,
            version,
            revision,
            written: Written::of(text.clone()),
            text,
            judged: None,
            expectations_changed: None,
            weighed: None,
            hints_ahead: false,
            run_places: None,
            told_tests: None,
            renders_followed: Vec::new(),
            semantic_tokens: None,
            left_alone: Vec::new(),
        };
        self.open.insert(uri.clone(), document);
    }

    /// Changes a document. `false` if it is not open.
    pub fn change(&mut self, uri: &Uri, version: i32, changes: &[Change], encoding: Encoding) -> bool {
        let revision = self.next_revision();
        let Some(document) = self.open.get_mut(uri) else { return false };
        document.text.apply(changes, encoding);
        document.written = Written::of(document.text.clone());
        document.version = version;
        document.revision = revision;
        true
    }

    /// Gives a new revision to every judged document for which `affected` holds, and returns these, sorted.
    pub fn renew(&mut self, affected: impl Fn(&Judged) -> bool) -> Vec<Uri> {
        self.renew_where(|document| document.judged.as_deref().is_some_and(&affected))
    }

    /// Gives a new revision to every document but that at `path`, and returns these, sorted. The first analysis of one may be
    /// under way already, with a state that is no longer the newest.
    pub fn renew_others(&mut self, path: &Path) -> Vec<Uri> {
        self.renew_where(|document| document.path.as_deref() != Some(path))
    }

    /// The same for the documents at `path`.
    pub fn renew_path(&mut self, path: &Path) -> Vec<Uri> {
        self.renew_where(|document| document.path.as_deref() == Some(path))
    }

    /// The same for documents other than that at `path` that were never judged: what their first analysis reads is not known.
    pub fn renew_unjudged(&mut self, path: &Path) -> Vec<Uri> {
        self.renew_where(|document| document.judged.is_none() && document.path.as_deref() != Some(path))
    }

    fn renew_where(&mut self, affected: impl Fn(&OpenDocument) -> bool) -> Vec<Uri> {
        let mut renewed = Vec::new();
        for (uri, document) in &mut self.open {
            if affected(document) {
                self.revisions += 1;
                document.revision = self.revisions;
                renewed.push(uri.clone());
            }
        }
        renewed.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        renewed
    }

    /// Marks that an analysis begins. `false`: one is under way already, or the document is not open.
    pub fn take_off(&mut self, uri: &Uri) -> bool {
        self.open.contains_key(uri) && self.in_flight.insert(uri.clone())
    }

    /// Marks that the analysis has ended.
    pub fn land(&mut self, uri: &Uri) {
        self.in_flight.remove(uri);
    }

    fn next_revision(&mut self) -> u64 {
        self.revisions += 1;
        self.revisions
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
    pub fn buffers(&self, except: &Uri) -> Vec<(PathBuf, Written)> {
        let others = self.open.iter().filter(|(uri, _)| *uri != except);
        others.filter_map(|(_, document)| Some((document.path.clone()?, document.written.clone()))).collect()
    }

    /// The texts of all open `cleanroom.toml`.
    pub fn settings(&self) -> Vec<(PathBuf, Written)> {
        let paths = self.open.values().filter_map(|document| Some((document.path.clone()?, document.written.clone())));
        paths.filter(|(path, _)| is_project_file(path)).collect()
    }

    /// All open documents, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Uri, &OpenDocument)> {
        self.open.iter()
    }
}
