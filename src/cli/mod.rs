//! The command lines of `clnrm-lsp` and `clnrm`: arguments, terminal output, exit codes. What is right and wrong in a test is
//! decided elsewhere.

mod arguments;
mod check;
mod commands;
mod discovery;
mod explain;
mod fix;
mod format;
mod input;
mod log;
mod noise;
mod numbers;
mod output;
mod panics;
mod paths;
mod progress;
mod read;
mod replace;
mod run;
mod scaffold;
mod schema;
mod serve;
mod settings;
mod test_file;
mod traces;
mod watch;
mod workers;

use std::process::ExitCode;

use arguments::{Arguments, Mode};

pub use commands::{program as clnrm_program, run as run_clnrm};

/// Everything went well, and nothing fails the check.
const CLEAN: u8 = 0;

/// Wrong usage, an unreadable file, or a mistake of this program. (1 means findings.)
const TROUBLE: u8 = 2;

/// Runs `clnrm-lsp` with the arguments of the process.
pub fn run() -> ExitCode {
    // Wrong usage ends the process here, with exit code 2.
    let arguments = Arguments::of_process();
    let code = match arguments.mode() {
        Mode::Check(check) => check::run(&check),
        Mode::Format(format) => format::run(&format),
        Mode::Explain(code) => explain::run(code, arguments.color),
        Mode::Schema(described) => schema::run(described),
        Mode::Rules => explain::list(arguments.color),
        Mode::Serve => return serve::run(&arguments.serve_options, arguments.trace_endpoint.as_ref()),
    };
    ExitCode::from(code)
}
