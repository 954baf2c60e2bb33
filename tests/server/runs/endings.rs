//! Ends of runs: cancelled by a command or the progress, by the end of the server in all its ways. Nothing may be left.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Editor;
use crate::engine::{containers, engine, left, wait_until};
use crate::project::APP;

/// Two scenarios that only end by force.
fn hanging() -> String {
    let scenario = |name| {
        format!("[[scenario]]\nname = \"{name}\"\nservice = \"app\"\nrun = \"sh -c 'echo waiting; sleep 300'\"\n")
    };
    format!("{APP}{}{}", scenario("one"), scenario("two"))
}

/// A run of them whose containers run.
fn running() -> (Editor, Value) {
    let mut editor = Editor::with(&hanging(), json!({ "initializationOptions": { "run": { "jobs": 2 } } }));
    let started = editor.execute("clnrm.runFile", json!([{ "uri": editor.uri }])).unwrap();
    for _ in 0..2 {
        editor.client.wait("the output of a program", |it| {
            it["method"] == "clnrm/output" && it["params"]["text"].as_str().is_some_and(|text| text.contains("waiting"))
        });
    }
    assert_eq!(containers(&editor.project.name, false).len(), 2);
    (editor, started)
}

#[test]
fn a_run_is_cancelled_by_its_lens() {
    if !engine() {
        return;
    }
    let (mut editor, started) = running();
    assert!(editor.lenses().contains(&"0 ◼ 0 of 2".to_owned()), "{:?}", editor.lenses());
    assert_eq!(editor.press("0 ◼"), json!({ "cancelled": [started["runId"]] }));
    let end = editor.finished(&started);
    assert_eq!((&end["cancelled"], &end["notRun"]), (&json!(true), &json!(2)), "{end}");
    assert!(!editor.lenses().iter().any(|it| it.contains('◼') || it.contains('✓')), "{:?}", editor.lenses());
    editor.client.shut_down();
}

#[test]
fn a_run_is_cancelled_by_its_progress() {
    if !engine() {
        return;
    }
    let (mut editor, started) = running();
    let token = format!("clnrm-run-{}", started["runId"].as_str().unwrap());
    let of_kind = |kind: &'static str, token: &str| {
        let token = token.to_owned();
        move |it: &Value| {
            it["method"] == "$/progress" && it["params"]["token"] == token && it["params"]["value"]["kind"] == kind
        }
    };
    let begin = editor.client.wait("the progress of the run", of_kind("begin", &token));
    assert_eq!(begin["params"]["value"]["cancellable"], true);
    let own = editor.client.wait("the progress of a scenario", |it| {
        it["method"] == "$/progress" && it["params"]["value"]["title"] == "one"
    });
    assert_eq!(own["params"]["value"]["cancellable"], true);
    editor.client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    assert_eq!(editor.finished(&started)["cancelled"], true);
    editor.client.wait("the end of the progress", of_kind("end", &token));
    editor.client.shut_down();
}

#[test]
fn a_scenario_is_cancelled_by_its_own_progress() {
    if !engine() {
        return;
    }
    let (mut editor, started) = running();
    let own = editor.client.wait("the progress of a scenario", |it| {
        it["method"] == "$/progress" && it["params"]["value"]["title"] == "one"
    });
    let told = Instant::now();
    editor.client.notify("window/workDoneProgress/cancel", json!({ "token": own["params"]["token"] }));
    editor.client.wait("its end", |it| {
        it["method"] == "clnrm/runChanged" && it["params"]["scenario"] == "one" && it["params"]["state"] == "cancelled"
    });
    assert!(told.elapsed() < Duration::from_secs(10), "it took {:?}", told.elapsed());
    // Its container is gone, and the other one goes on.
    let ids = containers(&editor.project.name, false);
    assert!(ids.len() == 1 && ids[0].ends_with("::two"), "{ids:?}");
    assert_eq!(editor.press("0 ◼"), json!({ "cancelled": [started["runId"]] }));
    let end = editor.finished(&started);
    assert_eq!((&end["cancelled"], &end["notRun"]), (&json!(true), &json!(2)), "{end}");
    editor.client.shut_down();
}

#[test]
fn shutdown_and_exit_end_a_run() {
    if !engine() {
        return;
    }
    let (editor, _) = running();
    editor.client.shut_down();
    assert_eq!(left(&editor.project.name), Vec::<String>::new());
}

#[test]
fn a_client_that_is_gone_ends_its_runs() {
    if !engine() {
        return;
    }
    let (mut editor, _) = running();
    editor.client.close_input();
    assert_eq!(editor.client.wait_for_end().code(), Some(1));
    assert_eq!(left(&editor.project.name), Vec::<String>::new());
}

#[test]
fn a_killed_server_leaves_no_container() {
    if !engine() {
        return;
    }
    let (editor, _) = running();
    let killed = Command::new("kill").args(["-KILL", &editor.client.process_id().to_string()]).status().unwrap();
    assert!(killed.success());
    let name = &editor.project.name;
    assert!(wait_until(|| containers(name, false).is_empty()), "left: {:?}", left(name));
    // What does not run any more is removed by the next who runs something.
    let mut next = Editor::open(&super::test("greet", ""));
    assert_eq!(next.run()["passed"], 1);
    assert!(wait_until(|| left(name).is_empty()), "left: {:?}", left(name));
}

#[test]
fn nothing_runs_in_a_workspace_that_is_not_trusted() {
    let mut editor = Editor::with(&hanging(), json!({ "initializationOptions": { "workspaceTrusted": false } }));
    for (command, argument) in [
        ("clnrm.runFile", json!({ "uri": editor.uri })),
        ("clnrm.runScenario", json!({ "uri": editor.uri, "scenario": "one" })),
        ("clnrm.runWorkspace", json!({})),
    ] {
        let error = editor.execute(command, json!([argument])).unwrap_err();
        assert_eq!(error["code"], -32803, "{command}: {error}");
        assert!(error["message"].as_str().unwrap().contains("not trusted"), "{command}: {error}");
    }
    let error = editor.client.request("experimental/runTest", json!({})).unwrap_err();
    assert_eq!(error["code"], -32803, "{error}");
    // And nothing but a command runs anything.
    let mut trusted = Editor::open(&hanging());
    trusted.edit("one", "three");
    trusted.client.notify("textDocument/didSave", json!({ "textDocument": { "uri": trusted.uri } }));
    trusted.lenses();
    assert!(trusted.client.is_silent("clnrm/runStarted", Duration::from_millis(500)));
    trusted.client.shut_down();
    editor.client.shut_down();
}
