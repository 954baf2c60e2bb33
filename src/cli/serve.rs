//! Starts the language server.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use super::TROUBLE;
use super::arguments::ServeOptions;
use crate::server;

/// Serves until the client leaves.
pub fn run(options: &ServeOptions) -> ExitCode {
    match serve(options) {
        Ok(code) => code,
        Err(error) => {
            tell(&format!("clnrm-lsp: the server could not start: {error}\n"));
            ExitCode::from(TROUBLE)
        }
    }
}

fn serve(options: &ServeOptions) -> io::Result<ExitCode> {
    start_log(&options.log, options.log_file.as_deref())?;
    match options.listen {
        Some(address) => server::serve_tcp(address),
        None => {
            if io::stdin().is_terminal() {
                tell("clnrm-lsp: waiting for an editor on standard input; to check files, see `clnrm-lsp --help`\n");
            }
            server::serve_stdio()
        }
    }
}

/// Sends the log to a file or standard error. Standard output belongs to the protocol.
fn start_log(filter: &str, file: Option<&Path>) -> io::Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(true);
    match file {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            log.with_ansi(false).with_writer(file).init();
        }
        None => log.with_ansi(false).with_writer(io::stderr).init(),
    }
    Ok(())
}

/// Writes to standard error; nobody is left to be told where that is closed.
fn tell(text: &str) {
    io::stderr().write_all(text.as_bytes()).unwrap_or(());
}
