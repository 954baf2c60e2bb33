//! What the pages of `docs/editors` say to write: into Emacs, which runs it against a real server, and into Kate and Zed, whose files are
//! read as what they claim to be.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::engine::{engine, left};
use crate::project::{APP, Project};
use crate::{drive, repository};

fn page(name: &str) -> String {
    std::fs::read_to_string(repository().join("docs/editors").join(name)).unwrap()
}

/// The blocks of code of this language in a page.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The program, where the system has it.
fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} is missing: run scripts/setup --test");
        eprintln!("SKIPPED: there is no {name}; scripts/setup --test installs it");
    }
    found
}

/// Emacs with what its page says, on a test that is red and can be made green; `server` is what it finds on the path.
fn emacs(server: &str) -> Option<(Project, tempfile::TempDir, Command)> {
    let editor = installed("emacs")?;
    if !engine() {
        return None;
    }
    let scenario = "[[scenario]]\nname = \"works\"\nservice = \"app\"\nrun = \"sh /span.sh gret\"\n";
    let project = Project::new(&[("t", &format!("{APP}{scenario}[[expect.span]]\nname = \"greet\"\n"))]);
    let home = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(server, home.path().join("clnrm-lsp")).unwrap();
    let init = home.path().join("init.el");
    std::fs::write(&init, blocks(&page("emacs.md"), "elisp")[0]).unwrap();
    let mut command = Command::new(editor);
    command.args(["--batch", "-Q", "-l"]).arg(repository().join("tests/editors/emacs/drive.el")).arg(init);
    command.arg(project.path(&format!("{}/t.clnrm.toml", project.name))).current_dir(project.path(""));
    let path = format!("{}:{}", home.path().display(), std::env::var("PATH").unwrap());
    command.env("HOME", home.path()).env("PATH", path);
    Some((project, home, command))
}

#[test]
fn emacs_asks_edits_runs_and_formats() {
    let Some((project, _home, mut command)) = emacs(env!("CARGO_BIN_EXE_clnrm-lsp")) else { return };
    drive(&mut command);
    assert_eq!(left(&project.name), Vec::<String>::new(), "left in the engine");
}

#[test]
fn emacs_without_a_server_fails() {
    let Some((_project, _home, mut command)) = emacs("/bin/false") else { return };
    assert!(!command.output().unwrap().status.success(), "the driver must be able to fail");
}

#[test]
fn files_of_kate_are_what_they_claim() {
    let page = page("kate.md");
    let [settings] = blocks(&page, "json")[..] else { panic!("the settings are one block") };
    let settings: Value = serde_json::from_str(settings).unwrap();
    let server = &settings["servers"]["clnrm"];
    assert_eq!(server["command"][0], "clnrm-lsp");
    let [definition] = blocks(&page, "xml")[..] else { panic!("the definition is one block") };
    let name = definition.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(server["highlightingModeRegex"], format!("^{name}$"), "the server starts for this kind of highlighting");
    let Some(xmllint) = installed("xmllint") else { return };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), definition).unwrap();
    drive(Command::new(xmllint).arg("--noout").arg(file.path()));
}

#[test]
fn files_of_zed_are_what_they_claim() {
    let page = page("zed.md");
    let files: Vec<toml::Table> = blocks(&page, "toml").into_iter().map(|file| file.parse().unwrap()).collect();
    let [extension, language, package] = &files[..] else { panic!("there are three files of TOML") };
    let grammar = extension["grammars"]["clnrm"]["path"].as_str().unwrap();
    assert!(repository().join(grammar).join("src/parser.c").exists(), "{grammar} is where the grammar is");
    assert_eq!(language["grammar"].as_str(), Some("clnrm"));
    assert_eq!(extension["language_servers"]["clnrm-lsp"]["languages"][0], language["name"]);
    assert!(package["dependencies"].get("zed_extension_api").is_some());
}
