//! Diagnostics: pushed or pulled, with their version, in the client's encoding, cleared when the document closes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{CLEAN, Client, FOUND, brief, broken};

const URI: &str = "file:///tests/a.clnrm.toml";

/// A client that pulls.
fn pulling() -> Value {
    json!({ "capabilities": { "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": {} } } })
}

#[test]
fn each_change_is_answered_with_the_diagnostics_of_its_version() {
    let mut client = Client::start(json!({}));
    client.open(URI, CLEAN);
    assert_eq!(brief(&client.diagnostics(URI, Some(1))), [""; 0]);
    client.replace(URI, 2, &broken());
    assert_eq!(brief(&client.diagnostics(URI, Some(2))), [FOUND]);
    let range = json!({ "start": { "line": 6, "character": 16 }, "end": { "line": 6, "character": 17 } });
    client.change(URI, 3, json!([{ "range": range, "text": "ut" }]));
    assert_eq!(brief(&client.diagnostics(URI, Some(3))), [""; 0]);
    client.shut_down();
}

#[test]
fn closing_clears() {
    let mut client = Client::start(json!({}));
    client.open(URI, &broken());
    assert_eq!(client.diagnostics(URI, Some(1)).len(), 1);
    client.close(URI);
    assert_eq!(client.diagnostics(URI, None), [Value::Null; 0]);
    client.open(URI, &broken());
    assert_eq!(client.diagnostics(URI, Some(1)).len(), 1, "opened again");
    client.shut_down();
}

