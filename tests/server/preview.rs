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

#[test]
fn a_lens_chooses_one_round_and_the_preview_follows_it() {
    let mut client = Client::start(json!({}));
    client.open(URI, &template());
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": URI } })).unwrap();
    let of_preview = |lens: &&Value| lens["command"]["command"] == "clnrm.showRendered";
    let lenses: Vec<_> = lenses.as_array().unwrap().iter().filter(of_preview).collect();
    let titles: Vec<_> = lenses.iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["preview round 1 of 2", "preview round 2 of 2"]);
    let second = &lenses[1]["command"];
    let line = template().lines().position(|line| line.starts_with("{% for")).unwrap();
    assert_eq!(lenses[1]["range"]["start"], json!({ "line": line, "character": 0 }));
    let shown = client.request("workspace/executeCommand", second.clone()).unwrap();
    assert_eq!(shown["uri"], "clnrm-rendered:///tests/a.clnrm.toml.tera?loop=0&round=1");
    let text = shown["text"].as_str().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let [range] = shown["ranges"].as_array().unwrap().as_slice() else { panic!("{shown}") };
    let within = range["start"]["line"].as_u64().unwrap() as usize..=range["end"]["line"].as_u64().unwrap() as usize;
    let two = lines.iter().position(|line| *line == "name = \"two\"").unwrap();
    assert!(within.contains(&two) && !within.contains(&(two - 4)), "{range} in\n{text}");

    // Of the places that the tag became, the one in this round counts; back it is the same for all.
    let selection = json!({ "loop": 0, "round": 1 });
    let place = json!({ "uri": URI, "selection": selection, "position": { "line": line + 2, "character": 0 } });
    let ranges = client.request("clnrm/renderedRanges", place).unwrap();
    assert_eq!(ranges.as_array().unwrap().len(), 1);
    assert_eq!(ranges[0]["start"]["line"], two);
    let place = json!({ "uri": URI, "selection": selection, "range": ranges[0] });
    let back = client.request("clnrm/sourceRange", place).unwrap();
    assert_eq!(back["start"], json!({ "line": line + 2, "character": 0 }));

    client.replace(URI, 2, &template().replace("\"two\"", "\"zwei\""));
    let changed = client.wait("the second render", |message| message["method"] == "clnrm/renderedChanged");
    assert_eq!(changed["params"]["uri"], shown["uri"]);
    assert!(changed["params"]["text"].as_str().unwrap().contains("zwei"));
    client.shut_down();
}

#[test]
fn a_lens_chooses_one_combination_of_the_matrix() {
    let mut client = Client::start(json!({}));
    let text =
        format!("{CLEAN}[matrix]\nos = [\"alpine\", \"debian\"]\n{{# é #}}[vars]\nx = \"{{{{ matrix.os }}}}\"\n");
    client.open(URI, &text);
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": URI } })).unwrap();
    let lens =
        lenses.as_array().unwrap().iter().find(|lens| lens["command"]["title"] == "preview os = debian").unwrap();
    let shown = client.request("workspace/executeCommand", lens["command"].clone()).unwrap();
    let rendered = shown["text"].as_str().unwrap();
    assert!(rendered.ends_with("x = \"debian\"\n") && shown["ranges"].is_null(), "{shown}");
    assert_eq!(shown["uri"], "clnrm-rendered:///tests/a.clnrm.toml.tera?combination=1");
    let line = rendered.lines().count() - 1;
    let range = json!({ "start": { "line": line, "character": 5 }, "end": { "line": line, "character": 11 } });
    let place = json!({ "uri": URI, "selection": { "combination": 1 }, "range": range });
    let back = client.request("clnrm/sourceRange", place).unwrap();
    assert_eq!(back["start"]["line"], text.lines().count() - 1);
    let none = json!({ "uri": URI, "selection": { "combination": 9 } });
    assert_eq!(client.request("clnrm/rendered", none).unwrap_err()["code"], -32602);
    client.shut_down();
}
