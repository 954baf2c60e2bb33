//! `workspace/executeCommand`.

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::ExecuteCommandParams;

use crate::server::commands::{Command, clear_cache, show_expectation_diff, show_rendered, show_status};
use crate::server::session::Session;

/// Runs one of our commands.
pub async fn handle(session: &Session, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let Some(command) = Command::from_name(&params.command) else {
        return Err(Error::invalid_params(format!("there is no command `{}`", params.command)));
    };
    match command {
        Command::ClearCache => Ok(Some(clear_cache::run(session))),
        Command::ShowStatus => show_status::run(session, &params.arguments),
        Command::ShowRendered => show_rendered::run(session, &params.arguments).await,
        Command::ShowExpectationDiff => show_expectation_diff::run(session, &params.arguments).await,
    }
}
