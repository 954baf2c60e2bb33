//! The binary `clnrm-lsp`: the language server and the headless check.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The allocator of musl, with which releases for Linux are linked, makes threads wait for one another (decision 22).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    clnrm_lsp::cli::run()
}
