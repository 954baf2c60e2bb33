//! Runs from an editor: a real server, a real engine, and what an editor then sees.

#![cfg(unix)]

mod endings;
mod explorer;
mod failures;
mod lenses;
mod shown;

use std::fs;

use serde_json::{Value, json};

use crate::client::Client;
use crate::engine::left;
use crate::project::{APP, Project};

/// A project, a server for it, and a test that is open in it.
struct Editor {
    project: Project,
    client: Client,
    uri: String,
    text: String,
    version: i32,
}

impl Editor {
    /// Opens a test that says this behind `[meta]`; the server is trusted.
    fn open(text: &str) -> Self {
        Self::with(text, json!({}))
    }

    /// The same for a client that says more of itself.
    fn with(text: &str, parameters: Value) -> Self {
        Self::of(Project::new(&[("t", text)]), parameters)
    }

    /// The test `t` of a project.
    fn of(project: Project, parameters: Value) -> Self {
        let path = project.path(&format!("{}/t.clnrm.toml", project.name));
        let text = fs::read_to_string(&path).unwrap();
        let folder = format!("file://{}", project.path("").display());
        let mut client = Client::spawn(&[]);
        let mut all = json!({
            "workspaceFolders": [{ "uri": folder.trim_end_matches('/'), "name": "w" }],
            "capabilities": {
                "textDocument": {
                    "codeLens": {},
                    "publishDiagnostics": { "relatedInformation": true, "dataSupport": true, "versionSupport": true },
                },
                "window": { "workDoneProgress": true },
            },
        });
        super::client::merge(&mut all, parameters);
        client.initialize(all);
        let uri = format!("file://{}", path.display());
        client.open(&uri, &text);
        Self { project, client, uri, text, version: 1 }
    }

    /// The titles of the lenses that concern runs, each with its line from 0, in the order of the file.
    fn lenses(&mut self) -> Vec<String> {
        let lenses = self.all_lenses();
        lenses
            .iter()
            .map(|it| format!("{} {}", it["range"]["start"]["line"], it["command"]["title"].as_str().unwrap()))
            .collect()
    }

    fn all_lenses(&mut self) -> Vec<Value> {
        let lenses =
            self.client.request("textDocument/codeLens", json!({ "textDocument": { "uri": self.uri } })).unwrap();
        let command = |it: &Value| it["command"]["command"].as_str().unwrap().to_owned();
        let of_runs = ["clnrm.run", "clnrm.cancel", "clnrm.showTrace", "clnrm.showOutput"];
        let lenses = lenses.as_array().unwrap().iter();
        lenses.filter(|it| of_runs.iter().any(|of| command(it).starts_with(of))).cloned().collect()
    }

    /// Presses the lens with this line and beginning of its title.
    fn press(&mut self, lens: &str) -> Value {
        let lenses = self.all_lenses();
        let title =
            |it: &Value| format!("{} {}", it["range"]["start"]["line"], it["command"]["title"].as_str().unwrap());
        let wanted = lenses.iter().find(|it| title(it).starts_with(lens));
        let command = wanted.unwrap_or_else(|| panic!("no lens {lens}: {:?}", self.lenses()))["command"].clone();
        self.execute(command["command"].as_str().unwrap(), command["arguments"].clone()).unwrap()
    }

    fn execute(&mut self, command: &str, arguments: Value) -> Result<Value, Value> {
        self.client.request("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
    }

    /// Runs the whole file and waits for the end; what the server says of it.
    fn run(&mut self) -> Value {
        let started = self.execute("clnrm.runFile", json!([{ "uri": self.uri }])).unwrap();
        self.finished(&started)
    }

    /// Waits for the end of a run that a command has started. Nothing of it may be left then.
    fn finished(&mut self, started: &Value) -> Value {
        let run = started["runId"].clone();
        assert!(run.is_string(), "{started}");
        let end = self.client.wait("the end of the run", |message| {
            message["method"] == "clnrm/runFinished" && message["params"]["runId"] == run
        });
        assert_eq!(left(&self.project.name), Vec::<String>::new());
        end["params"].clone()
    }

    /// Edits the text and tells the server.
    fn edit(&mut self, from: &str, to: &str) {
        assert!(self.text.contains(from), "{from} is in the text");
        self.text = self.text.replacen(from, to, 1);
        self.version += 1;
        self.client.replace(&self.uri, self.version, &self.text);
    }

    /// Waits until the diagnostics of the runs are such; they come when the text or a result changes.
    fn diagnostics_until(&mut self, what: &str, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let (uri, version) = (self.uri.clone(), self.version);
        let of_runs = |message: &Value| -> Vec<Value> {
            let all = message["params"]["diagnostics"].as_array().into_iter().flatten();
            all.filter(|it| it["source"] == "clnrm run").cloned().collect()
        };
        let message = self.client.wait(what, |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
                && holds(&of_runs(message))
        });
        of_runs(&message)
    }

    /// The text of the line that a diagnostic or other range begins in.
    fn line(&self, ranged: &Value) -> &str {
        let line = usize::try_from(ranged["range"]["start"]["line"].as_u64().unwrap()).unwrap();
        self.text.lines().nth(line).unwrap()
    }
}

/// A scenario that sends spans.
fn scenario(name: &str, spans: &str) -> String {
    format!("[[scenario]]\nname = \"{name}\"\nservice = \"app\"\nrun = \"sh /span.sh {spans}\"\n")
}

/// A test of one scenario that sends these spans, and what it expects.
fn test(spans: &str, expected: &str) -> String {
    format!("{APP}{}{expected}", scenario("works", spans))
}
