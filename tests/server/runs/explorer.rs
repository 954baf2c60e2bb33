//! The test explorer, in rust-analyzer's form.

use serde_json::{Value, json};

use super::{Editor, scenario};
use crate::engine::engine;
use crate::project::APP;

fn items(answer: &Value) -> Vec<(String, String)> {
    let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    answer["tests"].as_array().unwrap().iter().map(|it| (text(it, "label"), text(it, "kind"))).collect()
}

#[test]
fn tests_are_discovered_and_run_and_their_states_told() {
    if !engine() {
        return;
    }
    let text = format!(
        "{APP}{}[[scenario]]\nname = \"fails\"\nservice = \"app\"\nrun = \"sh -c 'echo alas; exit 3'\"\n",
        scenario("works", "greet")
    );
    let mut editor = Editor::with(&text, json!({ "capabilities": { "experimental": { "testExplorer": true } } }));
    let all = editor.client.request("experimental/discoverTest", json!({})).unwrap();
    let file = all["tests"].as_array().unwrap().iter().find(|it| it["kind"] == "module").unwrap().clone();
    assert_eq!(
        (&file["canResolveChildren"], &file["textDocument"]["uri"]),
        (&json!(true), &json!(editor.uri)),
        "{file}"
    );
    let below = editor.client.request("experimental/discoverTest", json!({ "testId": file["id"] })).unwrap();
    let found = items(&below);
    assert!(found.contains(&("works".to_owned(), "test".to_owned())), "{below}");
    assert!(found.contains(&("fails".to_owned(), "test".to_owned())), "{below}");
    let id = |label: &str| {
        let tests = below["tests"].as_array().unwrap();
        tests.iter().find(|it| it["label"] == label).unwrap()["id"].clone()
    };
    let state = |id: Value, tag: &'static str| {
        move |it: &Value| {
            it["method"] == "experimental/changeTestState"
                && it["params"]["testId"] == id
                && it["params"]["state"]["tag"] == tag
        }
    };

    let asked = editor.client.request("experimental/runTest", json!({ "include": [file["id"]] })).unwrap();
    let started = editor.client.wait("the start", |it| it["method"] == "clnrm/runStarted");
    assert_eq!(asked, json!({ "runIds": [started["params"]["runId"]] }), "the run that was asked for is named");
    assert_eq!(editor.client.received("experimental/changeTestState").count(), 0, "before any state is told");
    for (label, end) in [("works", "passed"), ("fails", "failed")] {
        for tag in ["enqueued", "started", end] {
            let told = editor.client.wait(&format!("{label} {tag}"), state(id(label), tag));
            if tag == "failed" {
                let message = &told["params"]["state"]["messages"][0];
                assert!(message["message"].as_str().unwrap().contains("exit code 3"), "{told}");
                assert_eq!(message["location"]["uri"], json!(editor.uri), "{told}");
            }
        }
    }
    editor.client.wait("the output", |it| {
        it["method"] == "experimental/appendOutputToRunTest"
            && it["params"].as_str().is_some_and(|text| text.contains("alas\r\n"))
    });
    editor.client.wait("the end", |it| it["method"] == "experimental/endRunTest");

    // One without the other.
    editor.client.forget();
    let only = json!({ "include": [file["id"]], "exclude": [id("fails")] });
    editor.client.request("experimental/runTest", only).unwrap();
    let end = editor.client.wait("the end of the run", |it| it["method"] == "clnrm/runFinished");
    assert_eq!((&end["params"]["passed"], &end["params"]["failed"]), (&json!(1), &json!(0)), "{end}");

    // A new scenario is told.
    editor.edit("name = \"fails\"", "name = \"new\"");
    editor.client.wait("the scenarios of the changed file", |it| {
        it["method"] == "experimental/discoveredTests" && items(&it["params"]).iter().any(|(label, _)| label == "new")
    });
    editor.client.shut_down();
}
