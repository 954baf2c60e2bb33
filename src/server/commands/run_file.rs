//! `clnrm.runFile`.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Uri;

use super::{Command, argument, started};
use crate::server::runs::launch::{Wanted, launch};
use crate::server::session::Session;

/// The command's argument.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Argument {
    uri: Uri,
    combination: Option<String>,
    #[serde(default)]
    force: bool,
}

/// Starts all scenarios of a file, or of one combination of its matrix.
pub async fn run(session: &Session, arguments: &[Value]) -> Result<Value> {
    let Argument { uri, combination, force } = argument(Command::RunFile, arguments)?;
    Ok(started(&launch(session, Wanted::File { uri, combination }, force).await?))
}
