//! `clnrm.showRendered`.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};

use super::{Command, document};
use crate::features::iterations::Selection;
use crate::server::requests::rendered::{self, RenderedParams};
use crate::server::session::Session;

/// The same as the request `clnrm/rendered`; a `selection` may stand beside the `uri`.
pub async fn run(session: &Session, arguments: &[Value]) -> Result<Option<Value>> {
    let uri = document(Command::ShowRendered, arguments)?;
    let selection = arguments.first().and_then(|argument| argument.get("selection")).filter(|it| !it.is_null());
    let selection = selection.map(Selection::deserialize).transpose().map_err(|error| {
        Error::invalid_params(format!("`{}` can't read its `selection`: {error}", Command::ShowRendered.name()))
    })?;
    Ok(rendered::handle(session, RenderedParams { uri, selection })
        .await?
        .and_then(|rendered| serde_json::to_value(rendered).ok()))
}
