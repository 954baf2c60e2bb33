//! What need not run: proven passes of the same inputs, and recorded spans judged by new expectations.

use super::engine::{Events, engine};
use super::project::{APP, Project, Ran};

fn text(said: &str, expected: &str) -> String {
    let scenario = "[[scenario]]\nname = \"sends\"\nservice = \"app\"\n";
    let run = format!("run = \"sh -c 'echo {said}; sh /span.sh a'\"\n");
    format!("{APP}\n{scenario}{run}[[expect.span]]\nname = \"{expected}\"\n")
}

fn kind(ran: &Ran) -> (Option<i32>, &str) {
    (ran.code, ran.scenario("sends")["validity"]["kind"].as_str().unwrap())
}

#[test]
fn only_what_changed_runs() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("cached", &text("one", "a"))]);
    let first = project.run(&[]);
    assert_eq!(kind(&first), (Some(0), "ran"), "{}", first.text);
    let events = Events::listen(&project.name);
    let second = project.run(&[]);
    assert_eq!(kind(&second), (Some(0), "cached"), "{}", second.text);
    assert_eq!(second.scenario("sends")["validity"]["run"], first.report["run"]);
    assert_eq!(second.report["summary"]["cached"], 1);
    project.test("cached", &text("one", "b"));
    let red = project.run(&[]);
    assert_eq!(kind(&red), (Some(1), "replayed"), "{}", red.text);
    assert_eq!(events.peak(), (0, 0), "no container was needed");
    // What is red by recorded spans is not red for ever.
    assert_eq!(kind(&project.run(&[])), (Some(1), "ran"));
    project.test("cached", &text("one", "a"));
    assert_eq!(kind(&project.run(&[])), (Some(0), "replayed"));
    assert_eq!(kind(&project.run(&[])), (Some(0), "cached"));
    assert_eq!(kind(&project.run(&["--force"])), (Some(0), "ran"));
    assert_eq!(kind(&project.run(&["--seed", "7"])), (Some(0), "ran"));
    assert_eq!(kind(&project.run(&["--seed", "7"])), (Some(0), "cached"));
    project.test("cached", &text("two", "a"));
    assert_eq!(kind(&project.run(&[])), (Some(0), "ran"), "another command");
    let script = format!("{}/span.sh", project.name);
    let changed = std::fs::read_to_string(project.path(&script)).unwrap() + "# changed\n";
    project.write(&script, &changed);
    assert_eq!(kind(&project.run(&[])), (Some(0), "ran"), "another file is mounted");
    assert_eq!(kind(&project.run(&[])), (Some(0), "cached"));
    for (path, bytes) in project.files().iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "run")) {
        std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
    let damaged = project.run(&[]);
    assert_eq!(kind(&damaged), (Some(0), "ran"), "{}", damaged.text);
    assert!(damaged.text.contains("it is damaged"), "{}", damaged.text);
}
