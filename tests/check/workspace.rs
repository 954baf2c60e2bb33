//! A folder of files, and the binary run in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A test without any finding but hints.
pub const GOOD: &str = r#"
[meta]
name = "good"
version = "1.0"
description = "says hello"

[otel]
exporter = "stdout"
sample_ratio = 1.0

[services.app]
plugin = "generic_container"
image = "alpine:3.20"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
artifacts.collect = ["spans:default"]

[[expect.span]]
name = "app.exec"
kind = "internal"
"#;

/// [`GOOD`] with one mistake: the service of the scenario does not exist.
pub fn broken() -> String {
    GOOD.replace("service = \"app\"", "service = \"apt\"")
}

/// [`GOOD`] with a warning: a secret is written out.
pub fn doubtful() -> String {
    GOOD.replace("image = ", "env = { API_TOKEN = \"sk-live-4f9a8b7c6d5e\" }\nimage = ")
}

/// A folder that vanishes at the end of the test.
pub struct Workspace {
    folder: tempfile::TempDir,
}

/// What a run of the binary left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Workspace {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let workspace = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        for (path, text) in files {
            workspace.write(path, text.as_bytes());
        }
        workspace
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("to create the folder");
        fs::write(path, bytes).expect("to write the file");
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[], b"")
    }

    /// Runs `clnrm-lsp --check` with further arguments.
    pub fn check(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["--check"], arguments].concat())
    }

    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)], stdin: &[u8]) -> Ran {
        let mut command = command(self.folder.path(), arguments);
        command.envs(environment.iter().copied());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        // A program that does not read its input may be gone by now.
        let _ = child.stdin.take().expect("a pipe").write_all(stdin);
        Ran::from(child.wait_with_output().expect("the binary ends"))
    }
}

/// The binary in a folder, in an environment that holds nothing.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder);
    command
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

impl Ran {
    /// The standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The paths of all files in a JSON report, with their kinds.
    pub fn files(&self) -> Vec<String> {
        let report = self.json();
        let files = report["files"].as_array().expect("a list of files").iter();
        files.map(|file| format!("{} {}", text(&file["path"]), text(&file["kind"]))).collect()
    }

    /// The findings of a JSON report that are no hints: path, place, severity and code.
    pub fn findings(&self) -> Vec<String> {
        let report = self.json();
        let mut findings = Vec::new();
        for file in report["files"].as_array().expect("a list of files") {
            for found in file["diagnostics"].as_array().expect("a list of findings") {
                if found["severity"] == "hint" {
                    continue;
                }
                let start = &found["range"]["start"];
                findings.push(format!(
                    "{}:{}:{} {} {}",
                    text(&file["path"]),
                    start["line"],
                    start["column"],
                    text(&found["severity"]),
                    text(&found["code"])
                ));
            }
        }
        findings
    }
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("a text")
}
