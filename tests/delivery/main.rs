//! How the programs come to people and their CI: what `scripts/release` makes, what `scripts/install` makes of that, and the recipes of
//! `docs/ci`, whose steps are run as their hosts would. The programs in these releases are small scripts that start the real ones, so
//! that nothing is packed for minutes; the network is a folder.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

#[path = "../shared/engine.rs"]
#[expect(dead_code, reason = "tests of runs in a terminal use the rest")]
mod engine;
mod github;
mod gitlab;
mod install;
mod pre_commit;
mod release;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// The version of the programs, of the extension and in all recipes.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The platform of the release of these tests.
const TARGET: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-musl" } else { "x86_64-unknown-linux-musl" };

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The folder with both programs, as a build leaves them.
fn programs() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, program) in [("clnrm", env!("CARGO_BIN_EXE_clnrm")), ("clnrm-lsp", env!("CARGO_BIN_EXE_clnrm-lsp"))] {
        script(&folder.path().join(name), &format!("#!/bin/sh\nexec {program} \"$@\"\n"));
    }
    folder
}

/// `scripts/release` of these programs into a folder.
fn release(output: &Path, arguments: &[&str]) -> Output {
    let programs = programs();
    Command::new(repository().join("scripts/release"))
        .args(["--allow-dirty", "--target", TARGET, "--output"])
        .arg(output)
        .arg("--binaries")
        .arg(programs.path())
        .args(arguments)
        .output()
        .expect("scripts/release starts")
}

/// The network: releases as GitHub has them, and a `curl` for which the files of this repository are where they will be.
struct Network {
    folder: TempDir,
}

static NETWORK: LazyLock<Network> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join(format!("releases/download/v{VERSION}"));
    fs::create_dir_all(&files).unwrap();
    let made = release(&files, &["archives"]);
    assert!(made.status.success(), "{}", told(&made));
    let latest = folder.path().join("releases/latest");
    fs::create_dir(&latest).unwrap();
    std::os::unix::fs::symlink(&files, latest.join("download")).unwrap();
    let raw = "https://raw.githubusercontent.com/clnrm/clnrm-lsp";
    let root = repository().display();
    fs::create_dir(folder.path().join("bin")).unwrap();
    let curl = format!(
        r#"#!/bin/bash
arguments=()
for it in "$@"; do
    case $it in
        {raw}/v{VERSION}/*) it=file://{root}/${{it#{raw}/v{VERSION}/}} ;;
        {raw}/main/*) it=file://{root}/${{it#{raw}/main/}} ;;
    esac
    arguments+=("$it")
done
exec "$(type -ap curl | sed -n 2p)" "${{arguments[@]}}"
"#
    );
    script(&folder.path().join("bin/curl"), &curl);
    Network { folder }
});

/// A machine of a CI: a project, a home, and the network.
struct Machine {
    folder: TempDir,
}

impl Machine {
    /// One whose project has these files of `docs/examples`.
    fn with(examples: &[&str]) -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["project/tests", "home", "temp"] {
            fs::create_dir_all(machine.path(folder)).unwrap();
        }
        for name in examples {
            fs::copy(repository().join("docs/examples").join(name), machine.path("project/tests").join(name)).unwrap();
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that runs in the project; the programs of this build are not in its path.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var("PATH").unwrap();
        command
            .current_dir(self.path("project"))
            .env("PATH", format!("{}:{path}", NETWORK.folder.path().join("bin").display()))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("temp"))
            .env("CLNRM_RELEASES", format!("file://{}/releases", NETWORK.folder.path().display()));
        command
    }

    /// What a file of the project says.
    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.path("project").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// A project whose tests have mistakes, and one whose tests have none.
const WRONG: [&str; 2] = ["hello.clnrm.toml", "mistakes.clnrm.toml.tera"];
const RIGHT: [&str; 1] = ["hello.clnrm.toml"];

/// The blocks of a language in a document.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(document)).unwrap();
    let opening = format!("```{language}\n");
    let blocks: Vec<String> =
        text.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect();
    assert!(!blocks.is_empty(), "{document} has {language}");
    blocks
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}
