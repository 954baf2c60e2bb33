//! The examples with a real OpenTelemetry SDK in a real engine, by `clnrm run`: the good one is green, and no fake is believed, each
//! for its own reason at its own line.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a failure is to say: its code, what it is about, a part of its message, and the line that it points at.
type Expected = (&'static str, &'static str, &'static str, &'static str);

const NO_SPANS: &str = "no spans came: nothing connected to the receiver";
/// A day before, less the seconds that it took to start.
const YESTERDAY: &str = "no spans of this run came: the span `shop.pay` ended 863";
const BEEF: &str =
    "no spans of this run came: the span `shop.pay` says that it belongs to the run `20200101T000000Z-beef`";

const FAKES: [(&str, &[Expected]); 7] = [
    (
        "echo-passed",
        &[
            ("expectation-failed", "expect.span[0].name", NO_SPANS, "name = \"shop.order\""),
            ("expectation-failed", "expect.span[0].kind", NO_SPANS, "kind = \"server\""),
            ("expectation-failed", "expect.span[1].name", NO_SPANS, "name = \"shop.pay\""),
            ("expectation-failed", "expect.span[1].parent", NO_SPANS, "parent = \"shop.order\""),
        ],
    ),
    (
        "no-spans",
        &[
            (
                "expectation-failed",
                "expect.graph.must_not_cross[0]",
                NO_SPANS,
                "must_not_cross = [[\"shop.order\", \"admin.delete\"]]",
            ),
            ("expectation-failed", "expect.graph.acyclic", NO_SPANS, "acyclic = true"),
            ("expectation-failed", "expect.counts.errors_total.eq", NO_SPANS, "errors_total.eq = 0"),
        ],
    ),
    (
        "wrong-parent",
        &[(
            "expectation-failed",
            "expect.span[1].parent",
            "the parent is none (it is a root), not `shop.order`",
            "parent = \"shop.order\"",
        )],
    ),
    (
        "wrong-status",
        &[(
            "expectation-failed",
            "expect.status.by_name.\"shop.pay\"",
            "1 span is ERROR; all 1 must be OK",
            "by_name = { \"shop.pay\" = \"OK\" }",
        )],
    ),
    (
        "replayed",
        &[
            ("expectation-failed", "expect.span[0].name", YESTERDAY, "name = \"shop.order\""),
            ("expectation-failed", "expect.span[0].kind", YESTERDAY, "kind = \"server\""),
            ("expectation-failed", "expect.span[1].name", YESTERDAY, "name = \"shop.pay\""),
            ("expectation-failed", "expect.span[1].parent", YESTERDAY, "parent = \"shop.order\""),
        ],
    ),
    (
        "another-run",
        &[
            ("expectation-failed", "expect.span[0].name", BEEF, "name = \"shop.order\""),
            ("expectation-failed", "expect.span[0].kind", BEEF, "kind = \"server\""),
            ("expectation-failed", "expect.span[1].name", BEEF, "name = \"shop.pay\""),
            ("expectation-failed", "expect.span[1].parent", BEEF, "parent = \"shop.order\""),
        ],
    ),
    (
        "external-call",
        &[(
            "expectation-failed",
            "expect.hermeticity.no_external_services",
            "1 span talked to hosts outside of the test: `api.payments.example.com` ×1",
            "no_external_services = true",
        )],
    ),
];

/// Whether an engine with the image is here. CI has both.
fn has_image() -> bool {
    let inspect = Command::new("curl")
        .args(["-sf", "--unix-socket", "/var/run/docker.sock", "-o", "/dev/null"])
        .arg("http://engine/images/localhost/otel-python:1/json")
        .status();
    let there = inspect.is_ok_and(|status| status.success());
    let missing = "no engine with the image localhost/otel-python:1 answers: run scripts/setup-images";
    assert!(there || std::env::var_os("CI").is_none(), "{missing}");
    if !there {
        eprintln!("SKIPPED: {missing}");
    }
    there
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Runs the examples of a folder; the exit code and the JSON.
fn run(examples: &str) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&project.join("docs/examples").join(examples), &folder.path().join("tests"));
    fs::write(folder.path().join("cleanroom.toml"), "[project]\nname = \"examples\"\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_clnrm"))
        .args(["run", "tests", "--format", "json", "--force", "--jobs", "4"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    (output.status.code(), json)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn a_program_with_a_real_sdk_is_green_and_all_is_proved() {
    if !has_image() {
        return;
    }
    let (code, json) = run("sdk");
    let test = &json["tests"][0];
    assert_eq!(code, Some(0), "{json:#}");
    assert_eq!(text(&test["outcome"]), "passed", "{json:#}");
    let expectations = &test["expectations"];
    assert_eq!(expectations["spans"], 3, "{json:#}");
    assert_eq!(expectations["total"], expectations["holding"], "{json:#}");
    assert_eq!(text(&expectations["completeness"]), "proved", "{json:#}");
}

#[test]
fn no_fake_is_believed_each_for_its_own_reason_at_its_own_line() {
    if !has_image() {
        return;
    }
    let (code, json) = run("fakes");
    assert_eq!(code, Some(1), "{json:#}");
    let tests = json["tests"].as_array().unwrap();
    assert_eq!(tests.len(), FAKES.len(), "{json:#}");
    for (name, expected) in FAKES {
        let file = format!("{name}.clnrm.toml");
        let test = tests.iter().find(|test| text(&test["id"]).ends_with(&file)).unwrap();
        // The program itself ends well: it is what it did not do that is told.
        assert_eq!(text(&test["scenarios"][0]["outcome"]), "passed", "{name}: {test:#}");
        assert_eq!(text(&test["outcome"]), "failed", "{name}: {test:#}");
        assert_eq!(text(&test["expectations"]["completeness"]), "proved", "{name}: {test:#}");
        let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/fakes").join(&file));
        let source = source.unwrap();
        let failures = test["failures"].as_array().unwrap();
        assert_eq!(failures.len(), expected.len(), "{name}: {failures:#?}");
        for (failure, (code, path, message, line)) in failures.iter().zip(expected) {
            assert_eq!(text(&failure["code"]), *code, "{name}: {failure:#}");
            assert_eq!(text(&failure["path"]), *path, "{name}: {failure:#}");
            assert!(text(&failure["message"]).contains(message), "{name}: {failure:#}");
            let number = usize::try_from(failure["place"]["start"]["line"].as_u64().unwrap()).unwrap();
            assert_eq!(source.lines().nth(number - 1), Some(*line), "{name}: {failure:#}");
        }
    }
}
