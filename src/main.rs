//! The binary `clnrm-lsp`: the language server and the headless check.

fn main() {}
