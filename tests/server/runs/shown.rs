//! What a run left, as it is asked for and shown: output, spans, the list of runs.

use serde_json::{Value, json};

use super::{Editor, test};
use crate::engine::engine;

#[test]
fn output_trace_and_runs_are_there_afterwards() {
    if !engine() {
        return;
    }
    let mut editor = Editor::open(&test("greet part", "[[expect.span]]\nname = \"absent\"\n"));
    let about = json!({ "uri": editor.uri });
    assert_eq!(editor.client.request("clnrm/runOutput", about.clone()), Ok(Value::Null));
    assert_eq!(editor.client.request("clnrm/trace", about.clone()), Ok(Value::Null));
    let end = editor.run();

    let output = editor.execute("clnrm.showOutput", json!([{ "uri": editor.uri, "scenario": "works" }])).unwrap();
    assert!(output["text"].as_str().unwrap().contains("sent greet part"), "{output}");
    let by_run = editor.client.request("clnrm/runOutput", json!({ "runId": end["runId"] })).unwrap();
    assert_eq!(by_run["text"], output["text"]);
    editor.client.wait("the output, shown", |it| {
        it["method"] == "window/showMessage" && it["params"]["message"].as_str().unwrap().contains("sent greet part")
    });

    let trace = editor.execute("clnrm.showTrace", json!([about])).unwrap();
    let names: Vec<_> = trace["rows"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"greet") && names.contains(&"part"), "{trace}");
    for form in ["html", "svg", "text"] {
        assert!(trace[form].as_str().unwrap().contains("greet"), "{form}: {trace}");
    }
    assert!(!trace["html"].as_str().unwrap().contains("<script"));

    let runs = editor.client.request("clnrm/runs", json!({})).unwrap();
    let run = &runs[0];
    assert_eq!(
        (&run["runId"], &run["finished"], &run["cancelled"]),
        (&end["runId"], &json!(true), &json!(false)),
        "{runs}"
    );
    assert_eq!(
        (&run["scenarios"][0]["state"], &run["scenarios"][0]["validity"]),
        (&json!("passed"), &json!("ran")),
        "{runs}"
    );
    editor.client.shut_down();
}
