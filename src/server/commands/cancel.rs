//! `clnrm.cancel`.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;

use super::{Command, argument};
use crate::executor::RunId;
use crate::server::session::Session;

/// The command's argument.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Argument {
    run_id: Option<String>,
}

/// Cancels one run, or all. Answers at once with those that were under way; `clnrm/runFinished` tells when nothing is left of one.
pub fn run(session: &Session, arguments: &[Value]) -> Result<Value> {
    let Argument { run_id } = argument(Command::Cancel, arguments)?;
    let cancelled = session.runs().cancel(run_id.map(RunId).as_ref());
    Ok(json!({ "cancelled": cancelled }))
}
