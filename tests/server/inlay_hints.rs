//! Inlay hints.

use serde_json::{Value, json};

use crate::client::{CLEAN, Client};

const URI: &str = "file:///tests/a.clnrm.toml.tera";

fn hints(client: &mut Client) -> Vec<Value> {
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
    let params = json!({ "textDocument": { "uri": URI }, "range": range });
    client.request("textDocument/inlayHint", params).unwrap().as_array().unwrap().clone()
}

fn text() -> String {
    format!("{CLEAN}{{# é #}}[vars]\nx = \"é😀{{{{ svc }}}}\"\n")
}

#[test]
fn hints_stand_behind_their_tag_and_tell_more_when_asked() {
    let mut client = Client::start(json!({}));
    client.open(URI, &text());
    let found = hints(&mut client);
    let [time, hint] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(time["label"], "= 1 s");
    let line = text().lines().position(|line| line.starts_with("x = ")).unwrap();
    assert_eq!(hint["label"], "= clnrm");
    assert_eq!(hint["position"], json!({ "line": line, "character": 17 }), "in UTF-16");
    let resolved = client.request("inlayHint/resolve", hint.clone()).unwrap();
    assert_eq!(resolved["tooltip"], "Renders to `clnrm`.");
    client.replace(URI, 2, &text());
    let stale = client.request("inlayHint/resolve", hint.clone()).unwrap();
    assert_eq!(stale["tooltip"], Value::Null, "it belongs to an older version");
    let foreign = json!({ "position": { "line": 0, "character": 0 }, "label": "x" });
    assert_eq!(client.request("inlayHint/resolve", foreign).unwrap_err()["code"], -32602);
    client.shut_down();
}

#[test]
fn hints_are_switched_by_settings_and_asked_for_again() {
    let off = json!({ "inlayHints": { "values": false, "durations": false } });
    let refresh =
        json!({ "workspace": { "inlayHint": { "refreshSupport": true }, "codeLens": { "refreshSupport": true } } });
    let mut client = Client::start(json!({ "capabilities": refresh, "initializationOptions": { "settings": off } }));
    client.open(URI, &text());
    assert_eq!(hints(&mut client), [Value::Null; 0]);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "clnrm": { "inlayHints": {} } } }));
    client.wait("the news of hints", |message| message["method"] == "workspace/inlayHint/refresh");
    client.wait("the news of lenses", |message| message["method"] == "workspace/codeLens/refresh");
    assert_eq!(hints(&mut client).len(), 2);
    client.shut_down();
}
