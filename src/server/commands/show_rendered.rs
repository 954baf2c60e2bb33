//! `clnrm.showRendered`.

use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::{Command, document};
use crate::server::requests::rendered::{self, RenderedParams};
use crate::server::session::Session;

/// The same as the request `clnrm/rendered`.
pub async fn run(session: &Session, arguments: &[Value]) -> Result<Option<Value>> {
    let uri = document(Command::ShowRendered, arguments)?;
    Ok(rendered::handle(session, RenderedParams { uri })
        .await?
        .and_then(|rendered| serde_json::to_value(rendered).ok()))
}
