//! `workspace/didChangeWatchedFiles`.

use std::path::PathBuf;

use tower_lsp::ls_types::DidChangeWatchedFilesParams;

use crate::server::session::Session;

/// Judges what depends on the files that changed on disk.
pub fn handle(session: &Session, params: DidChangeWatchedFilesParams) {
    let paths: Vec<PathBuf> =
        params.changes.iter().filter_map(|change| change.uri.to_file_path().map(|path| path.into_owned())).collect();
    session.files_changed(&paths);
}
