//! The binary `clnrm-lsp`: the language server and the headless check.

use std::process::ExitCode;

fn main() -> ExitCode {
    clnrm_lsp::cli::run()
}
