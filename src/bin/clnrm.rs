//! The binary `clnrm`: the command line for cleanroom tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    clnrm_lsp::cli::run_clnrm()
}
