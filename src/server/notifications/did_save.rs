//! `textDocument/didSave`.

use tower_lsp::ls_types::DidSaveTextDocumentParams;

use crate::server::session::Session;

/// A saved settings file counts from now on. Everything else was judged while it was typed.
pub fn handle(session: &Session, params: DidSaveTextDocumentParams) {
    if let Some(path) = params.text_document.uri.to_file_path() {
        session.files_changed(&[path.into_owned()]);
    }
}
