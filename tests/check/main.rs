//! `clnrm-lsp --check` as its users meet it: the real binary, real files, exit codes.

mod files;
mod formats;
mod usage;
mod workspace;
