//! Real editors, as people use them: they show a diagnostic of a templated file at its place and clear it when it is mended;
//! Neovim also finds definitions and references, and renames. Helix, colours and the editors that only
//! have a page have files of their own.
//!
//! `scripts/setup --test` puts the editors into `target/editors`. In CI a missing editor fails the test; elsewhere the test says that
//! it was skipped.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

#[path = "../shared/engine.rs"]
#[expect(dead_code, reason = "tests of runs use the rest")]
mod engine;
mod fixture;
mod grammar;
mod helix;
mod highlighting;
mod pages;
#[path = "../runs/project.rs"]
#[expect(dead_code, reason = "tests of runs use the rest")]
mod project;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The mistake is in line 21, column 10 (from 1): the service that the macro is called with does not exist.
const TEMPLATE: &str = include_str!("example.clnrm.toml.tera");

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn editor(name: &str) -> Option<PathBuf> {
    let path = repository().join("target/editors").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{name} is missing: run scripts/setup --test");
    eprintln!("SKIPPED: {name} is not in target/editors; scripts/setup --test puts it there");
    None
}

fn drive(driver: &mut Command) {
    let output = driver.output().expect("the driver starts");
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
}

fn workspace() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("example.clnrm.toml.tera");
    std::fs::write(&file, TEMPLATE).unwrap();
    (folder, file)
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editors").join(name)
}

fn neovim(server: &str) -> Option<Command> {
    let editor = editor("nvim")?;
    let (folder, file) = workspace();
    let mut command = Command::new(editor);
    command.args(["--headless", "--clean", "-l"]).arg(script("neovim.lua")).arg(file).arg(server);
    command.env("XDG_STATE_HOME", folder.path().join("state"));
    // The folder lives as long as the test's process; the operating system cleans temporary folders.
    std::mem::forget(folder);
    Some(command)
}

#[test]
fn neovim_shows_and_clears() {
    let Some(mut command) = neovim(env!("CARGO_BIN_EXE_clnrm-lsp")) else { return };
    drive(&mut command);
}

#[test]
fn neovim_without_a_server_fails() {
    let Some(mut command) = neovim("/bin/false") else { return };
    assert!(!command.output().unwrap().status.success(), "the driver must be able to fail");
}
