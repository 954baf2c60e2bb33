//! Recorded sessions of editors: what people typed in them gives the same diagnostics today.
//!
//! `tests/fixtures/sessions/` has one file per editor, one message per line (see `examples/record_session.rs`). Neovim's and
//! Helix's are recorded by `scripts/record-sessions`; VS Code's is written by hand after what vscode-languageclient 9 says.
//! After a wanted change of diagnostics, `UPDATE_SESSIONS=1 cargo test --test server sessions` writes what the server says now.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::Client;
use crate::conformance;

const EDITORS: [&str; 3] = ["neovim", "helix", "vscode"];

/// Stands in a recording for the workspace's folder.
const WORKSPACE: &str = "$WORKSPACE";

/// One message of a recording.
struct Line {
    from_client: bool,
    message: Value,
}

impl Line {
    fn method(&self) -> Option<&str> {
        self.message.get("method").and_then(Value::as_str)
    }
}

fn file(editor: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/sessions/{editor}.jsonl"))
}

/// A recording, with this folder as its workspace.
fn recording(editor: &str, workspace: &str) -> Vec<Line> {
    let text = fs::read_to_string(file(editor)).unwrap().replace(WORKSPACE, workspace);
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| Line { from_client: line["from"] == "client", message: line["message"].clone() }).collect()
}

/// Starts the server with the recorded `initialize`; the other messages are left to send.
fn start(lines: &[Line]) -> Client {
    let mut client = Client::spawn(&[]);
    let asked = lines.iter().find(|line| !line.from_client && line.method() == Some("workspace/configuration"));
    client.configuration = Some(asked.map_or(Value::Null, |asked| {
        let answer = lines.iter().find(|line| line.from_client && is_answer_to(line, &asked.message["id"]));
        answer.map_or(Value::Null, |answer| answer.message["result"][0].clone())
    }));
    let mut initialize = lines[0].message.clone();
    assert_eq!(initialize["method"], "initialize");
    // The recorded editor has ended, and a server ends with its editor.
    initialize["params"]["processId"] = json!(std::process::id());
    client.send(&initialize);
    client.answer(&initialize["id"]).unwrap();
    client
}

fn is_answer_to(line: &Line, id: &Value) -> bool {
    line.method().is_none() && line.message["id"] == *id
}

/// Whether the client sends this in a replay: answers are given when the server asks, and the end is the same for all.
fn is_replayed(line: &Line) -> bool {
    line.from_client && line.method().is_some_and(|method| !matches!(method, "initialize" | "shutdown" | "exit"))
}

/// What is compared of diagnostics: range and code.
fn essence(diagnostics: &Value) -> Vec<String> {
    let all = diagnostics.as_array().expect("diagnostics are a list").iter();
    all.map(|diagnostic| {
        let at = |end: &str| {
            let position = &diagnostic["range"][end];
            format!("{}:{}", position["line"], position["character"])
        };
        format!("{}-{} {}", at("start"), at("end"), diagnostic["code"].as_str().unwrap_or("?"))
    })
    .collect()
}

/// The requests for a document's diagnostics that were answered before the document changed again, as ids: only their answers
/// are decided by the recording alone.
fn settled(lines: &[Line]) -> HashSet<String> {
    let mut waiting = HashSet::new();
    let mut settled = HashSet::new();
    for line in lines {
        match line.method() {
            Some("textDocument/diagnostic") => {
                waiting.insert(line.message["id"].to_string());
            }
            Some("textDocument/didChange" | "textDocument/didClose") => waiting.clear(),
            Some(_) => {}
            None if !line.from_client && line.message.get("result").is_some() => {
                settled.extend(waiting.take(&line.message["id"].to_string()));
            }
            None => {}
        }
    }
    settled
}

/// Full reports by their result id: a later one may say that it is the same as one of these.
#[derive(Default)]
struct Reports(BTreeMap<String, Vec<String>>);

impl Reports {
    /// Knows all reports of a recording.
    fn of(lines: &[Line]) -> Self {
        let mut reports = Self::default();
        for line in lines.iter().filter(|line| !line.from_client && line.message["result"]["kind"] == "full") {
            reports.read(&line.message["result"]);
        }
        reports
    }

    /// What a report says.
    fn read(&mut self, report: &Value) -> Vec<String> {
        let id = report["resultId"].as_str().expect("reports have ids").to_owned();
        if report["kind"] == "full" {
            self.0.insert(id.clone(), essence(&report["items"]));
        }
        self.0.get(&id).expect("only a report that was sent can be unchanged").clone()
    }
}

/// The document and version that diagnostics are published for.
fn publish_key(message: &Value) -> Option<(String, Option<i64>)> {
    let params = Some(&message["params"]).filter(|_| message["method"] == "textDocument/publishDiagnostics")?;
    Some((params["uri"].as_str()?.to_owned(), params.get("version").and_then(Value::as_i64)))
}

/// What was published, by document and version. The same version may be published twice: the last one counts.
fn published<'a>(messages: impl Iterator<Item = &'a Value>) -> BTreeMap<(String, Option<i64>), Vec<String>> {
    messages.filter_map(|message| Some((publish_key(message)?, essence(&message["params"]["diagnostics"])))).collect()
}

