//! `clnrm-lsp --check` as its users meet it: the real binary, real files, exit codes.

#![expect(clippy::expect_used, reason = "a test ends where its files can't be made")]

mod examples;
mod files;
mod fix;
mod formats;
mod formatting;
mod schema;
mod usage;
mod workspace;
