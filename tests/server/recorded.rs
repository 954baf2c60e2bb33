//! What the last recorded run of a test says, where it helps to write the test.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::client::{CLEAN, Client};

/// Three spans named `hello`, 2, 4 and 6 ms long.
fn spans() -> String {
    let span = |id: u64| {
        json!({
            "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": format!("{id:016x}"), "name": "hello", "kind": 1,
            "startTimeUnixNano": "1000000000", "endTimeUnixNano": (1_000_000_000 + id * 2_000_000).to_string(),
            "attributes": [{ "key": "greeting.language", "value": { "stringValue": "en" } }], "status": {}
        })
    };
    json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [span(1), span(2), span(3)] }] }] }).to_string()
}

/// A workspace with a recorded run of the test `a.clnrm.toml`: the folder, which goes with its owner, its address and that of the test.
fn workspace() -> (TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    let traces = path.join(".clnrm/traces");
    fs::create_dir_all(&traces).unwrap();
    fs::write(traces.join("a.clnrm.toml.spans.jsonl"), spans()).unwrap();
    let root = format!("file://{}", path.display());
    let uri = format!("{root}/a.clnrm.toml");
    (folder, root, uri)
}

#[test]
fn hover_and_completion_know_the_last_recorded_run() {
    let (_folder, root, uri) = workspace();
    let text = format!("{CLEAN}attrs.all = {{  }}\n");
    let mut client = Client::start(json!({ "workspaceFolders": [{ "uri": root, "name": "w" }] }));
    client.open(&uri, &text);

    let line = text.lines().count() - 2;
    let place = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": 9 } });
    let hover = client.request("textDocument/hover", place).unwrap().to_string();
    assert!(hover.contains("3 spans") && hover.contains("4 ms"), "{hover}");

    let place = json!({ "textDocument": { "uri": uri }, "position": { "line": line + 1, "character": 14 } });
    let items = client.request("textDocument/completion", place).unwrap().to_string();
    assert!(items.contains("greeting.language"), "an attribute of the run is not offered");
    client.shut_down();
}

#[test]
fn what_nothing_turns_red_in_the_last_recorded_run_is_marked() {
    let (_folder, root, uri) = workspace();
    // The name of the second span is misspelt: no trace that looks like the last run has such an edge.
    let text = format!(
        "{CLEAN}\n[expect.graph]\nmust_not_cross = [[\"hello\", \"helo\"]]\n\n[expect.counts]\nspans_total.eq = 3\n"
    );
    let mut client = Client::start(json!({ "workspaceFolders": [{ "uri": root, "name": "w" }] }));
    client.open(&uri, &text);
    let everything = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let hints =
        client.request("textDocument/inlayHint", json!({ "textDocument": { "uri": uri }, "range": everything }));
    let hints = hints.unwrap();
    let marked = hints.as_array().unwrap().iter().filter(|hint| hint["label"] == "never red");
    let lines: Vec<u64> = marked.map(|hint| hint["position"]["line"].as_u64().unwrap()).collect();
    let wanted = text.lines().position(|line| line.starts_with("must_not_cross")).unwrap();
    assert_eq!(lines, [wanted as u64]);
    client.shut_down();
}

#[test]
fn a_recorded_run_can_be_accepted() {
    let (_folder, root, uri) = workspace();
    let literals = json!({ "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } } });
    let mut client = Client::start(json!({
        "capabilities": { "textDocument": literals }, "workspaceFolders": [{ "uri": root, "name": "w" }]
    }));
    client.open(&uri, CLEAN);
    let asked = json!({
        "textDocument": { "uri": uri },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } },
        "context": { "diagnostics": [], "only": ["source.acceptRun"] }
    });
    let actions = client.request("textDocument/codeAction", asked.clone()).unwrap();
    assert_eq!(actions[0]["title"], "expect what the last recorded run emitted");
    let edit = &actions[0]["edit"]["changes"][&uri][0];
    let added = edit["newText"].as_str().unwrap();
    assert!(added.contains("greeting.language"), "{added}");

    // Accepted, nothing more is to be accepted, and nothing is wrong.
    let accepted = format!("{CLEAN}{added}");
    client.replace(&uri, 2, &accepted);
    let wrong = client.diagnostics(&uri, Some(2));
    assert!(wrong.iter().all(|found| found["severity"].as_u64() > Some(2)), "{wrong:?}");
    assert_eq!(client.request("textDocument/codeAction", asked).unwrap(), json!([]));
    client.shut_down();
}
