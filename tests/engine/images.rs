//! Images that have to be fetched, and those that can't be.

use std::time::Duration;

use super::fake_engine::{Call, FakeEngine, Fault};
use super::project::{Project, Ran};
use super::setting::{run, scenarios};

const ERROR: (Option<i32>, &str) = (Some(3), "infrastructure error");

/// What the registry does not know is a mistake of the test.
const RED: (Option<i32>, &str) = (Some(1), "failed");

fn with_image(image: &str, names: &[&str]) -> Project {
    let all: Vec<(&str, &str)> = names.iter().map(|name| (*name, "true")).collect();
    Project::new(&[("t", &scenarios(&all).replace("localhost/busybox:1", image))])
}

fn not_had(engine: &FakeEngine, policy: &str, outcome: (Option<i32>, &str)) -> Ran {
    let project = with_image("registry.example/team/app:7", &["one"]);
    let ran = run(&project, engine, &["--pull", policy]);
    assert_eq!((ran.code, ran.outcome("one")), outcome, "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
    ran
}

#[test]
fn a_pull_that_fails_says_why_and_what_to_do() {
    for (status, said, help, outcome) in [
        (
            500,
            "Get \"https://registry.example/v2/\": dial tcp: lookup registry.example: no such host",
            "registry",
            ERROR,
        ),
        (
            404,
            "pull access denied for team/app, repository does not exist or may require 'docker login'",
            "log in",
            ERROR,
        ),
        (404, "manifest for team/app:7 not found: manifest unknown: manifest unknown", "mistyped", RED),
        (500, "toomanyrequests: You have reached your pull rate limit", "log in", ERROR),
        (500, "write /var/lib/docker/tmp/x: no space left on device", "free space", ERROR),
    ] {
        let engine = FakeEngine::start();
        engine.fault(Call::Pull, Fault::Answer(status, said));
        let ran = not_had(&engine, "missing", outcome);
        let failure = &ran.scenario("one")["attempts"][0]["failures"][0];
        assert!(failure["message"].as_str().unwrap().contains(said), "{failure}");
        let told = format!("{} {}", failure["message"], failure["help"]).to_lowercase();
        assert!(told.contains(help), "{help}: {failure}");
        assert!(failure["path"].as_str().unwrap().contains("image") || said.contains("space left"), "{failure}");
    }
}

#[test]
fn a_pull_that_fails_midway_fails() {
    for lines in [
        &[
            r#"{"status":"Downloading","id":"a","progressDetail":{"current":1,"total":9}}"#,
            r#"{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}"#,
        ][..],
        // It breaks off without a word: the image is not there.
        &[r#"{"errorDetail":{"message":""#],
    ] {
        let engine = FakeEngine::start();
        engine.fault(Call::Pull, Fault::Lines(Duration::from_millis(10), lines));
        not_had(&engine, "missing", ERROR);
    }
}

#[test]
fn one_pull_serves_all_and_its_progress_is_told() {
    const LINES: &[&str] = &[
        r#"{"status":"Pulling from team/app","id":"7"}"#,
        r#"{"status":"Downloading","id":"a","progressDetail":{"current":25,"total":100}}"#,
        r#"{"status":"Downloading","id":"a","progressDetail":{"current":75,"total":100}}"#,
        r#"{"status":"Download complete","id":"a","progressDetail":{}}"#,
        r#"{"status":"Status: Downloaded newer image"}"#,
    ];
    let engine = FakeEngine::start();
    engine.fault(Call::Pull, Fault::Lines(Duration::from_millis(200), LINES));
    let project = with_image("registry.example/team/app:7", &["one", "two", "three", "four"]);
    let ran = run(&project, &engine, &["--jobs", "4", "--format", "jsonl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    assert_eq!(engine.asked("POST /images/create"), 1, "one pull for all");
    assert!(ran.text.contains("pulling registry.example/team/app:7: Downloading"), "{}", ran.text);
    assert!(ran.text.contains("75"), "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn the_policy_says_when_images_are_pulled() {
    const DONE: &[&str] = &[r#"{"status":"Status: Image is up to date"}"#];
    let engine = FakeEngine::start();
    engine.fault(Call::Pull, Fault::Lines(Duration::ZERO, DONE));
    let ran = not_had(&engine, "never", ERROR);
    assert!(ran.failures("one")[0].contains("may not be pulled"), "{:?}", ran.failures("one"));
    assert_eq!(engine.asked("POST /images/create"), 0);
    let project = with_image("registry.example/team/app:7", &["one"]);
    let code = |policy: &str| run(&project, &engine, &["--pull", policy, "--force"]).code;
    assert_eq!((code("missing"), engine.asked("POST /images/create")), (Some(0), 1));
    assert_eq!((code("missing"), engine.asked("POST /images/create")), (Some(0), 1));
    assert_eq!((code("always"), engine.asked("POST /images/create")), (Some(0), 2));
    assert_eq!((code("never"), engine.asked("POST /images/create")), (Some(0), 2));
}
