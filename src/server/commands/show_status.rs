//! `clnrm.showStatus`.

use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::{Command, document};
use crate::server::requests::status;
use crate::server::session::Session;

/// The same as the request `clnrm/status`; the document is optional.
pub fn run(session: &Session, arguments: &[Value]) -> Result<Option<Value>> {
    let uri = if arguments.is_empty() { None } else { Some(document(Command::ShowStatus, arguments)?) };
    status::handle(session, &status::StatusParams { uri }).map(|status| serde_json::to_value(status).ok())
}
