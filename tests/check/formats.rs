//! What every format promises to the programs that read it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::schema::{assert_valid, schema};
use crate::workspace::{GOOD, Ran, Workspace, broken, doubtful};

/// A test that is fine, one with an error, one with a warning, no test, no UTF-8, and nothing at all.
fn sample() -> Workspace {
    let (broken, doubtful) = (broken(), doubtful());
    let workspace = Workspace::new(&[
        ("good.clnrm.toml", GOOD),
        ("a b/broken & <bad>.clnrm.toml", &broken),
        ("doubtful.clnrm.toml", &doubtful),
        ("_macros.toml.tera", "{# nothing #}\n"),
    ]);
    workspace.write("latin.clnrm.toml", b"# \xe4\n");
    workspace
}

fn report(format: &str) -> Ran {
    let ran = sample().check(&["--format", format, "--timing", ".", "missing.clnrm.toml"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    ran
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn json_is_what_its_schema_says() {
    let schema = schema("docs/check.schema.json");
    let report = report("json").json();
    assert_valid(&schema, &report);
    let mut wrong = report;
    wrong["files"][0]["kind"] = "nonsense".into();
    let validator = jsonschema::validator_for(&schema).expect("a sound schema");
    assert!(!validator.is_valid(&wrong), "the schema refuses what is wrong");
}

#[test]
fn jsonl_is_what_its_schema_says() {
    let ran = report("jsonl");
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let document = schema("docs/check.schema.json");
    let line_schema = json!({ "$schema": document["$schema"], "$ref": "#/$defs/line", "$defs": document["$defs"] });
    for line in &lines {
        assert_valid(&line_schema, line);
    }
    assert_eq!(lines.last().expect("a summary")["type"], "summary");
}

#[test]
fn sarif_is_what_its_schema_says() {
    let log = report("sarif").json();
    assert_valid(&schema("tests/schemas/sarif-2.1.0.schema.json"), &log);
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in run["results"].as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small index");
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let uris = log.to_string();
    assert!(uris.contains("a%20b/broken%20&%20%3Cbad%3E.clnrm.toml"), "{uris}");
}

#[test]
fn junit_is_what_its_schema_says() {
    let ran = report("junit");
    let workspace = Workspace::new(&[("report.xml", &ran.stdout)]);
    let schema = repository("tests/schemas/junit-10.xsd");
    let checked =
        Command::new("xmllint").arg("--noout").arg("--schema").arg(schema).arg(workspace.path("report.xml")).output();
    match checked {
        Ok(output) => assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), ran.stdout),
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("skipped: no xmllint here ({error}); see scripts/test")
        }
        Err(error) => panic!("xmllint: {error}"),
    }
}

#[test]
fn gitlab_entries_have_all_that_is_asked_for() {
    let entries = report("gitlab").json();
    let entries = entries.as_array().expect("a list");
    assert_eq!(entries.len(), 4, "{entries:#?}");
    let mut fingerprints: Vec<&str> = entries.iter().filter_map(|entry| entry["fingerprint"].as_str()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), entries.len());
    for entry in entries {
        assert!(entry["description"].is_string() && entry["check_name"].is_string(), "{entry}");
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&entry["severity"].as_str().expect("a text"))
        );
        assert!(entry["location"]["positions"]["begin"]["line"].is_u64() && entry["location"]["path"].is_string());
    }
}

#[test]
fn github_gets_one_command_a_line() {
    let ran = report("github");
    let commands: Vec<&str> = ran.stdout.lines().map(|line| line.split_once(' ').expect("a command").0).collect();
    assert_eq!(commands, ["::error", "::warning", "::error", "::error"]);
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let workspace = sample();
    let is_colored = |arguments: &[&str], environment: &[(&str, &str)]| {
        workspace.run_with(&[&["--check"], arguments].concat(), environment, b"").stdout.contains('\x1b')
    };
    assert!(!is_colored(&[], &[]), "a pipe");
    assert!(is_colored(&["--color", "always"], &[]));
    assert!(is_colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(is_colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!is_colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_report_can_go_to_a_file() {
    let workspace = sample();
    let printed = workspace.check(&["--format", "junit"]);
    let ran = workspace.check(&["--format", "junit", "--output", "out.xml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (printed.code, ""));
    assert_eq!(std::fs::read_to_string(workspace.path("out.xml")).expect("the report"), printed.stdout);
    let ran = workspace.check(&["--format", "junit", "--output", "a/new/folder.xml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (printed.code, ""));
    assert_eq!(std::fs::read_to_string(workspace.path("a/new/folder.xml")).expect("the report"), printed.stdout);
    let ran = workspace.check(&["--output", "out.xml/no-folder.txt"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("can't write the report to `out.xml/no-folder.txt`"), "{}", ran.stderr);
}

#[test]
fn quiet_leaves_the_findings_only() {
    let ran = sample().check(&["--quiet", "good.clnrm.toml"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
}

#[test]
fn people_see_the_line_the_place_and_the_sums() {
    let ran = sample().check(&["a b"]);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("error[orphan-service]: "), "{}", ran.stdout);
    assert_eq!(lines[1], "  --> a b/broken & <bad>.clnrm.toml:17:12");
    assert!(ran.stdout.contains("17 | service = \"apt\"\n"), "{}", ran.stdout);
    let summary = ran.stdout.lines().last().expect("a summary");
    assert!(summary.starts_with("1 error in 1 test"), "{summary}");
}

#[test]
fn times_are_told_per_stage_and_file() {
    let report = report("json").json();
    for stage in ["discovery", "reading", "render", "parse", "semantic", "structure", "expectations", "total"] {
        assert!(report["timing"][stage].is_f64(), "{stage}");
    }
    assert!(report["files"][0]["timing"]["parse"].is_f64());
}
