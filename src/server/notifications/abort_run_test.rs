//! `experimental/abortRunTest`.

use crate::server::session::Session;

/// Cancels all runs: a test explorer does not say which one it means.
pub fn handle(session: &Session) {
    session.runs().cancel(None);
}
