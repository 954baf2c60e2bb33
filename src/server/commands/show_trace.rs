//! `clnrm.showTrace`.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{MessageType, ShowDocumentParams, Uri};

use super::{Command, argument};
use crate::server::requests::trace::{self, TraceParams, TraceView};
use crate::server::session::Session;
use crate::trace::recorded;

/// The same as the request `clnrm/trace`, shown too: as a page in the browser where the client opens one, else as a message.
pub async fn run(session: &Session, arguments: &[Value]) -> Result<Option<Value>> {
    let params: TraceParams = argument(Command::ShowTrace, arguments)?;
    let path = params.uri.to_file_path().map(std::borrow::Cow::into_owned);
    let client = session.client().clone();
    let Some(view) = trace::handle(session, params).await? else {
        let message = "there is no trace: no run of this test has left spans yet";
        session.runtime().spawn(async move { client.show_message(MessageType::INFO, message).await });
        return Ok(None);
    };
    let page = session.state().facts.shows_documents.then(|| path.and_then(|path| write(&path, &view))).flatten();
    let text = format!("{}\n{}", view.title, view.text);
    session.runtime().spawn(async move {
        let Some(uri) = page.as_ref().and_then(Uri::from_file_path) else {
            return client.show_message(MessageType::INFO, text).await;
        };
        let params = ShowDocumentParams { uri, external: Some(true), take_focus: None, selection: None };
        if !client.show_document(params).await.unwrap_or(false) {
            client.show_message(MessageType::INFO, text).await;
        }
    });
    Ok(serde_json::to_value(view).ok())
}

/// Writes the page beside the recorded spans of the test.
fn write(test: &std::path::Path, view: &TraceView) -> Option<PathBuf> {
    let file = recorded::file(test)?.with_extension("html");
    fs::create_dir_all(file.parent()?).ok()?;
    fs::write(&file, &view.html).ok()?;
    Some(file)
}
