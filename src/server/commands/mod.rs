//! One file per command of `workspace/executeCommand`.

pub mod cancel;
pub mod clear_cache;
pub mod run_failed;
pub mod run_file;
pub mod run_scenario;
pub mod run_workspace;
pub mod show_expectation_diff;
pub mod show_output;
pub mod show_rendered;
pub mod show_status;
pub mod show_trace;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::Uri;

use crate::executor::RunId;

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
    /// Runs scenarios of a file.
    RunScenario,
    /// Runs a file.
    RunFile,
    /// Runs all tests of the workspace.
    RunWorkspace,
    /// Runs again what failed.
    RunFailed,
    /// Cancels runs.
    Cancel,
    /// Shows what the programs of a run wrote.
    ShowOutput,
    /// Shows the spans of the last run.
    ShowTrace,
}

impl Command {
    /// All commands.
    pub const ALL: [Self; 11] = [
        Self::ClearCache,
        Self::ShowStatus,
        Self::ShowRendered,
        Self::ShowExpectationDiff,
        Self::RunScenario,
        Self::RunFile,
        Self::RunWorkspace,
        Self::RunFailed,
        Self::Cancel,
        Self::ShowOutput,
        Self::ShowTrace,
    ];

    /// Its name in the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClearCache => "clnrm.clearCache",
            Self::ShowStatus => "clnrm.showStatus",
            Self::ShowRendered => "clnrm.showRendered",
            Self::ShowExpectationDiff => "clnrm.showExpectationDiff",
            Self::RunScenario => "clnrm.runScenario",
            Self::RunFile => "clnrm.runFile",
            Self::RunWorkspace => "clnrm.runWorkspace",
            Self::RunFailed => "clnrm.runFailed",
            Self::Cancel => "clnrm.cancel",
            Self::ShowOutput => "clnrm.showOutput",
            Self::ShowTrace => "clnrm.showTrace",
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

/// What a command's first argument says; what it says of nothing where there is none.
fn argument<T: DeserializeOwned>(command: Command, arguments: &[Value]) -> Result<T> {
    let argument = match arguments.first() {
        // Editors without lenses may name a document and nothing else.
        Some(Value::String(uri)) => json!({ "uri": uri }),
        Some(Value::Null) | None => json!({}),
        Some(other) => other.clone(),
    };
    serde_json::from_value(argument)
        .map_err(|error| Error::invalid_params(format!("`{}` can't read its argument: {error}", command.name())))
}

/// The answer of what starts runs.
fn started(runs: &[RunId]) -> Value {
    match runs {
        [run] => json!({ "runId": run }),
        // Projects whose files have the same names run apart.
        runs => json!({ "runId": runs.first(), "runIds": runs }),
    }
}
