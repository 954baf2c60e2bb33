//! One file per command of `workspace/executeCommand`.

pub mod clear_cache;
pub mod show_expectation_diff;
pub mod show_rendered;
pub mod show_status;

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::Uri;

/// The commands that the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Forgets all cached renders.
    ClearCache,
    /// Says how the server is.
    ShowStatus,
    /// Shows the rendered TOML of a document.
    ShowRendered,
    /// Shows how the expectations of a document differ from those of an earlier text.
    ShowExpectationDiff,
}

impl Command {
    /// All commands.
    pub const ALL: [Self; 4] = [Self::ClearCache, Self::ShowStatus, Self::ShowRendered, Self::ShowExpectationDiff];

    /// Its name in the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClearCache => "clnrm.clearCache",
            Self::ShowStatus => "clnrm.showStatus",
            Self::ShowRendered => "clnrm.showRendered",
            Self::ShowExpectationDiff => "clnrm.showExpectationDiff",
        }
    }

    /// The command of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.name() == name)
    }
}

/// The document that a command's first argument names: a URI, or an object with the key `uri`.
fn document(command: Command, arguments: &[Value]) -> Result<Uri> {
    let argument = arguments.first();
    argument
        .and_then(|argument| argument.get("uri").unwrap_or(argument).as_str())
        .and_then(|uri| uri.parse().ok())
        .ok_or_else(|| {
            Error::invalid_params(format!("`{}` needs the URI of a document as its first argument", command.name()))
        })
}
