//! `window/workDoneProgress/cancel`.

use tower_lsp::ls_types::{ProgressToken, WorkDoneProgressCancelParams};

use crate::server::runs::follow::run_of_token;
use crate::server::session::Session;

/// Cancels the run whose progress the client shows. Other progress can't be cancelled.
pub fn handle(session: &Session, params: &WorkDoneProgressCancelParams) {
    if let ProgressToken::String(token) = &params.token
        && let Some(run) = run_of_token(token)
    {
        session.runs().cancel(Some(&run));
    }
}
