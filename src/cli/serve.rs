//! Starts the language server.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use super::log::QUIET;
use super::{TROUBLE, log};
use crate::server;
use crate::telemetry::Endpoint;

/// Options of the language server.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeOptions {
    /// Serve one client that connects to this loopback address (port 0: any free one, told on standard error)
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,

    /// Serve standard input and output; the default, accepted because editors say it
    #[arg(long, conflicts_with = "listen")]
    stdio: bool,

    /// What to log: error, warn, info, debug, trace, or a filter such as `clnrm_lsp::server=debug`
    #[arg(long, value_name = "FILTER", default_value = QUIET)]
    pub log: String,

    /// Write the log to a file instead of standard error
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

/// Serves until the client leaves.
pub fn run(options: &ServeOptions, endpoint: Option<&Endpoint>) -> ExitCode {
    match serve(options, endpoint) {
        Ok(code) => code,
        Err(error) => {
            tell(&format!("clnrm-lsp: the server could not start: {error}\n"));
            ExitCode::from(TROUBLE)
        }
    }
}

fn serve(options: &ServeOptions, endpoint: Option<&Endpoint>) -> io::Result<ExitCode> {
    let export = log::start(&options.log, options.log_file.as_deref(), endpoint)?;
    let code = match options.listen {
        Some(address) => server::serve_tcp(address),
        None => {
            if io::stdin().is_terminal() {
                tell("clnrm-lsp: waiting for an editor on standard input; to check files, see `clnrm-lsp --help`\n");
            }
            server::serve_stdio()
        }
    };
    if let Some(export) = export {
        export.finish();
    }
    code
}

/// Writes to standard error; nobody is left to be told where that is closed.
fn tell(text: &str) {
    io::stderr().write_all(text.as_bytes()).unwrap_or(());
}
