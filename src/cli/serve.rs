//! Starts the language server.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use super::arguments::ServeOptions;
use super::{TROUBLE, log};
use crate::server;
use crate::telemetry::Endpoint;

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
