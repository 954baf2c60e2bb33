//! Formatting through the protocol.

use serde_json::{Value, json};

use crate::client::Client;

const URI: &str = "file:///tests/a.clnrm.toml.tera";

const UGLY: &str =
    "[meta]\nversion=\"é\"\nname = \"{{svc}}\"   # why\n\n{% if env %}\n[[steps ]]\nname=\"b\"\n{% endif %}\n";

/// `text` with the edits of an answer made. All columns are ASCII here, or lie before what is not.
fn applied(text: &str, edits: &Value) -> String {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let offset = |place: &Value| {
        let line = starts[usize::try_from(place["line"].as_u64().unwrap()).unwrap()];
        let column = usize::try_from(place["character"].as_u64().unwrap()).unwrap();
        line + text[line..].chars().take(column).map(char::len_utf8).sum::<usize>()
    };
    let mut text_after = text.to_owned();
    for edit in edits.as_array().unwrap().iter().rev() {
        let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        text_after.replace_range(range, edit["newText"].as_str().unwrap());
    }
    text_after
}

fn format(client: &mut Client, uri: &str) -> Value {
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    client.request("textDocument/formatting", json!({ "textDocument": { "uri": uri }, "options": options })).unwrap()
}

#[test]
fn a_document_is_formatted_by_small_edits() {
    let mut client = Client::start(json!({}));
    client.open(URI, UGLY);
    let edits = format(&mut client, URI);
    let after =
        "[meta]\nname = \"{{ svc }}\" # why\nversion = \"é\"\n\n{% if env %}\n[[steps]]\nname = \"b\"\n{% endif %}\n";
    assert_eq!(applied(UGLY, &edits), after);
    assert!(edits.as_array().unwrap().len() >= 3, "not one edit for all: {edits}");
    client.replace(URI, 2, after);
    assert_eq!(format(&mut client, URI), json!([]));
    client.shut_down();
}

#[test]
fn ranges_and_completed_lines_are_formatted_alone() {
    let mut client = Client::start(json!({}));
    client.open(URI, UGLY);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let range = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 3 } });
    let params = json!({ "textDocument": { "uri": URI }, "range": range, "options": options });
    let edits = client.request("textDocument/rangeFormatting", params).unwrap();
    assert_eq!(applied(UGLY, &edits), UGLY.replace("version=", "version = "));
    let position = json!({ "line": 6, "character": 0 });
    let params = json!({ "textDocument": { "uri": URI }, "position": position, "ch": "\n", "options": options });
    let edits = client.request("textDocument/onTypeFormatting", params).unwrap();
    assert_eq!(applied(UGLY, &edits), UGLY.replace("[[steps ]]", "[[steps]]"));
    client.shut_down();
}

#[test]
fn before_a_save_a_document_is_formatted_where_the_settings_say_so() {
    for on_save in [false, true] {
        let capabilities = json!({ "textDocument": { "synchronization": { "willSaveWaitUntil": true } } });
        let settings = json!({ "format": { "onSave": on_save, "style": "keep" } });
        let mut client =
            Client::start(json!({ "capabilities": capabilities, "initializationOptions": { "settings": settings } }));
        client.open(URI, "[meta]\nversion=\"1\"\nname=\"n\"\n");
        let params = json!({ "textDocument": { "uri": URI }, "reason": 1 });
        let edits = client.request("textDocument/willSaveWaitUntil", params).unwrap();
        match on_save {
            false => assert!(edits.is_null()),
            true => assert_eq!(
                applied("[meta]\nversion=\"1\"\nname=\"n\"\n", &edits),
                "[meta]\nversion = \"1\"\nname = \"n\"\n"
            ),
        }
        client.shut_down();
    }
}

#[test]
fn what_is_being_typed_is_left_alone() {
    let mut client = Client::start(json!({}));
    client.open(URI, "[meta]\nname=\"n\nversion=\"1\"\n");
    assert_eq!(format(&mut client, URI), json!([]));
    client.replace(URI, 2, "{% if x %}\na=1\n");
    assert_eq!(format(&mut client, URI), json!([]));
    client.shut_down();
}

#[test]
fn what_is_left_alone_is_told_once() {
    let mut client = Client::start(json!({}));
    client.open(URI, "[meta]\nname=\"n\nversion=\"1\"\n");
    for version in 2..4 {
        assert_eq!(format(&mut client, URI), json!([]));
        client.replace(URI, version, "[meta]\nname=\"n\nversion=\"2\"\n");
    }
    client.replace(URI, 4, "[meta]\nname =\"n\"\ntags = [{% for t in [] %}{% endfor %}]\n");
    assert_ne!(format(&mut client, URI), json!([]));
    let told: Vec<&Value> = client.received("window/logMessage").map(|told| &told["params"]).collect();
    let expected = [
        "line 2: not formatted: from here on it is no TOML; mend what `--check` shows first",
        "line 3: left as it is: its structure depends on the template",
    ];
    let expected = expected.map(|text| json!({ "type": 3, "message": format!("formatting {URI}: {text}") }));
    assert_eq!(told, expected.iter().collect::<Vec<_>>());
    let status = client.request("clnrm/status", json!({ "uri": URI })).unwrap();
    assert_eq!(
        status["document"]["leftAlone"],
        json!(["line 3: left as it is: its structure depends on the template"])
    );
    client.shut_down();
}

#[test]
fn an_answer_for_a_version_that_has_gone_is_no_answer() {
    let mut client = Client::start(json!({}));
    // Large enough that the change arrives while it is being formatted.
    let text: String = (0..4000).map(|index| format!("[[steps]]\nname=\"n{index}\"\nrun= \"x\"\n\n")).collect();
    client.open(URI, &text);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let id = client.ask("textDocument/formatting", json!({ "textDocument": { "uri": URI }, "options": options }));
    client.replace(URI, 2, "a=1\n");
    let error = client.answer(&json!(id)).unwrap_err();
    assert_eq!(error["code"], -32801);
    assert_eq!(applied("a=1\n", &format(&mut client, URI)), "a = 1\n");
    client.shut_down();
}
