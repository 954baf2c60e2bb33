//! `clnrm.clearCache`.

use serde_json::{Value, json};

use crate::server::session::Session;

/// Forgets all cached renders and judges the open documents anew. Answers with how many entries there were.
pub fn run(session: &Session) -> Value {
    let entries = session.judge().clear_cache();
    session.judge_again(|_| true);
    json!({ "cleared": entries })
}
