//! `textDocument/didChange`.

use tower_lsp::ls_types::DidChangeTextDocumentParams;

use crate::server::positions;
use crate::server::session::Session;

/// Applies the changes and judges the document, then what depends on it.
pub fn handle(session: &Session, params: DidChangeTextDocumentParams) {
    let uri = params.text_document.uri;
    let changes: Vec<_> = params.content_changes.into_iter().map(positions::change).collect();
    let mut state = session.state();
    let encoding = state.facts.encoding;
    if !state.documents.change(&uri, params.text_document.version, &changes, encoding) {
        tracing::warn!(uri = uri.as_str(), "a document was changed that is not open");
        return;
    }
    drop(state);
    session.judge_soon(&uri);
    if let Some(path) = uri.to_file_path() {
        session.judge_dependents(&path);
    }
}
