//! `clnrm.runFailed`.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Uri;

use super::{Command, argument, started};
use crate::server::runs::launch::{Wanted, launch};
use crate::server::session::Session;

/// The command's argument.
#[derive(Debug, Deserialize)]
struct Argument {
    uri: Option<Uri>,
}

/// Starts what failed last, in one file or in all; `null` where nothing did.
pub async fn run(session: &Session, arguments: &[Value]) -> Result<Option<Value>> {
    let Argument { uri } = argument(Command::RunFailed, arguments)?;
    let path = uri.as_ref().and_then(|uri| uri.to_file_path());
    let parts = session.runs().failed(path.as_deref());
    if parts.is_empty() {
        return Ok(None);
    }
    Ok(Some(started(&launch(session, Wanted::Parts(parts), true).await?)))
}
