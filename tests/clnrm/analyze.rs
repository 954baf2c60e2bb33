//! `clnrm analyze`: what is green, what is red and where, in every format.

use serde_json::Value;

use crate::schema::{assert_valid, schema};
use crate::workspace::{Ran, Workspace};
use crate::{clnrm, example};

/// The examples of the documents.
fn examples() -> Workspace {
    Workspace::new(&[
        ("hello.clnrm.toml", &example("hello.clnrm.toml")),
        ("checkout.clnrm.toml.tera", &example("checkout.clnrm.toml.tera")),
        ("good.json", &example("traces/hello.json")),
        ("slow.json", &example("traces/hello-slow.json")),
        ("checkout.jsonl", &example("traces/checkout.jsonl")),
        ("empty.jsonl", ""),
        ("broken.jsonl", "{\"name\":\"a\"\n{\"resourceSpans\":[{]}\n"),
        ("nothing.clnrm.toml", "[meta]\nname = \"nothing\"\nversion = \"1\"\n"),
        ("syntax.clnrm.toml", "[expect.status]\nall = OK\n"),
    ])
}

fn analyze(arguments: &[&str]) -> Ran {
    clnrm(&examples(), &[&["analyze"], arguments].concat())
}

#[test]
fn a_good_trace_is_green_and_says_how_sure_that_is() {
    let ran = analyze(&["hello.clnrm.toml", "--traces", "good.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout);
    let ran = analyze(&["hello.clnrm.toml", "--traces", "good.json", "--completeness", "proved"]);
    insta::assert_snapshot!(ran.stdout, @"pass: all 14 constraints hold in `hello.clnrm.toml` (2 spans, proved: the caller says so)");
}

#[test]
fn a_failure_is_shown_at_its_key_with_the_nearest_span() {
    let ran = analyze(&["hello.clnrm.toml", "--traces", "slow.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_failure_in_a_macro_is_shown_at_its_argument() {
    let ran = analyze(&["checkout.clnrm.toml.tera", "--traces", "good.json", "--format", "json"]);
    assert_eq!(ran.code, Some(1));
    let text = example("checkout.clnrm.toml.tera");
    let report = ran.json();
    let constraints = report["constraints"].as_array().expect("a list");
    let places: Vec<&str> = constraints
        .iter()
        .filter(|constraint| constraint["verdict"] != "pass")
        .map(|constraint| {
            let byte = |end: &str| constraint["range"][end]["byte"].as_u64().expect("a number") as usize;
            &text[byte("start")..byte("end")]
        })
        .collect();
    insta::assert_snapshot!(places.join("\n"));
}

#[test]
fn nothing_is_green_for_want_of_spans_or_expectations() {
    let ran = analyze(&["hello.clnrm.toml", "--traces", "empty.jsonl"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("no spans in `empty.jsonl`"), "{}", ran.stdout);
    let ran = analyze(&["nothing.clnrm.toml", "--traces", "good.json"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("expects nothing"), "{}", ran.stdout);
    let junit = analyze(&["nothing.clnrm.toml", "--traces", "good.json", "--format", "junit"]);
    assert!(junit.stdout.contains("errors=\"1\""), "{}", junit.stdout);
}

#[test]
fn what_can_not_be_read_proves_nothing() {
    let arguments =
        ["hello.clnrm.toml", "--traces", "good.json", "broken.jsonl", "--completeness", "proved", "--format", "json"];
    let report = analyze(&arguments).json();
    assert_eq!(report["completeness"], "unknown", "{report:#}");
    assert!(!report["problems"].as_array().expect("a list").is_empty(), "{report:#}");
}

#[test]
fn a_file_that_can_not_be_used_is_exit_code_2() {
    for (arguments, said) in [
        (&["none.clnrm.toml", "--traces", "good.json"][..], "no such file or directory"),
        (&["hello.clnrm.toml", "--traces", "none.json"], "`none.json` can't be read"),
        (&["syntax.clnrm.toml", "--traces", "good.json"], "syntax.clnrm.toml:2:7"),
        (&["good.json", "--traces", "good.json"], "does not look like a cleanroom test"),
        (&["hello.clnrm.toml"], "--traces"),
        (&["HEAD:none.clnrm.toml", "--traces", "good.json"], "git"),
    ] {
        let ran = analyze(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn json_is_what_its_schema_says() {
    let schema = schema("docs/analyze.schema.json");
    for (test, traces) in [
        ("hello.clnrm.toml", "good.json"),
        ("hello.clnrm.toml", "slow.json"),
        ("hello.clnrm.toml", "empty.jsonl"),
        ("checkout.clnrm.toml.tera", "good.json"),
        ("nothing.clnrm.toml", "good.json"),
    ] {
        let report = analyze(&[test, "--traces", traces, "--format", "json"]).json();
        assert_valid(&schema, &report);
    }
    let report = analyze(&["hello.clnrm.toml", "--traces", "slow.json", "--format", "json"]).json();
    let failed = report["constraints"].as_array().expect("a list").iter().find(|it| it["verdict"] == "fail");
    insta::assert_json_snapshot!(failed);
}

#[test]
fn sarif_is_what_its_schema_says() {
    let log = analyze(&["checkout.clnrm.toml.tera", "--traces", "good.json", "--format", "sarif"]).json();
    assert_valid(&schema("tests/schemas/sarif-2.1.0.schema.json"), &log);
    let results = log["runs"][0]["results"].as_array().expect("results");
    let rules: std::collections::BTreeSet<&str> =
        results.iter().filter_map(|result| result["ruleId"].as_str()).collect();
    assert_eq!(rules.into_iter().collect::<Vec<_>>(), ["expect.graph", "expect.order", "expect.span"]);
}

#[test]
fn junit_has_a_case_for_each_constraint() {
    let ran = analyze(&["hello.clnrm.toml", "--traces", "slow.json", "--format", "junit"]);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_report_goes_to_a_file() {
    let workspace = examples();
    let arguments =
        ["analyze", "hello.clnrm.toml", "--traces", "good.json", "--format", "json", "--output", "out.json"];
    let ran = clnrm(&workspace, &arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    let text = std::fs::read_to_string(workspace.path("out.json")).expect("the report");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["verdict"], "pass");
}

/// For each kind of expectation a change of the trace that turns the test red, and at which constraint.
#[test]
fn a_mutant_for_each_kind_of_expectation_is_red() {
    let good = example("traces/hello.json");
    for (from, to, path) in [
        ("\"greeter.run\"", "\"greeter.walk\"", "expect.span[0].name"),
        ("\"parentSpanId\": \"eee19b7ec3c1b174\",", "", "expect.span[1].parent"),
        ("\"world\"", "\"moon\"", "expect.span[1].attrs.all.\"greeting.name\""),
        ("1767225600120000000", "1767225600720000000", "expect.span[0].duration_ms.max"),
        ("\"parentSpanId\": \"eee19b7ec3c1b174\",", "", "expect.graph.must_include[0]"),
        (
            "\"spanId\": \"eee19b7ec3c1b174\",",
            "\"spanId\": \"eee19b7ec3c1b174\", \"parentSpanId\": \"eee19b7ec3c1b175\",",
            "expect.graph.acyclic",
        ),
        ("\"code\": 1", "\"code\": 2", "expect.counts.errors_total.eq"),
        ("\"code\": 1", "\"code\": 0", "expect.status.all"),
        (
            "{ \"key\": \"greeting.name\"",
            "{ \"key\": \"server.address\", \"value\": { \"stringValue\": \"example.com\" } }, { \"key\": \"greeting.name\"",
            "expect.hermeticity.no_external_services",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let workspace = examples();
        workspace.write("mutant.json", good.replacen(from, to, 1).as_bytes());
        let arguments = ["analyze", "hello.clnrm.toml", "--traces", "mutant.json", "--format", "json"];
        let ran = clnrm(&workspace, &arguments);
        assert_eq!(ran.code, Some(1), "{from} => {to}");
        let report = ran.json();
        let constraints = report["constraints"].as_array().expect("a list");
        let red: Vec<&str> =
            constraints.iter().filter(|it| it["verdict"] != "pass").filter_map(|it| it["path"].as_str()).collect();
        assert!(red.contains(&path), "{from} => {to}: {red:?}");
    }
}

#[test]
fn one_cause_is_told_once() {
    let ran = analyze(&["hello.clnrm.toml", "--traces", "empty.jsonl"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout.matches("error: ").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("13 other expectations do not hold for the same reason, in lines "), "{}", ran.stdout);
    assert!(ran.stdout.contains("fail: 14 of 14 constraints do not hold"), "{}", ran.stdout);
}
