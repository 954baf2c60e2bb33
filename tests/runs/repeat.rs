//! The same again: repetitions that must agree, and a recorded run that runs once more.

use std::process::{Command, Stdio};

use super::engine::{engine, left};
use super::project::{APP, Project, failures};

/// A scenario that sends one span of this name.
fn sends(name: &str) -> String {
    format!(
        "{APP}\n[[scenario]]\nname = \"sends\"\nservice = \"app\"\nrun = \"sh /span.sh {name}\"\n[expect.counts]\nspans_total.eq = 1\n"
    )
}

#[test]
fn ten_repetitions_have_one_digest() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("same", &sends("a"))]);
    let ran = project.run(&["--repeat", "10", "--jobs", "2"]);
    assert_eq!((ran.code, ran.test("same")["outcome"].as_str()), (Some(0), Some("passed")), "{}", ran.text);
    assert_eq!(left(&project.name), Vec::<String>::new());
}

#[test]
fn a_repetition_that_does_something_else_is_red_and_says_where() {
    if !engine() {
        return;
    }
    // Each round counts itself in a folder of the project, and names its span after that.
    let text = r#"
[services.app]
plugin = "generic_container"
image = "localhost/busybox:1"
volumes = ["./span.sh:/span.sh:ro", "./kept:/kept"]
[[scenario]]
name = "counts"
service = "app"
run = "sh -c 'echo x >> /kept/n; sh /span.sh round$(wc -l < /kept/n)'"
"#;
    let project = Project::new(&[("other", text)]);
    std::fs::create_dir(project.path(&project.name).join("kept")).unwrap();
    let ran = project.run(&["--repeat", "3"]);
    assert_eq!((ran.code, ran.test("other")["outcome"].as_str()), (Some(1), Some("failed")), "{}", ran.text);
    let all = failures(&ran.test("other")["failures"]);
    assert_eq!(all, ["digest-differs the spans of repetition 2 differ from those of the first"], "{}", ran.text);
    let detail = ran.test("other")["failures"][0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("first difference") && detail.contains("`round1`"), "{detail}");
}

#[test]
fn a_run_is_run_again_in_the_images_of_then() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("same", &sends("a"))]);
    let first = project.run(&[]);
    assert_eq!(first.code, Some(0), "{}", first.text);
    let image = first.report["request"]["images"]["localhost/busybox:1"].as_str().unwrap_or_default().to_owned();
    assert!(image.starts_with("sha256:"), "{}", first.report["request"]);
    let again = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
        command.arg("repro").args(arguments).args(["--report", "json=out.json"]);
        project.ran(command.current_dir(project.path("")).stdin(Stdio::null()).output().unwrap())
    };
    let second = again(&["--verify-digest"]);
    assert_eq!(second.code, Some(0), "{}", second.text);
    assert_eq!(second.scenario("sends")["validity"]["kind"], "ran");
    assert_eq!(second.report["request"]["images"]["localhost/busybox:1"], image);
    let baseline = project.path(".clnrm/baseline.json");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
        command.args(arguments).current_dir(project.path("")).stdin(Stdio::null());
        project.ran(command.output().unwrap())
    };
    let recorded = run(&["record", "--last", "-o", ".clnrm/baseline.json"]);
    assert!(recorded.code == Some(0) && baseline.is_file(), "{}", recorded.text);
    // What it does now is something else: the baseline tells.
    project.test("same", &sends("b"));
    let other = again(&[".clnrm/baseline.json", "--verify-digest"]);
    assert_eq!(other.code, Some(1), "{}", other.text);
    assert!(other.text.contains("has changed since") && other.text.contains("does not what it did"), "{}", other.text);
}
