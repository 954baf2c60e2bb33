//! What a step may ask of its program, and the order of steps and scenarios.

use super::engine::engine;
use super::project::{APP, Project};

const PASSES: &str = r#"
[[scenario]]
name = "asks"
service = "app"
concurrent = false
[[scenario.steps]]
name = "code"
command = ["sh", "-c", "exit 3"]
expected_exit_code = 3
[[scenario.steps]]
name = "regexes"
command = ["printf", "one two\nthree"]
expected_output_regex = "two\nthr?"
expected_output_regex_not = "four"
[[scenario.steps]]
name = "contains"
command = ["sh", "-c", "echo out; echo err >&2"]
expected_output_contains = "err"
[[scenario.steps]]
name = "where"
command = ["pwd"]
workdir = "/tmp"
expected_output_regex = "^/tmp\n$"
[[scenario.steps]]
name = "variable"
command = ["sh", "-c", "echo $A-$B"]
env = { A = "x y", B = "" }
expected_output_regex = "^x y-\n$"
[[scenario.steps]]
name = "vector"
command = ["sh", "-c", "for it in \"$@\"; do echo \"[$it]\"; done", "-", "a b", "", "*", "$HOME", "q\"q"]
expected_output_regex = "^\\[a b\\]\n\\[\\]\n\\[\\*\\]\n\\[\\$HOME\\]\n\\[q\"q\\]\n$"

[[scenario]]
name = "meant to fail"
service = "app"
run = "false"
expect_failure = true
"#;

const FAILS: &str = r#"
[[scenario]]
name = "wrong code"
service = "app"
run = "sh -c 'exit 4'"
[[scenario]]
name = "wrong output"
service = "app"
[[scenario.steps]]
name = "both"
command = ["echo", "hello"]
expected_output_regex = "^bye"
expected_output_contains = "hullo"
[[scenario]]
name = "no program"
service = "app"
run = "no-such-program --at-all"
[[scenario]]
name = "should have failed"
service = "app"
run = "true"
expect_failure = true
[[scenario]]
name = "goes on"
service = "app"
[[scenario.steps]]
name = "first"
command = ["false"]
continue_on_failure = true
[[scenario.steps]]
name = "second"
command = ["echo", "was here"]
[[scenario]]
name = "stops"
service = "app"
[[scenario.steps]]
name = "first"
command = ["false"]
[[scenario.steps]]
name = "second"
command = ["echo", "never"]
[[scenario]]
name = "steps in order"
service = "app"
concurrent = true
[[scenario.steps]]
name = "base"
command = ["sh", "-c", "sleep 0.3; echo base > /tmp/base"]
[[scenario.steps]]
name = "upon it"
depends_on = ["base"]
command = ["cat", "/tmp/base"]
expected_output_contains = "base"
[[scenario.steps]]
name = "breaks"
command = ["false"]
[[scenario.steps]]
name = "upon what broke"
depends_on = ["breaks"]
command = ["echo", "never"]
"#;

const ORDER: &str = r#"
[[scenario]]
name = "dependent"
service = "app"
run = "true"
depends_on = ["broken"]
[[scenario]]
name = "broken"
service = "app"
run = "false"
[[scenario]]
name = "late"
service = "app"
run = "true"
depends_on = ["early"]
[[scenario]]
name = "early"
service = "app"
run = "true"
"#;

const MATRIX: &str = r#"
[matrix]
word = ["left", "right"]
[services.app]
plugin = "generic_container"
image = "localhost/busybox:1"
[[scenario]]
name = "tells"
service = "app"
run = "test {{ matrix.word }} = left"
"#;

const TIMES: &str = r#"
[[scenario]]
name = "slow step"
service = "app"
[[scenario.steps]]
name = "hangs"
command = ["sh", "-c", "echo before; sleep 300"]
timeout_ms = 500
[[scenario]]
name = "slow scenario"
service = "app"
timeout_ms = 5000
run = "sh -c 'echo began; sleep 300'"
[[scenario]]
name = "third time"
service = "app"
[[scenario.steps]]
name = "counts"
command = ["sh", "-c", "echo x >> /tmp/n; test $(wc -l < /tmp/n) = 3"]
retry = { max_attempts = 3, delay = "10ms" }
"#;