#[test]
fn a_diagnostic_carries_what_the_client_can_show_and_nothing_else() {
    let mut plain = Client::start(json!({}));
    plain.open(URI, &broken());
    let diagnostic = plain.diagnostics(URI, Some(1)).remove(0);
    for absent in ["relatedInformation", "codeDescription", "data", "tags"] {
        assert!(diagnostic.get(absent).is_none(), "{absent}");
    }
    assert_eq!(diagnostic["source"], "clnrm");
    assert_eq!(diagnostic["severity"], 1);

    let can = json!({ "relatedInformation": true, "codeDescriptionSupport": true, "dataSupport": true,
                      "tagSupport": { "valueSet": [1, 2] } });
    let mut rich = Client::start(json!({ "capabilities": { "textDocument": { "publishDiagnostics": can } } }));
    rich.open(URI, &broken());
    let diagnostic = rich.diagnostics(URI, Some(1)).remove(0);
    let page = diagnostic["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("rules.md#unknown-value"), "{page}");
    assert_eq!(diagnostic["data"]["version"], 1);
}

#[test]
fn a_mistake_in_a_template_stands_in_the_template() {
    let text = format!(
        "{{% macro scenario(name, target) %}}\n[[scenario]]\nname = \"{{{{ name }}}}\"\nservice = \"{{{{ target }}}}\"\nrun = \"true\"\n\
         {{% endmacro %}}\n{CLEAN}\n{{{{ self::scenario(name=\"two\", target=\"apj\") }}}}\n"
    );
    let can = json!({ "textDocument": { "publishDiagnostics": { "relatedInformation": true } } });
    let mut client = Client::start(json!({ "capabilities": can }));
    let uri = "file:///tests/a.clnrm.toml.tera";
    client.open(uri, &text);
    let diagnostics = client.diagnostics(uri, Some(1));
    let orphan = diagnostics.iter().find(|diagnostic| diagnostic["code"] == "orphan-service").expect("an orphan");
    let line = text.lines().position(|line| line.contains("self::scenario")).unwrap();
    let column = text.lines().nth(line).unwrap().find("\"apj\"").unwrap();
    assert_eq!(orphan["range"]["start"], json!({ "line": line, "character": column }));
    let related: Vec<_> = orphan["relatedInformation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["location"]["range"]["start"]["line"])
        .collect();
    assert!(related.contains(&&json!(3)), "the line of the macro is told: {related:?}");
    client.shut_down();
}

#[test]
fn columns_count_in_the_first_encoding_of_the_client_that_we_know() {
    let text = CLEAN.replace("[meta]", "[meta]\n\"sérvice🦀\" = 1");
    for (encodings, expected) in [
        (json!(["utf-8", "utf-16"]), "utf-8"),
        (json!(["utf-32", "utf-8"]), "utf-32"),
        (json!(["utf-7", "utf-16"]), "utf-16"),
        (json!([]), "utf-16"),
    ] {
        let mut client = Client::spawn(&[]);
        let capabilities =
            client.initialize(json!({ "capabilities": { "general": { "positionEncodings": encodings } } }));
        assert_eq!(capabilities["positionEncoding"], expected);
        client.open(URI, &text);
        let unknown = client
            .diagnostics(URI, Some(1))
            .into_iter()
            .find(|it| it["code"] == "unknown-key")
            .expect("an unknown key");
        let width = match expected {
            "utf-8" => 14,
            "utf-16" => 11,
            _ => 10,
        };
        assert_eq!(unknown["range"]["end"]["character"], width, "{expected}");
        client.shut_down();
    }
}

#[test]
fn a_client_that_pulls_gets_nothing_pushed() {
    let mut client = Client::start(pulling());
    client.open(URI, &broken());
    assert_eq!(brief(&client.pull(URI)), [FOUND]);
    client.replace(URI, 2, CLEAN);
    assert_eq!(brief(&client.pull(URI)), [""; 0]);
    assert!(client.is_silent("textDocument/publishDiagnostics", Duration::from_millis(100)));
    assert_eq!(client.pull("file:///never/opened.clnrm.toml"), [Value::Null; 0]);
    client.shut_down();
}

#[test]
fn an_unchanged_report_is_not_sent_again() {
    let mut client = Client::start(pulling());
    client.open(URI, &broken());
    let ask = |client: &mut Client, previous: Value| {
        let params = json!({ "textDocument": { "uri": URI }, "previousResultId": previous });
        client.request("textDocument/diagnostic", params).unwrap()
    };
    let first = ask(&mut client, Value::Null);
    let id = first["resultId"].clone();
    assert_eq!(ask(&mut client, id.clone()), json!({ "kind": "unchanged", "resultId": id }));
    client.replace(URI, 2, CLEAN);
    let mended = ask(&mut client, id.clone());
    assert_eq!(mended["kind"], "full");
    assert_ne!(mended["resultId"], id);
    client.shut_down();
}

#[test]
fn the_workspace_report_has_closed_files_and_open_texts() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("closed.clnrm.toml"), broken()).unwrap();
    std::fs::write(file("open.clnrm.toml"), CLEAN).unwrap();
    std::fs::write(file("ignored.clnrm.toml"), broken()).unwrap();
    std::fs::write(file(".gitignore"), "ignored.*\n").unwrap();
    let uri = |name: &str| format!("file://{}", file(name).display());
    let mut parameters = pulling();
    parameters["workspaceFolders"] = json!([{ "uri": format!("file://{}", folder.path().display()), "name": "w" }]);
    let mut client = Client::start(parameters);
    client.open(&uri("open.clnrm.toml"), &broken());
    client.pull(&uri("open.clnrm.toml"));

    let ask = |client: &mut Client, previous: Value| {
        let report = client.request("workspace/diagnostic", json!({ "previousResultIds": previous })).unwrap();
        report["items"].as_array().unwrap().clone()
    };
    let items = ask(&mut client, json!([]));
    let told: Vec<_> = items
        .iter()
        .map(|item| (item["uri"].as_str().unwrap(), &item["version"], item["items"].as_array().unwrap().len()))
        .collect();
    assert_eq!(told, [(&*uri("closed.clnrm.toml"), &Value::Null, 1), (&*uri("open.clnrm.toml"), &json!(1), 1)]);

    let known: Vec<_> = items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    assert!(ask(&mut client, json!(known)).iter().all(|item| item["kind"] == "unchanged"));
    std::fs::write(file("closed.clnrm.toml"), CLEAN).unwrap();
    let kinds: Vec<_> = ask(&mut client, json!(known)).iter().map(|item| item["kind"].clone()).collect();
    assert_eq!(kinds, ["full", "unchanged"]);
    client.shut_down();
}
