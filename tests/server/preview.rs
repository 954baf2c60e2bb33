//! The rendered preview, the commands and the status.

use serde_json::{Value, json};

use crate::client::{CLEAN, Client};

const URI: &str = "file:///tests/a.clnrm.toml.tera";

fn template() -> String {
    format!(
        "{CLEAN}{{% for name in [\"one\", \"two\"] %}}\n[[expect.span]]\nname = \"{{{{ name }}}}\"\n{{% endfor %}}\n"
    )
}

#[test]
fn the_preview_follows_the_source_and_maps_both_ways() {
    let mut client = Client::start(json!({}));
    client.open(URI, &template());
    let rendered = client.request("clnrm/rendered", json!({ "uri": URI })).unwrap();
    let text = rendered["text"].as_str().unwrap().to_owned();
    assert!(text.contains("name = \"one\"") && text.contains("name = \"two\""), "{text}");
    assert_eq!(rendered["version"], 1);
    assert_eq!(rendered["uri"], "clnrm-rendered:///tests/a.clnrm.toml.tera");

    let line = template().lines().position(|line| line == "name = \"{{ name }}\"").unwrap();
    let place = json!({ "uri": URI, "position": { "line": line, "character": 0 } });
    let ranges = client.request("clnrm/renderedRanges", place).unwrap();
    let lines: Vec<_> =
        ranges.as_array().unwrap().iter().map(|range| range["start"]["line"].as_u64().unwrap()).collect();
    let expected: Vec<_> = ["name = \"one\"", "name = \"two\""]
        .map(|wanted| text.lines().position(|line| line == wanted).unwrap() as u64)
        .into();
    assert_eq!(lines, expected);
    let place = json!({ "uri": URI, "range": { "start": { "line": lines[1], "character": 0 }, "end": { "line": lines[1], "character": 4 } } });
    let back = client.request("clnrm/sourceRange", place).unwrap();
    assert_eq!(back["start"], json!({ "line": line, "character": 0 }));

    client.replace(URI, 2, &template().replace("\"two\"", "\"three\""));
    let changed = client.wait("the second render", |message| {
        message["method"] == "clnrm/renderedChanged" && message["params"]["version"] == 2
    });
    let changed = &changed["params"];
    assert!(changed["text"].as_str().unwrap().contains("name = \"three\""));
    client.shut_down();
}

#[test]
fn the_commands_do_what_they_say() {
    let mut client = Client::start(json!({}));
    client.open(URI, &template());
    client.diagnostics(URI, Some(1));
    let run = |client: &mut Client, command: &str, arguments: Value| {
        client.request("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
    };
    let shown = run(&mut client, "clnrm.showRendered", json!([URI])).unwrap();
    assert!(shown["text"].as_str().unwrap().contains("name = \"one\""));
    assert_eq!(run(&mut client, "clnrm.showRendered", json!([])).unwrap_err()["code"], -32602);
    assert_eq!(run(&mut client, "clnrm.unheardOf", json!([])).unwrap_err()["code"], -32602);
    let cleared = run(&mut client, "clnrm.clearCache", json!([])).unwrap();
    assert_eq!(cleared, json!({ "cleared": 1 }));
    client.diagnostics(URI, Some(1));
    let status = run(&mut client, "clnrm.showStatus", json!([{ "uri": URI }])).unwrap();
    assert_eq!(status["document"]["kind"], "test");
    assert_eq!(status["openDocuments"], 1);
    assert!(status["latencyMs"]["count"].as_u64().unwrap() >= 2);
    client.shut_down();
}