#[test]
fn everything_that_a_step_may_ask() {
    if !engine() {
        return;
    }
    let of_app = |text: &str| format!("{APP}{text}");
    let (passes, fails, order, times) = (of_app(PASSES), of_app(FAILS), of_app(ORDER), of_app(TIMES));
    let project = Project::new(&[
        ("passes", &passes),
        ("fails", &fails),
        ("order", &order),
        ("matrix", MATRIX),
        ("times", &times),
    ]);
    let ran = project.run(&["--jobs", "4", "--report", "junit=out.xml"]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);

    assert_eq!(ran.test("passes")["outcome"], "passed", "{}", ran.text);
    assert_eq!(ran.scenario("asks")["attempts"][0]["steps"].as_array().unwrap().len(), 6);
    assert_eq!(ran.scenario("asks")["hermeticity"], "sealed");

    assert_eq!(ran.failures("wrong code"), ["exit-status `wrong code` ended with exit code 4, not with exit code 0"]);
    let wrong = ran.failures("wrong output");
    assert!(wrong.len() == 2 && wrong.iter().all(|it| it.starts_with("output-mismatch")), "{wrong:?}");
    assert!(ran.failures("no program")[0].starts_with("command-not-started"), "{:?}", ran.failures("no program"));
    assert!(ran.failures("should have failed")[0].contains("was meant to fail"), "{}", ran.text);
    let went_on = &ran.scenario("goes on")["attempts"][0]["steps"];
    assert_eq!((went_on[1]["stdout"].as_str(), ran.outcome("goes on")), (Some("was here\n"), "failed"));
    let stopped = &ran.scenario("stops")["attempts"][0]["steps"];
    assert_eq!((stopped.as_array().unwrap().len(), ran.outcome("stops")), (1, "failed"));
    let in_order = ran.scenario("steps in order")["attempts"][0]["steps"].to_string();
    assert!(in_order.contains("upon it") && !in_order.contains("upon what broke"), "{in_order}");
    assert_eq!(ran.failures("steps in order").len(), 1);

    assert_eq!((ran.outcome("broken"), ran.outcome("dependent")), ("failed", "not run"));
    assert_eq!((ran.outcome("early"), ran.outcome("late")), ("passed", "passed"));

    let combinations = ran.report["tests"].as_array().unwrap();
    let outcome = |word: &str| {
        let found = combinations.iter().find(|it| it["combination"] == format!("word={word}"));
        found.expect("the combination ran")["outcome"].clone()
    };
    assert_eq!((outcome("left"), outcome("right")), ("passed".into(), "failed".into()));

    assert_eq!((ran.outcome("slow step"), ran.outcome("slow scenario")), ("timed out", "timed out"));
    assert_eq!(ran.scenario("slow step")["attempts"][0]["steps"][0]["stdout"], "before\n");
    let kept = project.files().into_iter().filter(|(_, bytes)| bytes == b"began\n").count();
    assert_eq!(kept, 1, "the log of the scenario that took too long is kept");
    assert_eq!((ran.outcome("third time"), ran.failures("third time").len()), ("flaky", 1));
    assert!(std::fs::read_to_string(project.path("out.xml")).unwrap().contains("wrong code"));
    assert_eq!(super::engine::left(&project.name), Vec::<String>::new());
}

#[test]
fn a_scenario_that_passes_when_it_runs_again_is_flaky() {
    if !engine() {
        return;
    }
    let text = r#"
[services.app]
plugin = "generic_container"
image = "localhost/busybox:1"
volumes = ["./shared:/shared"]
[[scenario]]
name = "second time"
service = "app"
run = "sh -c 'test -e /shared/was || { touch /shared/was; exit 1; }'"
"#;
    let project = Project::new(&[("again", text)]);
    let shared = project.path(&project.name).join("shared");
    std::fs::create_dir(&shared).unwrap();
    let ran = project.run(&["--retries", "2"]);
    assert_eq!((ran.code, ran.outcome("second time")), (Some(0), "flaky"), "{}", ran.text);
    let attempts = ran.scenario("second time")["attempts"].as_array().unwrap();
    assert_eq!(
        (attempts.len(), &attempts[0]["outcome"], &attempts[1]["outcome"]),
        (2, &"failed".into(), &"passed".into())
    );
    std::fs::remove_file(shared.join("was")).unwrap();
    let ran = project.run(&["--retries", "2", "--fail-on-flaky"]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
}
