//! Starts the language server.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use super::log::QUIET;
use super::{TROUBLE, log, output};
use crate::server;
use crate::telemetry::Endpoint;

/// Options of the language server.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeOptions {
    /// Serve one client that connects to this loopback address (port 0: any free one, told on standard error)
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
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

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write it as ADDRESS:PORT, such as 127.0.0.1:9257 or [::1]:0".to_owned())
}

/// Serves until the client leaves.
pub fn run(options: &ServeOptions, endpoint: Option<&Endpoint>) -> ExitCode {
    match serve(options, endpoint) {
        Ok(code) => code,
        Err(error) => {
            output::complain(&format!("the server could not start: {error}"));
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
                output::complain("waiting for an editor on standard input; to check files, see `clnrm-lsp --help`");
            }
            server::serve_stdio()
        }
    };
    if let Some(export) = export {
        export.finish();
    }
    code
}
