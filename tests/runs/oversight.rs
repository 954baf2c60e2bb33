//! Failures that are easily overlooked: behind a step that passed at last, of a container that is no more, in what was not looked at,
//! in a round that is not the last.

use super::engine::{engine, left};
use super::project::{APP, Project};

#[test]
fn nothing_is_green_by_oversight() {
    if !engine() {
        return;
    }
    let late = format!(
        r#"{APP}
[[scenario]]
name = "flaky, then too long"
timeout_ms = 4000
[[scenario.steps]]
name = "second try"
service = "app"
command = ["sh", "-c", "test -e /tmp/tried || {{ touch /tmp/tried; exit 1; }}"]
retry = {{ max_attempts = 2, delay = "10ms" }}
[[scenario.steps]]
name = "endless"
service = "app"
command = ["sleep", "300"]
"#
    );
    let gone = r#"
[services.gone]
plugin = "generic_container"
image = "localhost/busybox:1"
command = ["sh", "-c", "trap 'exit 0' TERM; sleep 0.5; kill -TERM 1; while :; do sleep 0.1; done"]
[services.app]
plugin = "generic_container"
image = "localhost/busybox:1"
depends_on = ["gone"]
[[scenario]]
name = "loses a container"
[[scenario.steps]]
name = "needs it"
service = "app"
command = ["sleep", "5"]
"#;
    let flood = format!(
        r#"{APP}
[[scenario]]
name = "writes too much"
[[scenario.steps]]
name = "flood"
service = "app"
command = ["sh", "-c", "yes fine | head -c 20000000; echo bad"]
expected_output_regex_not = "bad"
"#
    );
    let project = Project::new(&[("late", &late), ("gone", gone), ("flood", &flood)]);
    let ran = project.run(&[]);
    assert_eq!(ran.outcome("flaky, then too long"), "timed out", "{}", ran.text);
    assert_eq!(ran.outcome("loses a container"), "infrastructure error", "{}", ran.text);
    assert_eq!(ran.outcome("writes too much"), "failed", "{}", ran.text);
    let [flood] = &ran.failures("writes too much")[..] else { panic!("{}", ran.text) };
    assert!(flood.contains("is too long to prove that nothing in it matches `bad`"), "{flood}");
    assert!(left(&project.name).is_empty());
}

#[test]
fn a_bad_round_is_told_though_the_last_one_was_good() {
    if !engine() {
        return;
    }
    // What a round leaves in the project makes the next one good.
    let first = r#"
[services.app]
plugin = "generic_container"
image = "localhost/busybox:1"
volumes = ["./kept:/kept"]
[[scenario]]
name = "bad at first"
[[scenario.steps]]
name = "once"
service = "app"
command = ["sh", "-c", "test -e /kept/tried || { touch /kept/tried; exit 3; }"]
"#;
    let project = Project::new(&[("first", first)]);
    std::fs::create_dir(project.path(&project.name).join("kept")).unwrap();
    let ran = project.run(&["--repeat", "2"]);
    assert_eq!(ran.test("first")["outcome"], "failed", "{}", ran.text);
    assert_eq!(ran.outcome("bad at first"), "failed", "the scenario that failed is the one that is told: {}", ran.text);
    assert!(ran.failures("bad at first").iter().any(|it| it.contains("exit code 3")), "{}", ran.text);
}
