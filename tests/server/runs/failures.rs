//! Failures of a run as diagnostics: at the author's line, for as long as the text says what failed.

use serde_json::{Value, json};

use super::{Editor, scenario, test};
use crate::engine::engine;
use crate::project::{APP, Project};

const WRONG: &str = "[[expect.span]]\nname = \"greet\"\n\n[[expect.span]]\nname = \"part\"\n";

#[test]
fn a_failed_expectation_stands_at_its_line_until_that_is_edited() {
    if !engine() {
        return;
    }
    let mut editor = Editor::open(&test("greet", WRONG));
    let end = editor.run();
    assert_eq!((&end["passed"], &end["failed"], &end["unmet"]), (&json!(1), &json!(0), &json!(1)), "{end}");
    let shown = editor.diagnostics_until("the failure", |all| all.len() == 1);
    assert_eq!(editor.line(&shown[0]), "name = \"part\"");
    assert_eq!((&shown[0]["code"], &shown[0]["severity"]), (&json!("expect.span[1].name"), &json!(1)), "{}", shown[0]);

    // An edit elsewhere moves it.
    editor.edit("[services.app]", "# a remark\n\n[services.app]");
    let shown = editor.diagnostics_until("the failure, moved", |all| all.len() == 1);
    assert_eq!(editor.line(&shown[0]), "name = \"part\"");

    // An edit of what failed takes it away, undoing brings it back.
    editor.edit("name = \"part\"", "name = \"pert\"");
    editor.diagnostics_until("no failure of another text", |all| all.iter().all(|it| it["data"]["replayed"] == true));
    editor.edit("name = \"pert\"", "name = \"part\"");
    let shown = editor.diagnostics_until("the failure, back", |all| all.len() == 1);
    assert_eq!(editor.line(&shown[0]), "name = \"part\"");
    editor.client.shut_down();
}

#[test]
fn the_span_that_comes_nearest_is_named_where_it_is_recorded() {
    if !engine() {
        return;
    }
    let mut editor =
        Editor::open(&test("other greet", "[[expect.span]]\nname = \"greet\"\nattrs.all = { \"said\" = \"hello\" }\n"));
    editor.run();
    let shown = editor.diagnostics_until("the failure", |all| all.len() == 1);
    assert!(editor.line(&shown[0]).starts_with("attrs.all"), "{}", shown[0]);
    let (text, line) = related(&shown[0], "the nearest span `greet`");
    assert!(text.lines().nth(line).unwrap().contains("\"greet\""), "{}", shown[0]);
    // What was expected beside what came, for a diff.
    let side = |key: &str| shown[0]["data"][key].as_str().unwrap_or_default().to_owned();
    assert!(side("expected").contains("hello") && side("actual").contains("nothing"), "{}", shown[0]);
    editor.client.shut_down();
}

/// The file, and the line in it from 0, that the related information with this beginning leads to.
fn related(diagnostic: &Value, message: &str) -> (String, usize) {
    let all = diagnostic["relatedInformation"].as_array().into_iter().flatten();
    let found = all.into_iter().find(|it| it["message"].as_str().unwrap().starts_with(message));
    let location = &found.unwrap_or_else(|| panic!("no {message}: {diagnostic}"))["location"];
    let text = std::fs::read_to_string(location["uri"].as_str().unwrap().strip_prefix("file://").unwrap()).unwrap();
    (text, usize::try_from(location["range"]["start"]["line"].as_u64().unwrap()).unwrap())
}

