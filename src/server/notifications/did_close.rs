//! `textDocument/didClose`.

use tower_lsp::ls_types::DidCloseTextDocumentParams;

use crate::server::session::Session;

/// Forgets a document and clears its diagnostics.
pub fn handle(session: &Session, params: DidCloseTextDocumentParams) {
    let uri = params.text_document.uri;
    let mut state = session.state();
    if !state.documents.close(&uri) {
        return;
    }
    if !state.facts.pulls_diagnostics {
        session.publish(&uri, None, Vec::new());
    }
    drop(state);
    // From now on the file on disk counts.
    if let Some(path) = uri.to_file_path() {
        session.baselines().forget(&path);
        if session.runs().results(&path).is_some() {
            session.results_changed(&path);
        }
        session.judge_dependents(&path);
    }
}
