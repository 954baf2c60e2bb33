//! Verdicts of the editor: what the server shows at the author's line, of a run and of spans that it judges again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, PATIENCE};
use crate::fake_engine::FakeEngine;
use crate::trials::{Trial, Trials};

const SERVER: &str = env!("CARGO_BIN_EXE_clnrm-lsp");

/// A server with all tests open.
struct Editor<'t> {
    trials: &'t Trials,
    client: Client,
}

impl<'t> Editor<'t> {
    /// Opens all tests as they say nothing of what they expect.
    fn open(trials: &'t Trials, engine: &FakeEngine) -> Self {
        let mut client = Client::of(trials.command(SERVER, engine));
        client.initialize(json!({
            "workspaceFolders": [{ "uri": format!("file://{}", trials.root().display()), "name": "w" }],
            "capabilities": { "textDocument": {
                "codeLens": {},
                "publishDiagnostics": { "relatedInformation": true, "dataSupport": true, "versionSupport": true },
            } },
            "initializationOptions": { "run": { "jobs": 4 } },
        }));
        let mut editor = Self { trials, client };
        for trial in &trials.all {
            let uri = editor.uri(trial);
            editor.client.open(&uri, &trial.bare);
        }
        editor
    }

    fn uri(&self, trial: &Trial) -> String {
        format!("file://{}", self.trials.path(trial).display())
    }

    /// Runs all tests to their end.
    fn run(&mut self, force: bool) -> Value {
        let run = json!({ "command": "clnrm.runWorkspace", "arguments": [{ "force": force }] });
        let started = self.client.request("workspace/executeCommand", run).unwrap();
        let id = started["runId"].clone();
        assert!(id.is_string(), "{started}");
        let end = self.client.wait("the end of the run", |message| {
            message["method"] == "clnrm/runFinished" && message["params"]["runId"] == id
        });
        end["params"].clone()
    }

    /// Waits until a test shows this of runs: whether it was replayed, and the paths and places of what failed.
    fn wait_for(&mut self, trial: &Trial, replayed: bool) {
        let uri = self.uri(trial);
        let expected: Vec<(String, Value)> =
            trial.failing.iter().map(|(path, at)| (path.clone(), range(&trial.text, at.start, at.end))).collect();
        let what = format!("{} {expected:?}, replayed: {replayed}", trial.told);
        self.client.wait(&what, |message| {
            if message["method"] != "textDocument/publishDiagnostics"
                || message["params"]["uri"] != uri
                || message["params"]["version"] != 2
            {
                return false;
            }
            let all = message["params"]["diagnostics"].as_array().into_iter().flatten();
            let of_runs: Vec<&Value> = all.filter(|it| it["source"] == "clnrm run").collect();
            let shown: Vec<(String, Value)> = of_runs
                .iter()
                .map(|it| (it["code"].as_str().unwrap_or_default().to_owned(), it["range"].clone()))
                .collect();
            shown == expected && of_runs.iter().all(|it| it["data"]["replayed"] == replayed)
        });
    }

    /// Waits until a lens above the file says this: where all is green there is no diagnostic to wait for.
    fn wait_for_lens(&mut self, trial: &Trial, title: &str) {
        let document = json!({ "textDocument": { "uri": self.uri(trial) } });
        let begun = Instant::now();
        loop {
            let lenses = self.client.request("textDocument/codeLens", document.clone()).unwrap();
            if lenses.as_array().unwrap().iter().any(|it| it["command"]["title"] == title) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{}: no lens says {title}: {lenses:#}", trial.told);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A range of the protocol.
fn range(text: &str, start: usize, end: usize) -> Value {
    let position = |byte: usize| {
        let before = &text[..byte];
        let in_line = before.rsplit('\n').next().unwrap_or_default();
        json!({ "line": before.matches('\n').count(), "character": in_line.encode_utf16().count() })
    };
    json!({ "start": position(start), "end": position(end) })
}

#[test]
fn the_editor_shows_the_verdict_of_every_case() {
    let engine = FakeEngine::start();
    let trials = Trials::new();
    let mut editor = Editor::open(&trials, &engine);
    let all = trials.all.len();
    let end = editor.run(false);
    assert_eq!((&end["passed"], &end["failed"]), (&json!(all), &json!(0)), "{end}");
    let started = engine.peak().1;
    assert_eq!(started, all);

    // What is expected is written: known spans are judged by it.
    editor.client.forget();
    for trial in &trials.all {
        let uri = editor.uri(trial);
        editor.client.replace(&uri, 2, &trial.text);
    }
    for trial in &trials.all {
        editor.wait_for(trial, true);
        if !trial.is_red {
            editor.wait_for_lens(trial, "✓ replayed");
        }
    }
    assert_eq!(engine.peak().1, started, "a container was started for a verdict on spans that are known");

    // And by spans of a run of their own.
    editor.client.forget();
    editor.run(true);
    assert_eq!(engine.peak().1, started + all);
    for trial in &trials.all {
        editor.wait_for(trial, false);
    }
    editor.client.shut_down();
    assert_eq!(engine.left(), Vec::<String>::new());
}
