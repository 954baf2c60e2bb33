//! The examples with a real OpenTelemetry SDK in a real engine, by `clnrm run`: the good one is green, and no fake is believed, each
//! for its own reason at its own line. All of the fakes' tests are green with an honest program: it is the lie that turns them red.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What a failure is to say: its code, what it is about, a part of its message, and the line that it points at.
type Expected = (&'static str, &'static str, &'static str, &'static str);

const NO_SPANS: &str = "no spans came: nothing connected to the receiver";
/// A day before, less the seconds that it took to start.
const YESTERDAY: &str = "no spans of this run came: the span `shop.pay` ended 863";
const BEEF: &str =
    "no spans of this run came: the span `shop.reserve` says that it belongs to the run `20200101T000000Z-beef`";

const FAKES: [(&str, &[Expected]); 16] = [
    (
        "echo-passed.clnrm.toml",
        &[
            ("expectation-failed", "expect.span[0].name", NO_SPANS, "name = \"shop.order\""),
            ("expectation-failed", "expect.span[0].kind", NO_SPANS, "kind = \"server\""),
            ("expectation-failed", "expect.span[1].name", NO_SPANS, "name = \"shop.pay\""),
            ("expectation-failed", "expect.span[1].parent", NO_SPANS, "parent = \"shop.order\""),
        ],
    ),
    (
        "no-spans.clnrm.toml",
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
        "wrong-parent.clnrm.toml",
        &[(
            "expectation-failed",
            "expect.span[1].parent",
            "the parent is none (it is a root), not `shop.order`",
            "parent = \"shop.order\"",
        )],
    ),
    (
        "wrong-status.clnrm.toml",
        &[(
            "expectation-failed",
            "expect.status.by_name.\"shop.pay\"",
            "1 span is ERROR; all 1 must be OK",
            "by_name = { \"shop.pay\" = \"OK\" }",
        )],
    ),
    (
        "replayed.clnrm.toml",
        &[
            ("expectation-failed", "expect.span[0].name", YESTERDAY, "name = \"shop.order\""),
            ("expectation-failed", "expect.span[0].kind", YESTERDAY, "kind = \"server\""),
            ("expectation-failed", "expect.span[1].name", YESTERDAY, "name = \"shop.pay\""),
            ("expectation-failed", "expect.span[1].parent", YESTERDAY, "parent = \"shop.order\""),
        ],
    ),
    (
        "another-run.clnrm.toml",
        &[
            ("expectation-failed", "expect.span[0].name", BEEF, "name = \"shop.order\""),
            ("expectation-failed", "expect.span[0].kind", BEEF, "kind = \"server\""),
            ("expectation-failed", "expect.span[1].name", BEEF, "name = \"shop.pay\""),
            ("expectation-failed", "expect.span[1].parent", BEEF, "parent = \"shop.order\""),
        ],
    ),
    (
        "external-call.clnrm.toml",
        &[(
            "expectation-failed",
            "expect.hermeticity.no_external_services",
            "1 span talked to hosts outside of the test: `api.payments.example.com` ×1",
            "no_external_services = true",
        )],
    ),
    (
        "forbidden-span.clnrm.toml",
        &[
            ("expectation-failed", "expect.span[1].exists", "must not be there", "exists = false"),
            (
                "expectation-failed",
                "expect.graph.must_not_cross[0]",
                "`shop.order` and `admin.delete` must not be parent and child, and are",
                "must_not_cross = [[\"shop.order\", \"admin.delete\"]]",
            ),
        ],
    ),
    (
        "wrong-attribute.clnrm.toml",
        &[(
            "expectation-failed",
            "expect.span[0].attrs.all.\"payment.currency\"",
            "`payment.currency` is \"USD\", not \"EUR\", in the nearest span `shop.pay`",
            "attrs.all = { \"payment.currency\" = \"EUR\" }",
        )],
    ),
    (
        "wrong-event.clnrm.toml",
        &[(
            "expectation-failed",
            "expect.span[0].events.all[0]",
            "there is no event `payment.accepted` (events: `payment.declined` ×1)",
            "events.all = [\"payment.accepted\"]",
        )],
    ),
    (
        "wrong-count.clnrm.toml",
        &[(
            "expectation-failed",
            "expect.counts.by_name.\"shop.pay\".eq",
            "2 spans of the name `shop.pay`, exactly 1 is wanted",
            "by_name = { \"shop.pay\" = { eq = 1 } }",
        )],
    ),
    (
        "wrong-duration.clnrm.toml",
        &[(
            "expectation-failed",
            "expect.span[1].duration_ms.max",
            "ms, not at most 1000 ms, in the nearest span `shop.pay`",
            "duration_ms = { min = 0, max = 1000 }",
        )],
    ),
    (
        "wrong-order.clnrm.toml",
        &[(
            "expectation-failed",
            "expect.order.must_precede[0]",
            "no `shop.reserve` ends before a `shop.pay` starts",
            "must_precede = [[\"shop.reserve\", \"shop.pay\"]]",
        )],
    ),
    (
        "wrong-window.clnrm.toml",
        &[("expectation-failed", "expect.window[1].contains[0]", "ms after `shop.order`", "contains = [\"shop.pay\"]")],
    ),
    (
        "wrong-in-loop.clnrm.toml.tera",
        &[(
            "expectation-failed",
            "expect.span[1].parent",
            "the parent is none (it is a root), not `shop.order`, in the nearest span `shop.pay`",
            "parent = \"shop.order\"",
        )],
    ),
    (
        "wrong-in-macro.clnrm.toml.tera",
        &[(
            "expectation-failed",
            "expect.span[1].attrs.all.\"payment.currency\"",
            "`payment.currency` is \"USD\", not \"EUR\", in the nearest span `shop.pay`",
            "{{ m::span(\"shop.pay\", parent=\"shop.order\", attrs={\"payment.currency\": \"EUR\"}) }}",
        )],
    ),
];

