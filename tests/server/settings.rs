//! Settings from `initializationOptions`, `workspace/configuration` and its changes; trust.

use serde_json::{Value, json};

use crate::client::{CLEAN, Client, brief};

const URI: &str = "file:///tests/a.clnrm.toml";

/// A test with one hint and nothing else.
fn hinted() -> String {
    CLEAN.replace("description = \"Nothing to say about it.\"\n", "")
}

#[test]
fn initialization_options_count_where_there_is_no_configuration() {
    let mut client = Client::start(json!({ "initializationOptions": { "settings": { "check": { "hints": false } } } }));
    client.open(URI, &hinted());
    assert_eq!(brief(&client.diagnostics(URI, Some(1))), [""; 0]);
    client
        .notify("workspace/didChangeConfiguration", json!({ "settings": { "clnrm": { "check": { "hints": true } } } }));
    // What the start of the file watcher makes the server say once more may come before.
    client.wait("the hint", |message| message["params"]["diagnostics"][0]["code"] == "missing-description");
    client.shut_down();
}

#[test]
fn the_configuration_of_the_client_is_asked_for_and_asked_again() {
    let mut client = Client::spawn(&[]);
    client.configuration = Some(json!({ "check": { "hints": false } }));
    client.initialize(json!({ "capabilities": { "workspace": { "configuration": true } } }));
    client.wait("the question", |message| message["method"] == "workspace/configuration");
    client.open(URI, &hinted());
    // The answer to the question may come after the first check: what counts is that the hint goes.
    client.wait("nothing", |message| {
        message["method"] == "textDocument/publishDiagnostics" && message["params"]["diagnostics"] == json!([])
    });
    for wrong in [Value::Null, json!("nonsense"), json!({ "check": [] })] {
        client.configuration = Some(wrong);
        client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
        client.wait("the question", |message| message["method"] == "workspace/configuration");
    }
    client.configuration = Some(json!({ "check": { "hints": true } }));
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    client.wait("the hint", |message| message["params"]["diagnostics"][0]["code"] == "missing-description");
    client.shut_down();
}

#[test]
fn an_untrusted_workspace_sees_no_environment() {
    let text =
        format!("{CLEAN}\n{{% if env(name=\"PATH\") | default(value=\"\") != \"\" %}}\n[unheard_of]\n{{% endif %}}\n");
    let uri = "file:///tests/a.clnrm.toml.tera";
    for (trusted, found) in [(true, 1), (false, 0)] {
        let mut client = Client::start(json!({ "initializationOptions": { "workspaceTrusted": trusted } }));
        assert_eq!(client.request("clnrm/status", json!({})).unwrap()["trusted"], trusted);
        client.open(uri, &text);
        let diagnostics = client.diagnostics(uri, Some(1));
        let unknown = diagnostics.iter().filter(|it| it["code"] == "unknown-key").count();
        assert_eq!(unknown, found, "trusted: {trusted}, {diagnostics:?}");
        client.shut_down();
    }
}

#[test]
fn every_setting_is_documented() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/settings.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let all = json!({
        "workspaceTrusted": false,
        "settings": { "check": { "level": "syntax", "allCombinations": true, "hints": false }, "variables": { "port": 80 },
            "format": { "style": "keep", "indent": 4, "width": 100, "trailingCommas": false, "onSave": true },
            "inlayHints": { "values": false, "parameters": false, "durations": false, "ports": false, "matches": false } },
    });
    assert!(validator.is_valid(&all));
    assert!(!validator.is_valid(&json!({ "settings": { "check": { "level": "everything" } } })));
    // What the schema promises is what the server takes: with the level "syntax" the orphan is not looked for.
    let mut client = Client::start(json!({ "initializationOptions": all }));
    client.open(URI, &crate::client::broken());
    assert_eq!(brief(&client.diagnostics(URI, Some(1))), [""; 0]);
    client.shut_down();
}
