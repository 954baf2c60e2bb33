//! `clnrm` as its users meet it: the real binary, real files, exit codes.

#![expect(clippy::expect_used, reason = "a test ends where its files can't be made")]

#[path = "../check/schema.rs"]
mod schema;
#[path = "../check/workspace.rs"]
#[expect(dead_code, reason = "the tests of the other binary use the rest")]
mod workspace;

mod analyze;
mod diff;
mod every_command;
mod mutate;
mod record;
mod render;
mod run;
mod scaffold;
mod shell;
mod spans;
mod usage;
#[cfg(unix)]
mod watch;

use std::process::{Command, Stdio};

use workspace::{Ran, Workspace};

/// Runs `clnrm` in the folder of `workspace`, in an environment that holds nothing but a path to the programs of the system.
fn clnrm(workspace: &Workspace, arguments: &[&str]) -> Ran {
    let folder = workspace.path("");
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
    command
        .args(arguments)
        .current_dir(&folder)
        .env_clear()
        .env("HOME", &folder)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin");
    Ran::from(command.stdin(Stdio::null()).output().expect("the binary runs"))
}

/// A file of the examples in the documents.
fn example(path: &str) -> String {
    let path = format!("{}/docs/examples/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
