//! `workspace/didChangeWorkspaceFolders`.

use std::path::PathBuf;

use tower_lsp::ls_types::{DidChangeWorkspaceFoldersParams, WorkspaceFolder};

use crate::server::session::Session;

/// Takes over the folders and judges everything again: where macros are looked for has changed.
pub fn handle(session: &Session, params: DidChangeWorkspaceFoldersParams) {
    let removed = paths(&params.event.removed);
    let added = paths(&params.event.added);
    let mut state = session.state();
    state.folders.retain(|folder| !removed.contains(folder));
    for folder in added {
        if !state.folders.contains(&folder) {
            state.folders.push(folder);
        }
    }
    drop(state);
    session.watch_files_anew();
    session.judge_again(|_| true);
}

/// The folders that are on disk.
pub fn paths(folders: &[WorkspaceFolder]) -> Vec<PathBuf> {
    folders.iter().filter_map(|folder| folder.uri.to_file_path().map(|path| path.into_owned())).collect()
}
