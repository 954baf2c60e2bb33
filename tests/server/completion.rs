//! Completion and signature help through the protocol.

use serde_json::{Value, json};

use crate::client::Client;

const URI: &str = "file:///tests/a.clnrm.toml.tera";

const RICH: &str = r#"{ "capabilities": { "textDocument": {
    "completion": { "completionItem": { "snippetSupport": true, "insertReplaceSupport": true, "commitCharactersSupport": true } },
    "signatureHelp": { "signatureInformation": { "parameterInformation": { "labelOffsetSupport": true } } } } } }"#;

/// Asks at `$0`.
fn ask(client: &mut Client, method: &str, uri: &str, marked: &str) -> Value {
    let at = marked.find("$0").unwrap();
    client.open(uri, &marked.replace("$0", ""));
    let line = marked[..at].matches('\n').count();
    let column = marked[..at].rsplit('\n').next().unwrap().encode_utf16().count();
    let position = json!({ "line": line, "character": column });
    let answer = client.request(method, json!({ "textDocument": { "uri": uri }, "position": position })).unwrap();
    client.close(uri);
    answer
}

fn item<'a>(list: &'a Value, label: &str) -> &'a Value {
    let items = list["items"].as_array().unwrap();
    items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("no `{label}` in {list}"))
}

#[test]
fn items_fit_what_the_client_can_do() {
    let text = "[[expect.span]]\nname = \"é\"\nki$0nd\n";
    let mut rich = Client::start(serde_json::from_str(RICH).unwrap());
    let list = ask(&mut rich, "textDocument/completion", URI, text);
    let kind = item(&list, "kind");
    assert_eq!(kind["insertTextFormat"], 2);
    assert_eq!(kind["textEdit"]["newText"], "kind = \"${1|internal,server,client,producer,consumer|}\"");
    let range = |end: u32| json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 2, "character": end } });
    assert_eq!((&kind["textEdit"]["insert"], &kind["textEdit"]["replace"]), (&range(2), &range(4)));
    assert!(kind["documentation"].is_null(), "documentation comes when it is asked for");
    let resolved = rich.request("completionItem/resolve", kind.clone()).unwrap();
    assert!(resolved["documentation"]["value"].as_str().unwrap().contains("span's kind"), "{resolved}");
    let fields = ask(&mut rich, "textDocument/completion", URI, "a = \"é {{ vars.$0 }}\"\n");
    assert_eq!(item(&fields, "svc")["commitCharacters"], json!(["."]));
    assert_eq!(item(&fields, "svc")["textEdit"]["range"]["start"]["character"], 15, "in units of UTF-16");
    rich.shut_down();

    let mut plain = Client::start(json!({}));
    let list = ask(&mut plain, "textDocument/completion", URI, text);
    let kind = item(&list, "kind");
    assert_eq!((&kind["insertTextFormat"], &kind["textEdit"]["range"]), (&json!(1), &range(4)));
    assert_eq!(kind["textEdit"]["newText"], "kind = \"internal\"");
    let sorted: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["sortText"].as_str().unwrap()).collect();
    assert!(sorted.is_sorted(), "the order is that of the list");
    assert_eq!(list["isIncomplete"], false);
    plain.shut_down();
}

#[test]
fn the_workspace_gives_images_and_templates() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("_mine.toml.tera"), "").unwrap();
    let other = "[meta]\nname = \"o\"\nversion = \"1\"\n[services.a]\nimage = \"registry/own:1\"\n";
    std::fs::write(folder.path().join("other.clnrm.toml"), other).unwrap();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("_secret.toml.tera"), "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path().join("_secret.toml.tera"), folder.path().join("_link.toml.tera"))
        .unwrap();
    let root = format!("file://{}", folder.path().display());
    let uri = format!("{root}/a.clnrm.toml.tera");
    let folders = json!([{ "uri": root, "name": "w" }]);
    let options = json!({ "workspaceTrusted": false });
    let mut client = Client::start(json!({ "workspaceFolders": folders, "initializationOptions": options }));
    let images = ask(&mut client, "textDocument/completion", &uri, "[services.b]\nimage = \"$0\"\n");
    assert_eq!(item(&images, "registry/own:1")["detail"], "used in this workspace");
    let files = ask(&mut client, "textDocument/completion", &uri, "{% import \"$0\" as m %}\n");
    let labels: Vec<&str> =
        files["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(
        labels,
        ["_mine.toml.tera", "_macros.toml.tera"],
        "what leads out of an untrusted workspace is not read"
    );
    client.shut_down();
}

#[test]
fn signatures_tell_the_parameter() {
    let text = "{% import \"_macros.toml.tera\" as m %}\n{{ m::window(\"é\", $0) }}\n";
    let mut rich = Client::start(serde_json::from_str(RICH).unwrap());
    let help = ask(&mut rich, "textDocument/signatureHelp", URI, text);
    assert_eq!(help["signatures"][0]["label"], "m::window(start, end)");
    assert_eq!(help["signatures"][0]["parameters"][1]["label"], json!([17, 20]));
    assert_eq!(help["activeParameter"], 1);
    assert_eq!(ask(&mut rich, "textDocument/signatureHelp", URI, "[meta]$0"), Value::Null);
    rich.shut_down();
    let mut plain = Client::start(json!({}));
    let help = ask(&mut plain, "textDocument/signatureHelp", URI, text);
    assert_eq!(help["signatures"][0]["parameters"][1]["label"], "end");
    plain.shut_down();
}
