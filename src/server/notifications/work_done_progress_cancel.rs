//! `window/workDoneProgress/cancel`.

use tower_lsp::ls_types::{ProgressToken, WorkDoneProgressCancelParams};

use crate::server::session::Session;

/// Cancels the run or the scenario whose progress the client shows. Other progress can't be cancelled.
pub fn handle(session: &Session, params: &WorkDoneProgressCancelParams) {
    if let ProgressToken::String(token) = &params.token {
        session.runs().cancel_by_token(token);
    }
}
