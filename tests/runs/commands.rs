//! Commands besides `run` that need an engine: `init`, `pull`, `doctor`.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::engine::{BUSYBOX, engine};

/// Runs `clnrm` in a folder, with the environment of this process and a home of its own.
fn clnrm(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
    command.args(arguments).current_dir(folder).env("HOME", folder).env("XDG_CACHE_HOME", folder.join("cache"));
    command.stdin(Stdio::null()).output().expect("the binary runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(output)))
}

#[test]
fn a_new_project_is_green_at_once() {
    if !engine() {
        return;
    }
    // Those whose image is not their own.
    for template in ["default", "minimal", "advanced", "api"] {
        let folder = tempfile::tempdir().unwrap();
        let made = clnrm(folder.path(), &["init", "shop", "--template", template, "--image", BUSYBOX]);
        assert_eq!(made.status.code(), Some(0), "{template}: {}", text(&made));
        let told = text(&made);
        assert!(told.contains("PASS") && told.contains("1 test with"), "{template}: {told}");
        assert!(told.contains("next: clnrm dev --watch shop/tests"), "{template}: {told}");
    }
}

#[test]
fn a_new_project_that_is_red_says_so() {
    if !engine() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // It has no `wget`: no span comes.
    let made = clnrm(folder.path(), &["init", "--image", "localhost/otel-sh:1"]);
    assert_eq!(made.status.code(), Some(1), "{}", text(&made));
    assert!(text(&made).contains("FAIL") && !text(&made).contains("next:"), "{}", text(&made));
}

#[test]
fn images_are_there_or_can_not_be_had() {
    if !engine() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert_eq!(clnrm(path, &["init", "--no-engine", "--image", BUSYBOX]).status.code(), Some(0));
    for policy in ["missing", "always", "never"] {
        let pulled = clnrm(path, &["pull", "--policy", policy, "tests"]);
        assert_eq!((pulled.status.code(), text(&pulled)), (Some(0), format!("present   {BUSYBOX}\n")), "{policy}");
    }
    let pulled = json(&clnrm(path, &["pull", "--format", "json"]));
    assert_eq!(pulled["images"][0]["image"], BUSYBOX);
    assert_eq!(pulled["images"][0]["outcome"], "present");
    assert_eq!(pulled["images"][0]["tests"], serde_json::json!(["tests/basic.clnrm.toml"]));
    assert!(pulled["images"][0]["id"].as_str().unwrap().starts_with("sha256:"), "{pulled}");

    let missing = "localhost/no-such-image:1";
    assert_eq!(clnrm(path, &["init", "other", "--no-engine", "--image", missing]).status.code(), Some(0));
    let pulled = clnrm(path, &["pull", "--format", "json"]);
    assert_eq!(pulled.status.code(), Some(3), "{}", text(&pulled));
    let outcomes: Vec<Value> =
        json(&pulled)["images"].as_array().unwrap().iter().map(|it| it["outcome"].clone()).collect();
    assert_eq!(outcomes, ["present", "failed"], "one that fails stops no other");
    assert!(text(&pulled).contains("docker build -t localhost/no-such-image:1"), "{}", text(&pulled));
}

#[test]
fn the_doctor_sees_engine_and_images() {
    if !engine() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert_eq!(clnrm(path, &["init", "--no-engine", "--image", BUSYBOX]).status.code(), Some(0));
    let well = clnrm(path, &["doctor", "--format", "json"]);
    assert_eq!(well.status.code(), Some(0), "{}", text(&well));
    let found = json(&well);
    let of = |area: &str, check: &str| {
        let findings = found["findings"].as_array().unwrap().iter();
        findings.filter(|it| it["area"] == area && it["check"] == check).cloned().collect::<Vec<_>>()
    };
    let [engine] = &of("engine", "engine")[..] else { panic!("{found}") };
    assert!(engine["state"] == "ok" && engine["message"].as_str().unwrap().contains("API"), "{engine}");
    let [image] = &of("images", "image")[..] else { panic!("{found}") };
    assert_eq!((&image["state"], &image["message"]), (&"ok".into(), &BUSYBOX.into()));

    let missing = "localhost/no-such-image:1";
    assert_eq!(clnrm(path, &["init", "other", "--no-engine", "--image", missing]).status.code(), Some(0));
    let ill = clnrm(path, &["doctor"]);
    assert_eq!(ill.status.code(), Some(1), "{}", text(&ill));
    let told = text(&ill);
    assert!(told.contains("problem  localhost/no-such-image:1 is not there"), "{told}");
    assert!(told.contains("docker build -t localhost/no-such-image:1"), "{told}");
}
