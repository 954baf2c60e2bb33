//! Semantic tokens through the protocol.

use serde_json::{Value, json};

use crate::client::Client;

const URI: &str = "file:///tests/a.clnrm.toml.tera";

/// What most clients announce.
fn capabilities(multiline: bool) -> Value {
    json!({ "textDocument": { "semanticTokens": {
        "requests": { "full": { "delta": true }, "range": true },
        "tokenTypes": ["namespace", "property", "variable", "string", "number", "comment", "operator", "function", "keyword"],
        "tokenModifiers": ["definition", "deprecated"],
        "formats": ["relative"],
        "multilineTokenSupport": multiline,
    } } })
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

/// Tokens as `line:column+length type`.
fn told(capabilities: &Value, data: &[u64]) -> Vec<String> {
    let (mut line, mut column) = (0, 0);
    let types = &capabilities["semanticTokensProvider"]["legend"]["tokenTypes"];
    data.chunks(5)
        .map(|token| {
            column = if token[0] == 0 { column + token[1] } else { token[1] };
            line += token[0];
            let kind = types[usize::try_from(token[3]).unwrap()].as_str().unwrap();
            format!("{line}:{column}+{} {kind}", token[2])
        })
        .collect()
}

#[test]
fn only_what_the_client_knows_is_told() {
    let mut client = Client::spawn(&[]);
    let offered = client.initialize(json!({ "capabilities": {} }));
    assert!(offered["semanticTokensProvider"].is_null(), "a client that announces nothing gets nothing");
    client.shut_down();

    let mut client = Client::spawn(&[]);
    let offered = client.initialize(json!({ "capabilities": capabilities(false) }));
    let legend = &offered["semanticTokensProvider"]["legend"];
    assert!(!legend["tokenTypes"].as_array().unwrap().contains(&json!("macro")));
    assert_eq!(legend["tokenModifiers"], json!(["definition", "deprecated"]));
    client.open(URI, "[meta]\nname = \"😀 {{ x }}\"\ndescription = \"\"\"a\n  b\"\"\" # é\n");
    let answer = client.request("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": URI } })).unwrap();
    assert_eq!(
        told(&offered, &numbers(&answer["data"])),
        [
            "0:1+4 namespace",
            "1:0+4 property",
            "1:5+1 operator",
            "1:7+4 string",
            "1:11+2 operator",
            "1:14+1 variable",
            "1:16+2 operator",
            "1:18+1 string",
            "2:0+11 property",
            "2:12+1 operator",
            "2:14+4 string",
            "3:2+4 string",
            "3:7+3 comment",
        ]
    );
    client.shut_down();
}

#[test]
fn a_change_is_told_as_a_difference() {
    let mut client = Client::start(json!({ "capabilities": capabilities(true) }));
    client.open(URI, "[meta]\nname = \"a\"\nversion = \"1\"\n");
    let document = json!({ "uri": URI });
    let full = client.request("textDocument/semanticTokens/full", json!({ "textDocument": document })).unwrap();
    let mut data = numbers(&full["data"]);
    let mut id = full["resultId"].clone();
    for (version, text) in [
        (2, "[meta]\nname = \"a\"\nowner = true\nversion = \"1\"\n"),
        (3, "[meta]\nname = \"a\"\n"),
        (4, "# é\n[meta]\nname = \"a\"\n"),
        (5, "# é\n[meta]\nname = \"a\"\n"),
    ] {
        client.replace(URI, version, text);
        let params = json!({ "textDocument": document, "previousResultId": id });
        let delta = client.request("textDocument/semanticTokens/full/delta", params).unwrap();
        for edit in delta["edits"].as_array().unwrap() {
            let number = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap();
            let start = number("start");
            data.splice(start..start + number("deleteCount"), numbers(&edit["data"]));
        }
        id = delta["resultId"].clone();
        let full = client.request("textDocument/semanticTokens/full", json!({ "textDocument": document })).unwrap();
        assert_eq!(data, numbers(&full["data"]), "{text}");
        id = if full["resultId"] == id { id } else { full["resultId"].clone() };
    }
    let params = json!({ "textDocument": document, "previousResultId": "of another session" });
    let answer = client.request("textDocument/semanticTokens/full/delta", params).unwrap();
    assert_eq!(numbers(&answer["data"]), data, "what is not known any more is told whole");
    let range = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 2, "character": 3 } });
    let params = json!({ "textDocument": document, "range": range });
    let part = client.request("textDocument/semanticTokens/range", params).unwrap();
    assert_eq!(numbers(&part["data"])[..3], [2, 0, 4]);
    client.shut_down();
}
