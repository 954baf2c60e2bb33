//! `clnrm.runWorkspace`.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::{Command, argument, started};
use crate::server::runs::launch::{Wanted, launch};
use crate::server::session::Session;

/// The command's argument.
#[derive(Debug, Deserialize)]
struct Argument {
    #[serde(default)]
    force: bool,
}

/// Starts all tests below the workspace's folders.
pub async fn run(session: &Session, arguments: &[Value]) -> Result<Value> {
    let Argument { force } = argument(Command::RunWorkspace, arguments)?;
    Ok(started(&launch(session, Wanted::Workspace, force).await?))
}
