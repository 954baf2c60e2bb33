//! `clnrm.showExpectationDiff`.

use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::MessageType;

use super::{Command, document};
use crate::server::requests::expectation_diff::{self, ExpectationDiffParams};
use crate::server::session::Session;

/// The same as the request `clnrm/expectationDiff`, told as a message too: editors do nothing with a command's result by themselves.
pub async fn run(session: &Session, arguments: &[Value]) -> Result<Option<Value>> {
    let uri = document(Command::ShowExpectationDiff, arguments)?;
    let Some(changes) = expectation_diff::handle(session, ExpectationDiffParams { uri }).await? else {
        return Ok(None);
    };
    let (client, message) = (session.client().clone(), changes.text.clone());
    session.runtime().spawn(async move { client.show_message(MessageType::INFO, message).await });
    Ok(serde_json::to_value(changes).ok())
}