#[test]
fn expectations_that_are_mended_turn_green_without_a_container() {
    if !engine() {
        return;
    }
    let mut editor = Editor::open(&test("greet", WRONG));
    editor.run();
    editor.diagnostics_until("the failure", |all| all.len() == 1);
    let events = crate::engine::Events::listen(&editor.project.name);
    editor.edit("name = \"part\"", "name = \"greet\"");
    editor.diagnostics_until("no failure", <[Value]>::is_empty);
    assert!(
        crate::engine::wait_until(|| editor.lenses().contains(&"0 ✓ replayed".to_owned())),
        "{:?}",
        editor.lenses()
    );
    // And red again, by the same spans.
    editor.edit(
        "[[expect.span]]\nname = \"greet\"\n\n[[expect.span]]",
        "[[expect.span]]\nname = \"absent\"\n\n[[expect.span]]",
    );
    let shown = editor.diagnostics_until("the failure of the new text", |all| all.len() == 1);
    assert_eq!(editor.line(&shown[0]), "name = \"absent\"");
    assert_eq!(shown[0]["data"]["replayed"], true);
    assert_eq!(events.peak().1, 0, "no container was started");
    editor.client.shut_down();
}

#[test]
fn what_runs_is_never_judged_again_without_a_run() {
    if !engine() {
        return;
    }
    let mut editor = Editor::open(&test("greet", WRONG));
    editor.run();
    editor.diagnostics_until("the failure", |all| all.len() == 1);
    editor.edit("span.sh greet", "span.sh greet part");
    let shown = editor.diagnostics_until("the failure, old", |all| all.len() == 1);
    assert_eq!(shown[0]["data"]["replayed"], false);
    assert!(editor.lenses().contains(&"0 ⟳ 1 failed · changed since".to_owned()), "{:?}", editor.lenses());
    editor.client.shut_down();
}

#[test]
fn a_failed_step_stands_at_what_it_states() {
    if !engine() {
        return;
    }
    let steps = "[[scenario]]\nname = \"works\"\n[[scenario.steps]]\nname = \"asks\"\nservice = \"app\"\ncommand = [\"sh\", \"-c\", \"echo begun; echo gone wrong; exit 3\"]\nexpected_exit_code = 4\n";
    let mut editor = Editor::open(&format!("{APP}{steps}"));
    editor.run();
    let shown = editor.diagnostics_until("the failure", |all| all.len() == 1);
    assert_eq!(editor.line(&shown[0]), "expected_exit_code = 4", "{}", shown[0]);
    assert_eq!(shown[0]["code"], "exit-status", "{}", shown[0]);
    assert!(shown[0]["message"].as_str().unwrap().contains("gone wrong"), "{}", shown[0]);
    let (log, line) = related(&shown[0], "the end of the log");
    assert_eq!(log.lines().nth(line), Some("gone wrong"), "{}", shown[0]);
    editor.client.shut_down();
}

#[test]
fn a_failure_in_a_template_stands_at_the_authors_line() {
    if !engine() {
        return;
    }
    let text = format!(
        "{APP}{}{{% for number in range(end=2) %}}\n[[expect.span]]\nname = \"greet{{{{ number }}}}\"\n{{% endfor %}}\n",
        scenario("works", "greet0")
    );
    let mut editor = Editor::open(&text);
    editor.run();
    let shown = editor.diagnostics_until("the failure", |all| all.len() == 1);
    assert_eq!(editor.line(&shown[0]), "name = \"greet{{ number }}\"", "{}", shown[0]);
    assert!(shown[0]["message"].as_str().unwrap().contains("greet1"), "{}", shown[0]);
    // The round that it is of.
    let related = shown[0]["relatedInformation"].to_string();
    assert!(related.contains("round"), "{}", shown[0]);
    editor.client.shut_down();
}

#[test]
fn a_file_that_is_not_open_has_its_failures_too() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("t", &test("greet", "")), ("other", &test("greet", WRONG))]);
    let mut editor = Editor::of(project, json!({}));
    let started = editor.execute("clnrm.runWorkspace", json!([])).unwrap();
    assert_eq!(editor.finished(&started)["passed"], 2);
    editor.client.wait("the failure of the other file", |message| {
        let found = message["params"]["diagnostics"].as_array().is_some_and(|all| all.len() == 1);
        message["params"]["uri"].as_str().is_some_and(|uri| uri.ends_with("/other.clnrm.toml")) && found
    });
    editor.client.shut_down();
}
