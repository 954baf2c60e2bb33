//! Commands besides `run` that need an engine, or a run in one: `init`, `pull`, `doctor`, `trace`.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::engine::{BUSYBOX, engine};
use super::project::{APP, Project};

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
fn a_run_is_remembered_in_the_project_of_its_tests_alone() {
    if !engine() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let made = clnrm(folder.path(), &["init", "shop", "--template", "minimal", "--image", BUSYBOX]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made));
    assert!(!folder.path().join(".clnrm").exists(), "nothing is left where it was started");
    let told = clnrm(&folder.path().join("shop/tests"), &["report"]);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told));
    // Tests of no project have nowhere else to be looked for.
    std::fs::remove_file(folder.path().join("shop/cleanroom.toml")).unwrap();
    std::fs::remove_dir_all(folder.path().join("shop/.clnrm")).unwrap();
    let ran = clnrm(folder.path(), &["run", "shop/tests"]);
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran));
    let told = clnrm(folder.path(), &["report"]);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told));
}

#[test]
fn a_report_that_can_not_be_written_is_told_though_a_test_is_red() {
    if !engine() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert_eq!(
        clnrm(path, &["init", "--template", "minimal", "--image", BUSYBOX, "--no-engine"]).status.code(),
        Some(0)
    );
    let file = path.join("tests/basic.clnrm.toml");
    let text_of = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text_of.replace("^hello", "^bye")).unwrap();
    let red = clnrm(path, &["run"]);
    assert_eq!(red.status.code(), Some(1), "{}", text(&red));
    std::fs::write(path.join("taken"), "").unwrap();
    let ran = clnrm(path, &["run", "--report", "junit=taken/out.xml"]);
    assert_eq!(ran.status.code(), Some(2), "{}", text(&ran));
    assert!(text(&ran).contains("can't write the report to `taken/out.xml`"), "{}", text(&ran));
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

#[test]
fn the_trace_of_a_run_tells_what_the_runner_started() {
    if !engine() {
        return;
    }
    let text = format!(
        "{APP}\n[[scenario]]\nname = \"one\"\nservice = \"app\"\nrun = \"sh /span.sh up\"\n[assertions]\nno_orphaned_spans = true\n"
    );
    let claims = text
        .replace("name = \"one\"", "name = \"claims\"\nartifacts.collect = [\"spans:default\"]")
        .replace("sh /span.sh up", "sh /claims.sh")
        .replace("./span.sh:/span.sh", "./claims.sh:/claims.sh");
    let project = Project::new(&[("traced", &text), ("claims", &claims)]);
    // What a program says of its runner counts for nothing: else it could hide that spans were lost.
    let orphan = r#"{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"00000000000000b1","parentSpanId":"00000000000000b2","name":"lost","startTimeUnixNano":"NOW","endTimeUnixNano":"NOW"}"#;
    let script = format!(
        "now=$(date +%s)000000000\necho '{{\"resourceSpans\":[],\"clnrmRunnerSpans\":[\"00000000000000b2\"]}}'\necho '{orphan}' | sed \"s/NOW/$now/g\"\n"
    );
    project.write(&format!("{}/claims.sh", project.name), &script);
    let ran = project.run(&["--html", "run.html"]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    let outcomes = ["traced", "claims"].map(|test| ran.test(test)["outcome"].clone());
    assert_eq!(outcomes, ["passed", "failed"], "{}", ran.text);
    assert!(ran.text.contains("lost"), "{}", ran.text);
    let test = format!("{}/traced.clnrm.toml", project.name);
    for what in [test.as_str(), "last"] {
        let shown = clnrm(&project.path(""), &["trace", what]);
        assert!(self::text(&shown).contains("up (started by the runner)"), "{what}: {}", self::text(&shown));
    }
    let page = std::fs::read_to_string(project.path("run.html")).unwrap();
    let [started, missing] = ["started by the runner", "parent missing"].map(|words| page.matches(words).count());
    assert!(started > 0 && started == missing, "each is told of one span: {started} {missing}");
    // What was green stays so where what is recorded is judged.
    let spans = format!(".clnrm/traces/{test}.spans.jsonl");
    let judged = clnrm(&project.path(""), &["analyze", &test, "--traces", &spans]);
    assert_eq!(judged.status.code(), Some(0), "{}", self::text(&judged));
}
