//! `workspace/didRenameFiles`.

use std::path::PathBuf;

use tower_lsp::ls_types::{RenameFilesParams, Uri};

use crate::server::session::Session;

/// Judges what depends on the old or the new names.
pub fn handle(session: &Session, params: RenameFilesParams) {
    let paths: Vec<PathBuf> = params
        .files
        .iter()
        .flat_map(|file| [&file.old_uri, &file.new_uri])
        .filter_map(|uri| uri.parse::<Uri>().ok()?.to_file_path().map(|path| path.into_owned()))
        .collect();
    session.files_changed(&paths);
}
