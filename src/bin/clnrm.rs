//! The binary `clnrm`: the command line for cleanroom tests.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// As in `clnrm-lsp`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    clnrm_lsp::cli::run_clnrm()
}
