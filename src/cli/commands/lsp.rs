//! `clnrm lsp`: the language server; `clnrm-lsp` by another name.

use std::process::ExitCode;

use crate::cli::serve::{self, ServeOptions};
use crate::telemetry::Endpoint;

/// Serve an editor on standard input and output
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    options: ServeOptions,

    /// Export spans and metrics as OTLP over HTTP to this base address (`docs/telemetry.md`)
    #[arg(long, value_name = "URL")]
    trace_endpoint: Option<Endpoint>,
}

/// Serves until the client leaves.
pub fn run(arguments: &Arguments) -> ExitCode {
    serve::run(&arguments.options, arguments.trace_endpoint.as_ref())
}
