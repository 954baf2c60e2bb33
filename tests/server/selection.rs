//! Selection ranges through the protocol.

use serde_json::json;

use crate::client::Client;

const URI: &str = "file:///tests/a.clnrm.toml";

#[test]
fn ranges_are_nested_and_counted_as_the_client_counts() {
    let mut client = Client::start(json!({ "capabilities": { "general": { "positionEncodings": ["utf-16"] } } }));
    client.open(URI, "[meta]\nname = \"😀 größe\"\n");
    let positions = json!([{ "line": 1, "character": 12 }, { "line": 0, "character": 1 }]);
    let params = json!({ "textDocument": { "uri": URI }, "positions": positions });
    let answer = client.request("textDocument/selectionRange", params).unwrap();
    let ranges = |range: &serde_json::Value| {
        let mut at = range;
        let mut found = Vec::new();
        while !at.is_null() {
            let place = |which: &str| (at["range"][which]["line"].clone(), at["range"][which]["character"].clone());
            found.push((place("start"), place("end")));
            at = &at["parent"];
        }
        found
    };
    let place = |line: u64, character: u64| (json!(line), json!(character));
    assert_eq!(
        ranges(&answer[0]),
        [
            (place(1, 11), place(1, 16)),
            (place(1, 8), place(1, 16)),
            (place(1, 7), place(1, 17)),
            (place(1, 0), place(1, 17)),
            (place(0, 0), place(1, 17)),
            (place(0, 0), place(2, 0)),
        ]
    );
    assert_eq!(answer.as_array().unwrap().len(), 2, "one for each position");
    client.shut_down();
}

#[test]
fn folds_are_told_by_lines() {
    let mut client = Client::start(json!({}));
    client.open(URI, "# ä\n# b\n[meta]\nname = [\n  \"x\",\n]\n\n[[steps]]\nname = \"s\"\n");
    let folds = client.request("textDocument/foldingRange", json!({ "textDocument": { "uri": URI } })).unwrap();
    let lines: Vec<_> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap(), fold["kind"].as_str()))
        .collect();
    assert_eq!(lines, [(0, 1, Some("comment")), (2, 5, None), (3, 5, None), (7, 8, None)]);
    client.shut_down();
}
