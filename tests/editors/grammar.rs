//! The tree-sitter grammar of `editors/tree-sitter-clnrm`, read by Neovim's tree-sitter.

use std::path::PathBuf;
use std::process::Command;

use crate::{drive, editor, helix, repository};

#[test]
fn grammar_is_what_its_source_makes() {
    drive(Command::new(repository().join("scripts/generate-grammar")).arg("--check"));
}

/// Files with a given end of their name, but those that are wrong as TOML on purpose.
fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.to_string_lossy().ends_with(end) && !path.ends_with("typos.clnrm.toml.tera")).collect()
}

#[test]
fn grammar_reads_every_example_and_keeps_mistakes_in_their_line() {
    let Some(editor) = editor("nvim") else { return };
    let read = [
        files("docs/examples", ".clnrm.toml"),
        files("docs/examples", ".tera"),
        files("templates", ".tera"),
        files("tests/editors", ".tera"),
    ];
    assert!(read.iter().all(|files| !files.is_empty()), "{read:?}");
    let mut command = Command::new(editor);
    command.args(["--headless", "--clean", "-l"]).arg(repository().join("tests/editors/grammar.lua"));
    command.arg(helix::grammar()).arg(repository().join("editors/helix/queries/clnrm-tera")).args(read.concat());
    drive(&mut command);
}
