//! `textDocument/didOpen`.

use tower_lsp::ls_types::DidOpenTextDocumentParams;

use crate::server::session::Session;

/// Takes over a document's text and judges it.
pub fn handle(session: &Session, params: DidOpenTextDocumentParams) {
    let document = params.text_document;
    session.state().documents.open(&document.uri, document.version, &document.text);
    session.judge_soon(&document.uri);
    // What depends on this file has read it from disk so far; the editor's text may differ.
    if let Some(path) = document.uri.to_file_path() {
        session.judge_dependents(&path);
    }
}
