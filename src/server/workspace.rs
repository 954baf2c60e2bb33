//! The tests of the workspace's folders, open or not.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use tower_lsp::ls_types::Uri;

use super::documents::Judged;
use super::session::{Session, Snapshot};
use crate::analysis::FileKind;
use crate::features::{DocumentView, Written};

/// How many files are looked at, at most.
pub const MOST_FILES: usize = 10_000;

/// The largest file that is looked at, in bytes. A larger one is judged only when it is opened.
const LARGEST_FILE: u64 = 1 << 20;

/// Judges all tests of the workspace: open ones as the editor has them, with their version, the others as they are on disk.
/// Honours `.gitignore`. Takes time in the order of all their sizes; run it off the message loop.
pub fn judged(session: &Session) -> Vec<(Uri, Option<i32>, Arc<Judged>)> {
    let (folders, mut all) = {
        let state = session.state();
        let open = state.documents.iter().filter_map(|(uri, document)| {
            document.judged.clone().map(|judged| (uri.clone(), Some(judged.version), judged))
        });
        (state.folders.clone(), open.collect::<Vec<_>>())
    };
    let open: HashSet<PathBuf> =
        session.state().documents.iter().filter_map(|(_, document)| document.path.clone()).collect();
    let tests = folders.iter().flat_map(|folder| tests(folder)).filter(|path| !open.contains(path)).take(MOST_FILES);
    all.extend(tests.filter_map(|path| {
        let uri = Uri::from_file_path(&path)?;
        let snapshot = snapshot(session, uri.clone(), path)?;
        Some((uri, None, Arc::new(session.judge_snapshot(&snapshot))))
    }));
    all.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

/// All tests of the workspace that are on disk, by path, with how the client calls each.
pub fn test_paths(session: &Session) -> Vec<(Uri, PathBuf)> {
    let folders = session.state().folders.clone();
    let mut paths: Vec<PathBuf> = folders.iter().flat_map(|folder| tests(folder)).take(MOST_FILES).collect();
    paths.sort();
    paths.dedup();
    paths.into_iter().filter_map(|path| Some((session.uri_of(&path)?, path))).collect()
}

/// A test, as the editor has it, else as it is on disk.
pub fn view(session: &Session, uri: &Uri) -> Option<DocumentView> {
    let open = session.state().snapshot(uri);
    let snapshot = open.or_else(|| snapshot(session, uri.clone(), uri.to_file_path()?.into_owned()))?;
    Some(session.judge().judge(&snapshot).view)
}

/// The tests below a folder that version control does not ignore.
fn tests(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    files(folder).filter(|path| FileKind::of_name(path) == Some(FileKind::Test))
}

/// The tests, macro libraries and settings below a folder that version control does not ignore. Symbolic links are not
/// followed, so all of them lie in the folder.
pub fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    WalkBuilder::new(folder)
        .require_git(false)
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST_FILE))
        .map(ignore::DirEntry::into_path)
        .filter(|path| FileKind::of_name(path).is_some())
}

/// A file as it is on disk.
pub fn snapshot(session: &Session, uri: Uri, path: PathBuf) -> Option<Snapshot> {
    let text = fs::read_to_string(&path).ok()?;
    let state = session.state();
    Some(Snapshot {
        buffers: state.documents.buffers(&uri),
        uri,
        path: Some(path),
        version: 0,
        revision: 0,
        written: Written::new(text.into()),
        trusted: state.trusted,
        folders: state.folders.clone(),
        settings: state.settings.clone(),
    })
}
