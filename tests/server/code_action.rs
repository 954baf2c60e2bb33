//! Code actions through the protocol.

use serde_json::{Value, json};

use crate::client::Client;

const URI: &str = "file:///tests/a.clnrm.toml";
const TEXT: &str = "[meta]\nname = \"é\"\nversion = \"1\"\n\n[services.db]\nimage = \"alpine:3\"\n\n[[scenario]]\nname = \"s\"\nservice = \"bd\"\nrun = \"true\"\n";

fn capabilities(resolves: bool) -> Value {
    let mut action = json!({
        "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix", "refactor", "source"] } },
        "isPreferredSupport": true,
        "disabledSupport": true,
        "dataSupport": true,
    });
    if resolves {
        action["resolveSupport"] = json!({ "properties": ["edit"] });
    }
    json!({
        "textDocument": { "codeAction": action },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
    })
}

fn ask(client: &mut Client, line: u32, character: u32, context: Value) -> Vec<Value> {
    let place = json!({ "line": line, "character": character });
    let params = json!({
        "textDocument": { "uri": URI },
        "range": { "start": place, "end": place },
        "context": context,
    });
    client.request("textDocument/codeAction", params).unwrap().as_array().unwrap().clone()
}

#[test]
fn a_client_that_knows_no_actions_with_edits_gets_none() {
    let mut client = Client::spawn(&[]);
    let offered = client.initialize(json!({}));
    assert!(offered["codeActionProvider"].is_null());
    client.shut_down();
}

#[test]
fn a_quick_fix_is_linked_to_its_diagnostic_and_carries_its_edit() {
    let mut client = Client::start(json!({ "capabilities": capabilities(false) }));
    client.open(URI, TEXT);
    let diagnostic = json!({
        "range": { "start": { "line": 9, "character": 11 }, "end": { "line": 9, "character": 13 } },
        "code": "orphan-service",
        "message": "whatever the client keeps",
    });
    let actions = ask(&mut client, 9, 12, json!({ "diagnostics": [diagnostic], "only": ["quickfix"] }));
    let fix = &actions[0];
    assert_eq!(fix["title"], "replace `bd` by `db`");
    assert_eq!(fix["isPreferred"], true);
    assert_eq!(fix["diagnostics"][0]["code"], "orphan-service");
    let change = &fix["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": URI, "version": 1 }));
    assert_eq!(change["edits"][0]["newText"], "db");
    assert_eq!(change["edits"][0]["range"]["start"], json!({ "line": 9, "character": 11 }));
    assert_eq!(actions[1]["title"], "allow `orphan-service` here");
    assert!(actions.iter().all(|action| action["kind"] == "quickfix"), "{actions:?}");
    client.shut_down();
}

#[test]
fn the_edit_comes_when_an_action_is_chosen() {
    let mut client = Client::start(json!({ "capabilities": capabilities(true) }));
    client.open(URI, TEXT);
    let actions = ask(&mut client, 5, 10, json!({ "diagnostics": [], "only": ["refactor"], "triggerKind": 1 }));
    let extract = actions.iter().find(|action| action["kind"] == "refactor.extract").unwrap();
    assert!(extract["edit"].is_null());
    let resolved = client.request("codeAction/resolve", extract.clone()).unwrap();
    let edits = resolved["edit"]["documentChanges"][0]["edits"].as_array().unwrap();
    assert!(edits.iter().any(|edit| edit["newText"] == "{{ vars.image }}"), "{edits:?}");
    // What was offered for another text is not made.
    client.replace(URI, 2, &TEXT.replace("alpine", "debian"));
    let error = client.request("codeAction/resolve", extract.clone()).unwrap_err();
    assert_eq!(error["code"], -32801);
    let run = json!({ "title": "run this file", "command": { "title": "run this file", "command": "clnrm.runFile" } });
    assert_eq!(client.request("codeAction/resolve", run.clone()), Ok(run), "nothing is to be added");
    let error = client.request("codeAction/resolve", json!({ "title": "of another server" })).unwrap_err();
    assert_eq!(error["code"], -32602);
    client.shut_down();
}

#[test]
fn what_is_impossible_is_told_with_the_reason_to_those_who_ask() {
    let mut client = Client::start(json!({ "capabilities": capabilities(true) }));
    client.open(URI, "[meta]\nname = \"n\"\nversion = \"1\"\n\n[a]\nb = { c = 1 } # why\n");
    let rewrites = |client: &mut Client, trigger: u32| {
        ask(client, 5, 0, json!({ "diagnostics": [], "only": ["refactor.rewrite"], "triggerKind": trigger }))
    };
    let asked = rewrites(&mut client, 1);
    assert_eq!(asked[0]["disabled"]["reason"], "a comment would be lost");
    assert!(asked[0]["edit"].is_null() && asked[0]["data"].is_null());
    assert!(rewrites(&mut client, 2).is_empty());
    client.shut_down();
}

#[test]
fn all_is_fixed_at_once_where_that_is_asked_for() {
    let mut client = Client::start(json!({ "capabilities": capabilities(false) }));
    client.open(URI, "[meta]\nname = \"n\"; version = \"1\"\n\n[[steps]]\nname = \"s\"\ncommand = [\"true\"]\n\n[expect.count]\nspans_total = { gte = 1 }\n");
    let automatic = ask(&mut client, 0, 0, json!({ "diagnostics": [], "triggerKind": 2 }));
    assert!(automatic.iter().all(|action| action["kind"] != "source.fixAll.clnrm"));
    let actions = ask(&mut client, 0, 0, json!({ "diagnostics": [], "only": ["source.fixAll"] }));
    assert_eq!(actions.len(), 1);
    assert_eq!(actions[0]["kind"], "source.fixAll.clnrm");
    let edits = actions[0]["edit"]["documentChanges"][0]["edits"].to_string();
    assert!(edits.contains("counts") || edits.contains("\"s\""), "{edits}");
    client.shut_down();
}
