//! The files around a document as the editor has them: open ones with their unsaved text, the others from the index of the
//! workspace. Names them for the client, and analyses them as they would be after a change.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tower_lsp::ls_types::{Range, Uri};

use super::documents::Judged;
use super::judge::Settings;
use super::positions;
use super::requests::library_text;
use super::session::{Session, Snapshot};
use super::settings::Settings as ClientSettings;
use crate::analysis::project::is_project_file;
use crate::features::references::Workspace;
use crate::features::rename::Recheck;
use crate::features::{DocumentView, Written};
use crate::template::library::DiskLoader;
use crate::template::render::TemplateName;
use crate::template::{SourceFile, TemplateLoader};
use crate::text::{Encoding, LineIndex, Span};

/// The files around one document, or those of the whole workspace.
pub struct Neighbourhood {
    session: Session,
    trusted: bool,
    folders: Vec<PathBuf>,
    settings: ClientSettings,
    /// The texts of all open documents that have a path.
    buffers: Vec<(PathBuf, Written)>,
    /// The open documents by path.
    open: HashMap<PathBuf, OpenFile>,
    /// The document that is asked about, which may have no path.
    own: Option<OpenFile>,
    files: Vec<DocumentView>,
    loader: DiskLoader,
    encoding: Encoding,
}

#[derive(Clone)]
struct OpenFile {
    uri: Uri,
    version: i32,
}

impl Neighbourhood {
    /// What stands around the judged revision of the document `uri`; without one, all files of the workspace. Reads files; run
    /// it off the message loop.
    pub fn new(session: &Session, own: Option<(&Uri, &Judged)>) -> Self {
        let (trusted, folders, settings, encoding, documents) = {
            let state = session.state();
            let documents: Vec<_> = state
                .documents
                .iter()
                .filter_map(|(uri, document)| {
                    let judged = document.judged.clone().filter(|judged| judged.revision == document.revision);
                    Some((uri.clone(), document.path.clone()?, document.version, document.written.clone(), judged))
                })
                .collect();
            (state.trusted, state.folders.clone(), state.settings.clone(), state.facts.encoding, documents)
        };
        let (mut open, mut files, mut buffers) = (HashMap::new(), Vec::new(), Vec::new());
        for (uri, path, version, text, judged) in documents {
            let asked = own.filter(|(own, _)| **own == uri).map(|(_, judged)| judged);
            let name = path.display().to_string();
            let (text, version, view) = match (asked, judged) {
                (Some(judged), _) => (judged.view.written().clone(), judged.version, judged.view.clone()),
                (None, Some(judged)) => (judged.view.written().clone(), judged.version, judged.view.clone()),
                (None, None) => {
                    let source = SourceFile { name, path: Some(path.clone()), text: Arc::clone(text.text()) };
                    (text, version, DocumentView::of_text(source))
                }
            };
            buffers.push((path.clone(), text));
            open.insert(path, OpenFile { uri, version });
            files.push(view);
        }
        let is_open = |view: &DocumentView| view.source().path.as_ref().is_some_and(|path| open.contains_key(path));
        files.extend(session.index().files(&folders).into_iter().filter(|view| !is_open(view)));
        files.sort_by(|a, b| a.source().path.cmp(&b.source().path));
        let roots = folders.iter().cloned();
        let loader = if trusted { DiskLoader::trusted(roots) } else { DiskLoader::untrusted(roots) };
        let loader =
            loader.with_buffers(buffers.iter().map(|(path, text)| (path.clone(), Arc::clone(text.text()))).collect());
        let own = own.map(|(uri, judged)| OpenFile { uri: uri.clone(), version: judged.version });
        let session = session.clone();
        Self { session, trusted, folders, settings, buffers, open, own, files, loader, encoding }
    }

    fn open_file(&self, file: &SourceFile) -> Option<&OpenFile> {
        match &file.path {
            Some(path) => self.open.get(path),
            None => self.own.as_ref().filter(|own| own.uri.as_str() == file.name),
        }
    }

    /// The files that `from` may import or include.
    pub fn templates(&self, from: &SourceFile) -> Vec<TemplateName> {
        self.loader.names(from)
    }

    /// How the client calls a file.
    pub fn uri(&self, file: &SourceFile) -> Option<Uri> {
        match (self.open_file(file), &file.path) {
            (Some(open), _) => Some(open.uri.clone()),
            (None, Some(path)) => Uri::from_file_path(path),
            (None, None) => library_text::uri(&file.name),
        }
    }

    /// The client's version of a file, if it is open.
    pub fn version(&self, file: &SourceFile) -> Option<i32> {
        self.open_file(file).map(|open| open.version)
    }

    /// The ranges of spans of a file.
    pub fn ranges(&self, file: &SourceFile, spans: impl IntoIterator<Item = Span>) -> Vec<Range> {
        let lines = LineIndex::new(&file.text);
        spans.into_iter().map(|span| self.range_in(file, &lines, span)).collect()
    }

    /// The range of a span of a file with these lines.
    pub fn range_in(&self, file: &SourceFile, lines: &LineIndex, span: Span) -> Range {
        positions::range_in(&file.text, lines, span, self.encoding)
    }
}

impl Workspace for Neighbourhood {
    fn files(&self) -> &[DocumentView] {
        &self.files
    }

    fn import(&self, name: &str, from: &SourceFile) -> Option<SourceFile> {
        self.loader.load(name, from).ok()
    }

    fn settings(&self, path: &Path) -> Option<PathBuf> {
        let open = self.buffers.iter().map(|(path, text)| (path.as_path(), text));
        let settings = Settings {
            folders: &self.folders,
            trusted: self.trusted,
            open: open.filter(|(path, _)| is_project_file(path)).collect(),
        };
        settings.nearest(path).map(|(path, _)| path)
    }
}

impl Recheck for Neighbourhood {
    fn analyze(&self, file: &SourceFile, texts: &[SourceFile]) -> DocumentView {
        let changed = texts.iter().filter_map(|text| Some((text.path.clone()?, Written::new(Arc::clone(&text.text)))));
        let mut buffers: HashMap<PathBuf, Written> = self.buffers.iter().cloned().collect();
        buffers.extend(changed);
        buffers.retain(|path, _| Some(path) != file.path.as_ref());
        // What has no address was not opened and can't be changed.
        let Some(uri) = self.uri(file) else { return DocumentView::of_text(file.clone()) };
        let written = Written::new(Arc::clone(&file.text));
        let snapshot = Snapshot {
            uri,
            path: file.path.clone(),
            version: 0,
            revision: 0,
            written: written.clone(),
            trusted: self.trusted,
            folders: self.folders.clone(),
            settings: self.settings.clone(),
            buffers: buffers.into_iter().collect(),
        };
        thread::scope(|scope| {
            // Who asks compares names, for which the text is read too: meanwhile.
            scope.spawn(|| written.syntax());
            self.session.judge().judge(&snapshot).view
        })
    }
}
