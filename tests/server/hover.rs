//! Hover.

use serde_json::{Value, json};

use crate::client::{CLEAN, Client};

const URI: &str = "file:///tests/a.clnrm.toml.tera";

fn hover(client: &mut Client, line: usize, character: usize) -> Value {
    let place = json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } });
    client.request("textDocument/hover", place).unwrap()
}

#[test]
fn a_hover_is_markdown_where_the_client_shows_it() {
    let text = format!("{CLEAN}# é {{{{ 1 }}}}\n{{# é #}}[vars]\nx = \"é{{{{ svc }}}}\"\n");
    let line = text.lines().position(|line| line.starts_with("x = ")).unwrap();
    for (formats, kind) in [(json!(["markdown", "plaintext"]), "markdown"), (json!(["plaintext"]), "plaintext")] {
        let capabilities = json!({ "textDocument": { "hover": { "contentFormat": formats } } });
        let mut client = Client::start(json!({ "capabilities": capabilities }));
        client.open(URI, &text);
        let found = hover(&mut client, line, 10);
        assert_eq!(found["contents"]["kind"], kind);
        assert!(found["contents"]["value"].as_str().unwrap().starts_with("variable `svc`"), "{found}");
        let range = json!({ "start": { "line": line, "character": 9 }, "end": { "line": line, "character": 12 } });
        assert_eq!(found["range"], range, "columns count as the client counts");
        assert_eq!(hover(&mut client, 999, 0), Value::Null);
        client.shut_down();
    }
}
