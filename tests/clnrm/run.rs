//! `clnrm run` and the commands about runs where no container engine answers: what is selected, what is said, what is written. With an engine they
//! are tested in `tests/runs`.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::schema::{assert_valid, schema};
use crate::workspace::{GOOD, Ran, Workspace};

/// A test of two scenarios, with a tag and a secret.
const TWO: &str = r#"
[meta]
name = "two"
version = "1.0"
tags = ["slow"]

[services.app]
plugin = "generic_container"
image = "localhost/busybox:1"
env = { API_TOKEN = "sk-live-4f9a8b7c6d5e" }

[[scenario]]
name = "pay"
service = "app"
run = "echo sk-live-4f9a8b7c6d5e"

[[scenario]]
name = "refund"
service = "app"
run = "echo refund"

[[expect.span]]
name = "app.exec"
"#;

fn workspace() -> Workspace {
    Workspace::new(&[
        ("cleanroom.toml", "[project]\nname = \"shop\"\n"),
        ("tests/good.clnrm.toml", GOOD),
        ("tests/two.clnrm.toml", TWO),
        ("tests/_macros.toml.tera", "{# nothing #}\n"),
    ])
}

/// Runs `clnrm` where no engine is.
fn without_engine(workspace: &Workspace, arguments: &[&str]) -> Ran {
    let folder = workspace.path("");
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
    command
        .args(arguments)
        .current_dir(&folder)
        .env_clear()
        .env("HOME", &folder)
        .env("XDG_RUNTIME_DIR", &folder)
        .env("DOCKER_HOST", "unix:///no/such/engine.sock");
    Ran::from(command.stdin(Stdio::null()).output().expect("the binary runs"))
}

