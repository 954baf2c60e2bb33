//! `workspace/executeCommand`.

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::ExecuteCommandParams;

use crate::server::commands::{
    Command, cancel, clear_cache, run_failed, run_file, run_scenario, run_workspace, show_expectation_diff,
    show_output, show_rendered, show_status, show_trace,
};
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
        Command::RunScenario => run_scenario::run(session, &params.arguments).await.map(Some),
        Command::RunFile => run_file::run(session, &params.arguments).await.map(Some),
        Command::RunWorkspace => run_workspace::run(session, &params.arguments).await.map(Some),
        Command::RunFailed => run_failed::run(session, &params.arguments).await,
        Command::Cancel => cancel::run(session, &params.arguments).map(Some),
        Command::ShowOutput => show_output::run(session, &params.arguments),
        Command::ShowTrace => show_trace::run(session, &params.arguments).await,
    }
}
