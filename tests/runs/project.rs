//! A project in a folder of its own, and what came out of a run in it.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Sends a span for each argument, as an SDK would, and says which. `NAME:PARENT` makes one the child of an earlier one.
const SPAN: &str = r#"#!/bin/sh
set -eu
id() { head -c "$1" /dev/urandom | od -An -tx1 | tr -d ' \n'; }
trace=$(echo "$TRACEPARENT" | cut -d- -f2)
root=$(echo "$TRACEPARENT" | cut -d- -f3)
spans=
for name in "$@"; do
    own=$(id 8)
    now=$(date +%s)000000000
    spans="$spans${spans:+,}{\"traceId\":\"$trace\",\"spanId\":\"$own\",\"parentSpanId\":\"$root\",\"name\":\"$name\",\"kind\":1,\"startTimeUnixNano\":\"$now\",\"endTimeUnixNano\":\"$now\",\"attributes\":[{\"key\":\"said\",\"value\":{\"stringValue\":\"${SAID:-nothing}\"}}]}"
done
wget -q -O /dev/null --header 'Content-Type: application/json' --post-data \
    "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"$OTEL_SERVICE_NAME\"}}]},\"scopeSpans\":[{\"spans\":[$spans]}]}]}" \
    "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces"
echo "sent $*"
"#;

/// A service with the program that sends spans.
pub const APP: &str = r#"
[services.app]
plugin = "generic_container"
image = "localhost/busybox:1"
volumes = ["./span.sh:/span.sh:ro"]
"#;

/// A project. Its name is in the identities of its scenarios, so that they are found in an engine that others use too.
pub struct Project {
    folder: TempDir,
    /// In the name of each of its files.
    pub name: String,
}

impl Project {
    /// A project with these tests: their names, and what they say behind `[meta]`.
    pub fn new(tests: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("runs-").tempdir().unwrap();
        let name = folder.path().file_name().unwrap().to_string_lossy().to_lowercase().replace('.', "");
        let project = Self { folder, name };
        project.write("cleanroom.toml", "[project]\nname = \"runs\"\n");
        for (test, text) in tests {
            project.test(test, text);
        }
        project
    }

    /// Writes a test.
    pub fn test(&self, test: &str, text: &str) {
        let text = format!("[meta]\nname = \"{test}\"\nversion = \"1.0\"\n{text}");
        let folder = self.folder.path().join(&self.name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("span.sh"), SPAN).unwrap();
        std::fs::write(folder.join(format!("{test}.clnrm.toml")), text).unwrap();
    }

    /// Writes another file.
    pub fn write(&self, path: &str, text: &str) {
        std::fs::write(self.path(path), text).unwrap();
    }

    /// A path in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// `clnrm run` with the report as JSON. Not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
        command.arg("run").args(arguments).args(["--report", "json=out.json", &self.name]);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs all of it.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let _ = std::fs::remove_file(self.path("out.json"));
        self.ran(self.command(arguments).output().expect("the binary runs"))
    }

    /// Starts a run of all of it.
    pub fn start(&self, arguments: &[&str]) -> Started {
        Started::of(&mut self.command(arguments))
    }

    /// What came out of a run.
    pub fn ran(&self, output: Output) -> Ran {
        let report = std::fs::read(self.path("out.json")).unwrap_or_default();
        Ran {
            code: output.status.code(),
            text: format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
            report: serde_json::from_slice(&report).unwrap_or_default(),
        }
    }

    /// All files below it, with their content.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut folders = vec![self.folder.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => files.push((entry.path(), std::fs::read(entry.path()).unwrap_or_default())),
                }
            }
        }
        files
    }
}

/// A run that goes on. It is killed when a test gives up on it: nobody else would end it.
pub struct Started(Option<Child>);

impl Started {
    /// Starts it.
    pub fn of(command: &mut Command) -> Self {
        Self(Some(command.spawn().expect("the binary runs")))
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.0.as_ref().expect("it was not waited for").id()
    }

    /// Kills it, and waits until it is gone.
    pub fn kill(&mut self) {
        let run = self.0.as_mut().expect("it was not waited for");
        run.kill().expect("it is a process of ours");
        run.wait().expect("it is a process of ours");
    }

    /// Waits for its end.
    pub fn wait_with_output(mut self) -> std::io::Result<Output> {
        self.0.take().expect("it was not waited for").wait_with_output()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(run) = &mut self.0 {
            let _ = run.kill();
            let _ = run.wait();
        }
    }
}

/// What came out of a run.
pub struct Ran {
    /// The exit code.
    pub code: Option<i32>,
    /// What was written to both streams.
    pub text: String,
    /// The report.
    pub report: Value,
}

impl Ran {
    /// A test, by its name.
    pub fn test(&self, name: &str) -> &Value {
        let tests = self.report["tests"].as_array();
        let found = tests
            .into_iter()
            .flatten()
            .find(|it| it["file"].as_str().is_some_and(|it| it.ends_with(&format!("/{name}.clnrm.toml"))));
        found.unwrap_or_else(|| panic!("no test {name}: {}", self.text))
    }

    /// A scenario of any test, by its name.
    pub fn scenario(&self, name: &str) -> &Value {
        let tests = self.report["tests"].as_array();
        let mut scenarios = tests.into_iter().flatten().flat_map(|it| it["scenarios"].as_array().unwrap());
        scenarios.find(|it| it["name"] == name).unwrap_or_else(|| panic!("no scenario {name}: {}", self.text))
    }

    /// How a scenario ended.
    pub fn outcome(&self, scenario: &str) -> &str {
        self.scenario(scenario)["outcome"].as_str().unwrap()
    }

    /// What the last attempt at a scenario failed for: `CODE MESSAGE`.
    pub fn failures(&self, scenario: &str) -> Vec<String> {
        let attempts = self.scenario(scenario)["attempts"].as_array().unwrap();
        attempts.last().map(|it| failures(&it["failures"])).unwrap_or_default()
    }
}

/// Failures as `CODE MESSAGE`.
pub fn failures(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.map(|it| {
        let text = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("code"), text("message"))
    })
    .collect()
}