#[test]
fn without_an_engine_nothing_is_green_and_it_is_said_why() {
    let ran = without_engine(&workspace(), &["run"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("NOT RUN") && ran.stdout.contains("engine"), "{}", ran.stdout);
    assert!(ran.stdout.contains("2 tests with 3 scenarios: 2 not run"), "{}", ran.stdout);
}

#[test]
fn json_and_jsonl_are_what_the_schema_says_and_hold_no_secret() {
    let workspace = workspace();
    let document = schema("docs/run.schema.json");
    let ran = without_engine(&workspace, &["run", "--format", "json"]);
    assert_eq!(ran.code, Some(3));
    assert_valid(&document, &ran.json());
    assert_eq!(ran.json()["exit_code"], 3);
    let line =
        serde_json::json!({ "$schema": document["$schema"], "$ref": "#/$defs/line", "$defs": document["$defs"] });
    let lines = without_engine(&workspace, &["run", "--format", "jsonl"]);
    let all: Vec<Value> = lines.stdout.lines().map(|it| serde_json::from_str(it).expect("JSON")).collect();
    all.iter().for_each(|it| assert_valid(&line, it));
    assert_eq!((&all[0]["type"], &all[all.len() - 1]["type"]), (&"run-started".into(), &"run-finished".into()));
    for text in [ran.stdout, lines.stdout] {
        assert!(!text.contains("4f9a8b7c6d5e"), "{text}");
    }
}

#[test]
fn what_would_run_is_listed() {
    let workspace = workspace();
    let listed = without_engine(&workspace, &["run", "--list"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    insta::assert_snapshot!(listed.stdout, @r"
    tests/good.clnrm.toml::hello
    tests/two.clnrm.toml::pay
    tests/two.clnrm.toml::refund
    ");
    for (arguments, expected) in [
        (
            &["--only", "two", "--only", "hell"][..],
            &["good.clnrm.toml::hello", "two.clnrm.toml::pay", "two.clnrm.toml::refund"][..],
        ),
        (&["--only", "pa*"], &["two.clnrm.toml::pay"]),
        (&["--only", "{pay,HELLO}"], &["good.clnrm.toml::hello", "two.clnrm.toml::pay"]),
        (&["--only", "tag:sl*", "--only", "!refund"], &["two.clnrm.toml::pay"]),
        (&["--only", "path:**/good.*"], &["good.clnrm.toml::hello"]),
        (&["--tag", "slow", "--only", "refund"], &["two.clnrm.toml::refund"]),
        (&["tests/good.clnrm.toml"], &["good.clnrm.toml::hello"]),
    ] {
        let listed = without_engine(&workspace, &[&["run", "--list"], arguments].concat());
        let ids: Vec<&str> = listed.stdout.lines().map(|line| line.trim_start_matches("tests/")).collect();
        assert_eq!(ids, expected, "{arguments:?}");
    }
    let planned = without_engine(&workspace, &["run", "--dry-run", "tests/two.clnrm.toml"]);
    assert_eq!(planned.code, Some(0), "{planned:?}");
    insta::assert_snapshot!(planned.stdout);
    let told = without_engine(&workspace, &["run", "--list", "--only", "pay", "--format", "json"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    insta::assert_snapshot!(told.stdout, @r#"
    {
      "version": 1,
      "tests": [
        {
          "id": "tests/two.clnrm.toml",
          "file": "tests/two.clnrm.toml",
          "combination": null,
          "name": "two",
          "tags": [
            "slow"
          ],
          "mistakes": [],
          "scenarios": [
            {
              "id": "tests/two.clnrm.toml::pay",
              "name": "pay",
              "selected": true
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn a_selection_of_nothing_is_exit_code_4() {
    let workspace = workspace();
    for arguments in [&["--only", "nope"][..], &["--tag", "nope"], &["--list", "--only", "nope"]] {
        let ran = without_engine(&workspace, &[&["run"], arguments].concat());
        assert_eq!(ran.code, Some(4), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains("no scenario is selected"), "{}", ran.stderr);
    }
    let empty = Workspace::new(&[("readme.md", "")]);
    let ran = without_engine(&empty, &["run"]);
    assert_eq!(ran.code, Some(4));
    assert!(ran.stderr.contains("no test found in `.`") && ran.stderr.contains("`clnrm init`"), "{}", ran.stderr);
    let idle = Workspace::new(&[(
        "idle.clnrm.toml",
        "[meta]\nname = \"idle\"\nversion = \"1\"\n[services.app]\nimage = \"a\"\n",
    )]);
    let ran = without_engine(&idle, &["run"]);
    assert!(matches!(ran.code, Some(2 | 4)), "{ran:?}");
    assert!(ran.stderr.contains("idle.clnrm.toml"), "{}", ran.stderr);
}

#[test]
fn what_can_not_be_run_is_exit_code_2() {
    let workspace = workspace();
    for (arguments, said) in [
        (&["run", "none.clnrm.toml"][..], "no such file or directory"),
        (&["run", "tests/_macros.toml.tera"], "is a macro library"),
        (&["run", "-"], "a test that runs is a file"),
        (&["run", "--untrusted"], "are not run"),
        (&["run", "--shard", "4/3"], "there is no part 4 of 3"),
        (&["run", "--only", "{a"], "no valid glob"),
        (&["run", "--report", "xml=a"], "there is no format `xml`"),
        (&["run", "--fail-fast", "--max-fail", "2"], "cannot be used with"),
        (&["run", "--jobs", "0"], "write a whole number from 1 on"),
        (&["run", "--max-memory", "0"], "write a whole number from 1 on"),
        (&["run", "--seed", "x"], "write a whole number"),
        (&["run", "--list", "--format", "junit"], "other formats are of a run that took place"),
        (&["run", "--timeout", "30"], "its unit is missing"),
        (&["redgreen", "tests"], "--expect"),
        (&["repro"], "no run is recorded"),
        (&["report", "nope"], "there is no run `nope`"),
        (&["report", "cleanroom.toml"], "is no JSON"),
        (&["trace"], "no run is recorded"),
        (&["trace", "tests/two.clnrm.toml"], "no spans of `tests/two.clnrm.toml` are recorded"),
    ] {
        let ran = without_engine(&workspace, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn reports_go_to_files_and_the_run_is_remembered() {
    let workspace = workspace();
    let arguments = [
        "run",
        "--quiet",
        "--report",
        "sarif=out/a.sarif",
        "--report-junit",
        "a.xml",
        "--html",
        "a.html",
        "--report",
        "jsonl=a.jsonl",
        "--output",
        "a.json",
        "--format",
        "json",
    ];
    let ran = without_engine(&workspace, &arguments);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(3), "", ""));
    let read =
        |path: &str| std::fs::read_to_string(workspace.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    for (path, holds) in [
        ("out/a.sarif", "\"version\": \"2.1.0\""),
        ("a.xml", "errors=\"3\""),
        ("a.html", "<!DOCTYPE html>"),
        ("a.jsonl", "run-finished"),
        ("a.json", "\"exit_code\": 3"),
    ] {
        assert!(read(path).contains(holds), "{path}: {}", read(path));
    }
    let again = without_engine(&workspace, &["report", "--format", "json"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(again.json(), serde_json::from_str::<Value>(&read("a.json")).expect("JSON"));
    let id = again.json()["run"].as_str().expect("an id").to_owned();
    for name in [id.as_str(), "a.json", "last"] {
        let human = without_engine(&workspace, &["report", name]);
        assert!(human.stdout.contains("2 tests with 3 scenarios"), "{name}: {human:?}");
    }
    let junit = without_engine(&workspace, &["report", "--format", "junit", "--output", "b.xml"]);
    assert_eq!((junit.code, read("b.xml")), (Some(0), read("a.xml")));
    let repro = without_engine(&workspace, &["repro", "--verify-digest"]);
    assert_eq!(repro.code, Some(3), "{repro:?}");
}

#[test]
fn a_test_names_its_own_reports_but_not_outside_of_its_project() {
    let workspace = workspace();
    let with = |table: &str| format!("{TWO}\n[report]\n{table}\n");
    workspace.write(
        "tests/two.clnrm.toml",
        with("json = \"out/two.json\"\njunit = \"out/two.xml\"\ndigest = \"out/two.txt\"").as_bytes(),
    );
    workspace.write("tests/bad.clnrm.toml", with("json = \"../bad.json\"").as_bytes());
    let ran = without_engine(&workspace, &["run", "tests"]);
    assert_eq!(ran.code, Some(2), "a report that was asked for is not there: {ran:?}");
    let json = std::fs::read_to_string(workspace.path("out/two.json")).expect("the report");
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let tests: Vec<&Value> = json["tests"].as_array().expect("tests").iter().map(|test| &test["id"]).collect();
    assert_eq!(tests, ["tests/two.clnrm.toml"], "its own results alone");
    assert!(std::fs::read_to_string(workspace.path("out/two.xml")).expect("the report").contains("name=\"pay\""));
    assert_eq!(
        std::fs::read_to_string(workspace.path("out/two.txt")).expect("the report"),
        "- -  tests/two.clnrm.toml\n"
    );
    assert!(ran.stderr.contains("lies outside of the project"), "{}", ran.stderr);
    assert!(!workspace.path("../bad.json").exists());
}

#[test]
fn what_is_neither_red_nor_green_is_not_what_it_is_meant_to_be() {
    let workspace = workspace();
    for expected in ["red", "green"] {
        let ran = without_engine(&workspace, &["red-green", "tests", "--expect", expected]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stderr.contains("is neither red nor green"), "{}", ran.stderr);
    }
}

#[test]
fn a_baseline_is_a_green_run() {
    let workspace = workspace();
    let ran = without_engine(&workspace, &["record", "tests", "-o", "base.json"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("nothing was recorded") && !workspace.path("base.json").exists(), "{ran:?}");
    // A run that was green, as it was remembered.
    let last = without_engine(&workspace, &["report", "--format", "json"]).json();
    let runs = workspace.path(".clnrm/runs");
    let mut green = last.clone();
    green["exit_code"] = 0.into();
    let id = last["run"].as_str().expect("an id");
    std::fs::write(runs.join(id).join("report.json"), green.to_string()).expect("to write");
    let ran = without_engine(&workspace, &["record", "--last", "-o", "base.json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let base = std::fs::read_to_string(workspace.path("base.json")).expect("the baseline");
    assert_eq!(serde_json::from_str::<Value>(&base).expect("JSON"), green);
    assert!(std::fs::read_to_string(workspace.path("base.json.sha256")).expect("the sum").ends_with("  base.json\n"));
    assert_eq!(without_engine(&workspace, &["repro", "base.json"]).code, Some(3));
}

#[test]
fn only_the_last_runs_are_kept() {
    let workspace = workspace();
    for number in 0..25 {
        workspace.write(&format!(".clnrm/runs/2000-{number:02}/report.json"), b"{}");
    }
    assert_eq!(without_engine(&workspace, &["run", "--quiet"]).code, Some(3));
    let kept = std::fs::read_dir(workspace.path(".clnrm/runs")).expect("the runs").count();
    assert_eq!(kept, 21, "20 runs, and the name of the last one");
    assert!(!workspace.path(".clnrm/runs/2000-00").exists() && workspace.path(".clnrm/runs/2000-24").exists());
}