#[test]
fn recorded_sessions_give_the_same_diagnostics_step_by_step() {
    let update = std::env::var_os("UPDATE_SESSIONS").is_some();
    for editor in EDITORS {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().to_str().unwrap();
        let mut lines = recording(editor, workspace);
        let settled = settled(&lines);
        let recorded = published(lines.iter().filter(|line| !line.from_client).map(|line| &line.message));
        let mut client = start(&lines);
        let mut reports = Reports::of(&lines);
        // What the server says now, by the place in the recording.
        let (mut publishes, mut answers) = (BTreeMap::new(), BTreeMap::new());
        for line in lines.iter().filter(|line| is_replayed(line)) {
            client.send(&line.message);
            let document = &line.message["params"]["textDocument"];
            let uri = document["uri"].as_str().unwrap_or_default();
            let id = &line.message["id"];
            match line.method() {
                Some("textDocument/didOpen" | "textDocument/didChange" | "textDocument/didClose") => {
                    let key = (uri.to_owned(), document.get("version").and_then(Value::as_i64));
                    let Some(expected) = recorded.get(&key) else { continue };
                    let found = Value::from(client.diagnostics(uri, key.1.map(|version| version as i32)));
                    assert!(update || essence(&found) == *expected, "{editor}: {key:?}: {expected:?} was {found}");
                    publishes.insert(key, found);
                }
                Some("textDocument/diagnostic") => {
                    let report = client.answer(id).unwrap();
                    let found = reports.read(&report);
                    if settled.contains(&id.to_string()) {
                        let then = lines.iter().find(|line| !line.from_client && is_answer_to(line, id)).unwrap();
                        let expected = reports.read(&then.message["result"]);
                        assert!(update || found == expected, "{editor}: request {id}: {expected:?} was {found:?}");
                        answers.insert(id.to_string(), report);
                    }
                }
                _ => {}
            }
        }
        let compared = publishes.len() + answers.len();
        assert!(compared > 5, "{editor}: the recording holds {compared} sets of diagnostics");
        client.shut_down();
        if update {
            for line in lines.iter_mut().filter(|line| !line.from_client) {
                if let Some(key) = publish_key(&line.message) {
                    line.message["params"]["diagnostics"] = publishes[&key].clone();
                } else if let Some(report) = answers.get(&line.message["id"].to_string()) {
                    line.message["result"] = report.clone();
                }
            }
            let line = |line: &Line| {
                let from = if line.from_client { "client" } else { "server" };
                format!("{}\n", json!({ "from": from, "message": line.message }))
            };
            let text: String = lines.iter().map(line).collect();
            fs::write(file(editor), text.replace(workspace, WORKSPACE)).unwrap();
        }
    }
}

#[test]
fn recorded_sessions_at_full_speed_end_in_the_same_diagnostics() {
    if std::env::var_os("UPDATE_SESSIONS").is_some() {
        return;
    }
    for editor in EDITORS {
        let folder = tempfile::tempdir().unwrap();
        let lines = recording(editor, folder.path().to_str().unwrap());
        let mut client = start(&lines);
        let end = lines.iter().position(|line| line.from_client && line.method() == Some("textDocument/didClose"));
        let lines = &lines[..end.unwrap_or(lines.len())];
        for line in lines.iter().filter(|line| is_replayed(line)) {
            client.send(&line.message);
        }
        let recorded = published(lines.iter().filter(|line| !line.from_client).map(|line| &line.message));
        // The newest version of each document is always published; of the others, those that are must be right.
        let newest: BTreeMap<_, _> =
            recorded.iter().map(|((uri, version), expected)| (uri, (version, expected))).collect();
        for (uri, (version, expected)) in newest {
            let found = client.diagnostics(uri, version.map(|version| version as i32));
            assert_eq!(essence(&Value::from(found)), *expected, "{editor}: {uri}");
        }
        for (key, found) in published(client.received("textDocument/publishDiagnostics")) {
            if let Some(expected) = recorded.get(&key) {
                assert_eq!(found, *expected, "{editor}: {key:?}");
            }
        }
        let settled = settled(lines);
        let is_settled = |line: &&Line| settled.contains(&line.message["id"].to_string());
        if let Some(last) = lines.iter().filter(|line| !line.from_client).rfind(is_settled) {
            let mut reports = Reports::of(lines);
            let expected = reports.read(&last.message["result"]);
            let found = reports.read(&client.answer(&last.message["id"]).unwrap());
            assert_eq!(found, expected, "{editor}: the answer to request {}", last.message["id"]);
        }
        client.shut_down();
    }
}

#[test]
fn recorded_messages_conform() {
    for editor in EDITORS {
        let lines = recording(editor, "/workspace");
        let requests: HashMap<_, _> = lines
            .iter()
            .filter(|line| line.from_client && line.message.get("id").is_some())
            .filter_map(|line| Some((line.message["id"].to_string(), line.method()?)))
            .collect();
        for line in lines.iter().filter(|line| !line.from_client) {
            let answered = requests.get(&line.message["id"].to_string()).copied();
            conformance::check(&line.message, answered.filter(|_| line.method().is_none()));
        }
    }
}

#[test]
fn the_hand_made_client_says_what_a_client_may_say() {
    conformance::check_initialize(&recording("vscode", "/workspace")[0].message["params"]);
}