/// Whether an engine with the image is here. CI has both.
fn has_image() -> bool {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    let socket = host.strip_prefix("unix://").unwrap_or("/var/run/docker.sock");
    let inspect = Command::new("curl")
        .args(["-sf", "--unix-socket", socket, "-o", "/dev/null"])
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

/// Runs the tests of a folder; the exit code and the JSON.
fn run(folder: &Path) -> (Option<i32>, Value) {
    fs::write(folder.join("cleanroom.toml"), "[project]\nname = \"examples\"\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_clnrm"))
        .args(["run", "tests", "--format", "json", "--force", "--jobs", "4"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    (output.status.code(), json)
}

/// A project with the examples of a folder.
fn project(examples: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples").join(examples), &folder.path().join("tests"));
    folder
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn a_program_with_a_real_sdk_is_green_and_all_is_proved() {
    if !has_image() {
        return;
    }
    let (code, json) = run(project("sdk").path());
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
    let (code, json) = run(project("fakes").path());
    assert_eq!(code, Some(1), "{json:#}");
    let tests = json["tests"].as_array().unwrap();
    assert_eq!(tests.len(), FAKES.len(), "{json:#}");
    for (file, expected) in FAKES {
        let test = tests.iter().find(|test| text(&test["id"]).ends_with(file)).unwrap();
        // The program itself ends well: it is what it did not do that is told.
        assert_eq!(text(&test["scenarios"][0]["outcome"]), "passed", "{file}: {test:#}");
        assert_eq!(text(&test["outcome"]), "failed", "{file}: {test:#}");
        assert_eq!(text(&test["expectations"]["completeness"]), "proved", "{file}: {test:#}");
        let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/fakes").join(file));
        let source = source.unwrap();
        let failures = test["failures"].as_array().unwrap();
        assert_eq!(failures.len(), expected.len(), "{file}: {failures:#?}");
        for (failure, (code, path, message, line)) in failures.iter().zip(expected) {
            assert_eq!(text(&failure["code"]), *code, "{file}: {failure:#}");
            assert_eq!(text(&failure["path"]), *path, "{file}: {failure:#}");
            assert!(text(&failure["message"]).contains(message), "{file}: {failure:#}");
            let number = usize::try_from(failure["place"]["start"]["line"].as_u64().unwrap()).unwrap();
            assert_eq!(source.lines().nth(number - 1), Some(*line), "{file}: {failure:#}");
        }
        if file == "wrong-in-loop.clnrm.toml.tera" {
            assert_eq!(text(&failures[0]["related"][0]["message"]), "in round 2 of this loop", "{failures:#?}");
        }
    }
}

#[test]
fn the_tests_of_the_fakes_are_green_with_an_honest_program() {
    if !has_image() {
        return;
    }
    let folder = project("fakes");
    for (file, _) in FAKES {
        let path = folder.path().join("tests").join(file);
        let test = fs::read_to_string(&path).unwrap();
        let line = test.lines().find(|line| line.starts_with("run = ")).unwrap();
        fs::write(&path, test.replace(line, "run = \"python3 /app/fake.py honest\"")).unwrap();
    }
    let (code, json) = run(folder.path());
    assert_eq!(code, Some(0), "{json:#}");
    let tests = json["tests"].as_array().unwrap();
    assert_eq!(tests.len(), FAKES.len(), "{json:#}");
    for test in tests {
        assert_eq!(text(&test["outcome"]), "passed", "{test:#}");
        assert_eq!(test["expectations"]["total"], test["expectations"]["holding"], "{test:#}");
    }
}
