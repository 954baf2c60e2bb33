//! What an editor offers to press, and what that then says.

use serde_json::json;

use super::{Editor, scenario, test};
use crate::engine::engine;
use crate::project::APP;

const EXPECTED: &str = "[[expect.span]]\nname = \"greet\"\n";

#[test]
fn a_lens_runs_the_test_and_turns_green() {
    if !engine() {
        return;
    }
    let mut editor = Editor::open(&test("greet", EXPECTED));
    assert_eq!(editor.lenses(), ["0 ▶ Run", "8 ▶ Run"]);
    let started = editor.press("8 ▶ Run");
    let end = editor.finished(&started);
    assert_eq!((&end["passed"], &end["failed"], &end["error"]), (&json!(1), &json!(0), &json!(null)), "{end}");
    let lenses = editor.lenses();
    let green = |lens: &String, line: &str| lens.starts_with(&format!("{line} ✓ ")) && lens.ends_with('s');
    assert!(lenses.len() == 4 && green(&lenses[1], "0") && green(&lenses[3], "8"), "{lenses:?}");

    // A text that can't be read keeps what is known, where it now stands.
    editor.edit("[[scenario]]", "x = \n\n[[scenario]]");
    let broken = editor.lenses();
    assert!(broken.iter().any(|it| it == "10 ▶ Run"), "{broken:?}");
    assert!(broken.iter().any(|it| it.starts_with("10 ✓ ")), "{broken:?}");

    // Nothing has changed: what is proved is not run again, unless it is to be.
    editor.edit("x = \n\n[[scenario]]", "[[scenario]]");
    assert_eq!(editor.run()["passed"], 1);
    assert!(editor.lenses().contains(&"0 ✓ cached".to_owned()), "{:?}", editor.lenses());
    let forced = editor.execute("clnrm.runFile", json!([{ "uri": editor.uri, "force": true }])).unwrap();
    editor.finished(&forced);
    assert!(!editor.lenses().iter().any(|it| it.contains("cached")), "{:?}", editor.lenses());
    editor.client.shut_down();
}

#[test]
fn what_failed_is_run_again_alone() {
    if !engine() {
        return;
    }
    let fails = "[[scenario]]\nname = \"fails\"\nservice = \"app\"\nrun = \"false\"\n";
    let mut editor = Editor::open(&format!("{APP}{}{fails}", scenario("works", "greet")));
    assert_eq!(editor.lenses(), ["0 ▶ Run 2 scenarios", "8 ▶ Run", "12 ▶ Run"]);
    assert_eq!(editor.execute("clnrm.runFailed", json!([])), Ok(json!(null)), "nothing has failed yet");
    let end = editor.run();
    assert_eq!((&end["passed"], &end["failed"]), (&json!(1), &json!(1)), "{end}");
    let lenses = editor.lenses();
    assert!(lenses.contains(&"0 ⟳ 1 failed".to_owned()) && lenses.contains(&"12 ✗ failed".to_owned()), "{lenses:?}");
    editor.client.forget();
    let started = editor.press("0 ⟳ 1 failed");
    editor.finished(&started);
    let scenarios = editor.client.wait("the start of the run", |it| it["method"] == "clnrm/runStarted");
    let names: Vec<_> = scenarios["params"]["scenarios"].as_array().unwrap().iter().map(|it| &it["scenario"]).collect();
    assert_eq!(names, ["fails"]);
    editor.client.shut_down();
}

#[test]
fn each_combination_of_a_matrix_runs_alone() {
    if !engine() {
        return;
    }
    let text = format!(
        "{APP}[matrix]\nword = [\"good\", \"bad\"]\n{}[[expect.span]]\nname = \"good\"\n",
        scenario("says", "{{ matrix.word }}")
    );
    let mut editor = Editor::open(&text);
    let lenses = editor.lenses();
    assert_eq!(lenses.first().map(String::as_str), Some("0 ▶ Run 2 scenarios"), "{lenses:?}");
    let combinations: Vec<_> = lenses.iter().filter(|it| it.starts_with("8 ▶ Run")).collect();
    assert_eq!(combinations.len(), 2, "{lenses:?}");
    let end = editor.run();
    assert_eq!(end["passed"], 2, "{end}");
    let lenses = editor.lenses();
    assert!(lenses.contains(&"0 ⟳ 1 failed".to_owned()), "{lenses:?}");
    assert!(lenses.iter().any(|it| it.starts_with("8 ✓")) && lenses.contains(&"8 ✗ 1 failed".to_owned()), "{lenses:?}");
    let shown = editor.diagnostics_until("the failure of one combination", |all| all.len() == 1);
    assert_eq!(editor.line(&shown[0]), "name = \"good\"");
    assert_eq!(shown[0]["data"]["combination"], "word=bad");
    editor.client.shut_down();
}

#[test]
fn an_editor_without_lenses_gets_actions() {
    if !engine() {
        return;
    }
    let literal = json!({ "codeActionKind": { "valueSet": ["quickfix", "source"] } });
    let mut parameters = json!({ "capabilities": { "textDocument": { "codeAction": {} } } });
    parameters["capabilities"]["textDocument"]["codeAction"]["codeActionLiteralSupport"] = literal;
    parameters["capabilities"]["textDocument"]["codeLens"] = json!(null);
    let mut editor = Editor::with(&test("greet", EXPECTED), parameters);
    let at = |line: u32| json!({ "start": { "line": line, "character": 0 }, "end": { "line": line, "character": 0 } });
    let ask = |editor: &mut Editor, line| {
        let params =
            json!({ "textDocument": { "uri": editor.uri }, "range": at(line), "context": { "diagnostics": [] } });
        let actions = editor.client.request("textDocument/codeAction", params).unwrap();
        let runs = actions.as_array().unwrap().iter().filter(|it| it["kind"] == "source.run.clnrm");
        runs.cloned().collect::<Vec<_>>()
    };
    let actions = ask(&mut editor, 10);
    let titles: Vec<_> = actions.iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["run scenario `works`", "run this file"]);
    let command = actions[0]["command"].clone();
    let started = editor.execute(command["command"].as_str().unwrap(), command["arguments"].clone()).unwrap();
    assert_eq!(editor.finished(&started)["passed"], 1);
    assert!(ask(&mut editor, 10).iter().any(|it| it["title"].as_str().unwrap().starts_with("show the trace")));
    editor.client.shut_down();
}
