//! `clnrm.showOutput`.

use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::MessageType;

use super::{Command, argument};
use crate::server::requests::run_output;
use crate::server::session::Session;

/// So many lines fit into a message.
const LINES: usize = 30;

/// The same as the request `clnrm/runOutput`, shown too: all of it in the log, its end as a message.
pub fn run(session: &Session, arguments: &[Value]) -> Result<Option<Value>> {
    let Some(output) = run_output::handle(session, &argument(Command::ShowOutput, arguments)?) else {
        let client = session.client().clone();
        session
            .runtime()
            .spawn(async move { client.show_message(MessageType::INFO, "nothing of this has run yet").await });
        return Ok(None);
    };
    let (client, title, text) = (session.client().clone(), output.title.clone(), output.text.clone());
    session.runtime().spawn(async move {
        client.log_message(MessageType::INFO, format!("{title}\n{text}")).await;
        let lines: Vec<&str> = text.lines().collect();
        let end = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n");
        let shown = if end.is_empty() { format!("{title}: nothing was written") } else { format!("{title}\n{end}") };
        client.show_message(MessageType::INFO, shown).await;
    });
    Ok(serde_json::to_value(output).ok())
}
