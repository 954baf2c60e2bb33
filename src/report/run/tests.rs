//! Every format on one run in which about everything happened, made by hand: what it looks like, and what must hold in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::*;
use crate::analysis::{Analysis, AnalysisOptions, Analyzer, CacheLimits, RenderCache};
use crate::executor::{
    Attempt, ExitStatus, Failure, FailureKind, Hermeticity, Judged, NotRun, Outcome, Redaction, RunEvent, RunId,
    RunReport, ScenarioId, ScenarioResult, StepResult, TestId, TestResult, Validity,
};
use crate::expectation::explain::Explainer;
use crate::expectation::told::told_by;
use crate::expectation::{ExpectationTree, Reception, judge};
use crate::template::SourceFile;
use crate::template::variables::Environment;
use crate::text::Span;
use crate::trace::read::{Collector, SpanReader};
use crate::trace::{Completeness, Trace};

/// What must not be seen anywhere.
const SECRET: &str = "sk-live-4f9a\"8b7c6d5e";

const TEXT: &str = r#"[meta]
name = "pay & <go>"
version = "1"

[services.app]
plugin = "generic_container"
image = "alpine:3.20"
env = { API_TOKEN = "sk-live-4f9a\"8b7c6d5e" } # käse

[[scenario]]
name = "pay"
service = "app"
run = "pay --now"

[[scenario]]
name = "refund"
service = "app"
run = "refund"

[[expect.span]]
name = "shop.pay"
attrs.all = { currency = "EUR" }
"#;

const SPANS: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"app"}}]},"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"shop.pay","kind":1,"startTimeUnixNano":"1767225600000000000","endTimeUnixNano":"1767225600120000000","attributes":[{"key":"currency","value":{"stringValue":"USD"}},{"key":"header","value":{"stringValue":"sk-live-4f9a\"8b7c6d5e"}}]}]}]}]}"#;

fn analysis(name: &str, text: &str) -> Arc<Analysis> {
    let analyzer = Analyzer::new(Environment::Hidden, RenderCache::in_memory(CacheLimits::default()));
    let document = SourceFile { name: name.to_owned(), path: Some(Path::new("/w").join(name)), text: text.into() };
    Arc::new(analyzer.analyze(&document, &AnalysisOptions::default()))
}

fn trace() -> Trace {
    let mut reader = SpanReader::new(Collector::default());
    reader.read(SPANS.as_bytes(), "spans.jsonl");
    reader.into_sink().into_trace().0
}

fn place(text: &str, needle: &str) -> Span {
    let start = text.find(needle).expect("the needle is in the text");
    Span::new(start, start + needle.len())
}

fn failure(kind: FailureKind, path: &str, message: &str, needle: &str) -> Failure {
    let span = place(TEXT, needle);
    Failure {
        kind,
        path: path.to_owned(),
        message: message.to_owned(),
        detail: None,
        help: None,
        span,
        related: vec![],
        told_by: None,
    }
}

fn attempt(outcome: Outcome, failures: Vec<Failure>) -> Attempt {
    let step = StepResult {
        name: "pay".to_owned(),
        service: "app".to_owned(),
        command: vec!["pay".to_owned(), format!("--token={SECRET}")],
        status: Some(ExitStatus::Code(i32::from(!failures.is_empty()))),
        duration: Duration::from_millis(120),
        stdout: format!("paid with {SECRET}\n"),
        stderr: if failures.is_empty() { String::new() } else { "no money ]]> \u{1b}[31mred\n".to_owned() },
        span: place(TEXT, "\"pay --now\""),
    };
    Attempt { outcome, duration: Duration::from_millis(130), steps: vec![step], failures }
}

fn scenario(test: &TestId, name: &str, outcome: Outcome, attempts: Vec<Attempt>) -> ScenarioResult {
    ScenarioResult {
        id: ScenarioId { test: test.clone(), scenario: name.to_owned() },
        outcome,
        validity: Validity::Ran,
        header: place(TEXT, "[[scenario]]"),
        hermeticity: (!attempts.is_empty()).then_some(Hermeticity::Sealed),
        degraded: false,
        duration: attempts.iter().map(|attempt| attempt.duration).sum(),
        attempts,
        artifacts: None,
    }
}

fn test(file: &str, outcome: Outcome, scenarios: Vec<ScenarioResult>) -> TestResult {
    TestResult {
        id: TestId { file: file.to_owned(), combination: None },
        path: Path::new("/w").join(file),
        outcome,
        scenarios: scenarios.into_iter().map(Arc::new).collect(),
        judged: None,
        failures: Vec::new(),
        notes: Vec::new(),
        analysis: analysis(file, TEXT),
        digests: None,
        images: Vec::new(),
    }
}

/// A test whose scenarios and expectations fail.
fn failing() -> TestResult {
    let id = TestId { file: "tests/pay.clnrm.toml".to_owned(), combination: None };
    let mut exit =
        failure(FailureKind::ExitStatus, "scenario[0].run", "`pay` ended with exit code 1, not 0", "\"pay --now\"");
    exit.detail = Some(format!("stderr, the last line:\n  no money for {SECRET}"));
    let attempts = vec![attempt(Outcome::Failed, vec![exit.clone()]), attempt(Outcome::Failed, vec![exit])];
    let scenarios = vec![
        scenario(&id, "pay", Outcome::Failed, attempts),
        scenario(&id, "refund", Outcome::NotRun(NotRun::Dependency), vec![]),
    ];
    let mut test = test(&id.file, Outcome::Failed, scenarios);
    let tree = Arc::new(ExpectationTree::new(&test.analysis.config));
    let trace = Arc::new(trace());
    let reception = Reception::of(Completeness::proved("exit+drain"));
    let judgement = judge(&tree, &trace, &reception);
    let explainer = Explainer::new(&tree, &trace, &reception, &judgement);
    for index in judgement.failures() {
        let constraint = &tree.constraints[index];
        let explanation = explainer.explain(index).expect("a failure is explained");
        test.failures.push(Failure {
            kind: FailureKind::Expectation,
            path: constraint.path.to_string(),
            message: explanation.message,
            detail: explainer.text(index),
            help: Some("change the expectation, or the program".to_owned()),
            span: constraint.span,
            related: Vec::new(),
            told_by: told_by(&tree, &judgement, index).map(|teller| tree.constraints[teller].path.to_string()),
        });
    }
    drop(explainer);
    test.notes.push(format!("the image knows {SECRET}"));
    test.digests = Some(("ct1:0a".to_owned(), "ct1:0b".to_owned()));
    test.judged = Some(Judged { tree, trace, reception, judgement });
    test
}

/// A run of every outcome.
fn report() -> RunReport {
    let flaky = TestId { file: "tests/flaky.clnrm.toml".to_owned(), combination: Some("db=pg".to_owned()) };
    let again = failure(FailureKind::Timeout, "scenario[0]", "it took longer than 100 ms", "\"pay\"");
    let attempts = vec![attempt(Outcome::TimedOut, vec![again]), attempt(Outcome::Passed, vec![])];
    let mut second = test(&flaky.file, Outcome::Flaky, vec![scenario(&flaky, "pay", Outcome::Flaky, attempts)]);
    second.id = flaky;
    let cached = TestId { file: "tests/cached.clnrm.toml".to_owned(), combination: None };
    let run = RunId("earlier".to_owned());
    let mut known = scenario(&cached, "pay", Outcome::Passed, vec![]);
    known.validity = Validity::Cached { run, at: UNIX_EPOCH + Duration::from_secs(1_764_000_000) };
    let mut alone = scenario(&cached, "refund", Outcome::Passed, vec![attempt(Outcome::Passed, vec![])]);
    alone.degraded = true;
    let third = test(&cached.file, Outcome::Passed, vec![known, alone]);
    let lost = TestId { file: "tests/lost.clnrm.toml".to_owned(), combination: None };
    let gone = failure(FailureKind::Engine, "scenario[0]", "the engine went away", "\"pay\"");
    let gone = vec![attempt(Outcome::Infrastructure, vec![gone])];
    let fourth = test(&lost.file, Outcome::Infrastructure, vec![scenario(&lost, "pay", Outcome::Infrastructure, gone)]);
    RunReport {
        run: RunId("20260101-000000-abcd".to_owned()),
        started: UNIX_EPOCH + Duration::from_secs(1_767_225_600),
        duration: Duration::from_millis(1234),
        seed: 42,
        tests: vec![Arc::new(failing()), Arc::new(second), Arc::new(third), Arc::new(fourth)],
        error: None,
        cancelled: false,
    }
}

fn redaction(report: &RunReport) -> Redaction {
    report
        .tests
        .iter()
        .fold(Redaction::default(), |all, test| all.and(&Redaction::of(&test.analysis, &BTreeSet::new())))
}

fn document() -> RunDocument {
    let report = report();
    RunDocument::new(&report, &redaction(&report), Path::new("/w"), false)
}

fn written(format: RunFormat) -> String {
    let mut text = Vec::new();
    document().write(format, Style::default(), &mut text).expect("to write to a vector");
    String::from_utf8(text).expect("UTF-8")
}

#[test]
fn people_see_each_failure_at_their_line_and_the_sums() {
    insta::assert_snapshot!(written(RunFormat::Human));
}

#[test]
fn quiet_leaves_the_failures() {
    let mut text = Vec::new();
    let style = Style { quiet: true, ..Style::default() };
    document().write(RunFormat::Human, style, &mut text).expect("to write to a vector");
    let text = String::from_utf8(text).expect("UTF-8");
    assert!(text.contains("error[exit-status]") && !text.contains("Summary") && !text.contains("PASS"), "{text}");
}

#[test]
fn a_line_comes_out_the_same_of_a_result_and_of_its_document() {
    let report = report();
    let text = written(RunFormat::Human);
    let lines = RunLines::new(Style::default());
    for scenario in report.tests.iter().flat_map(|test| &test.scenarios) {
        let line = lines.scenario(scenario);
        assert!(text.lines().any(|it| it == line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn json_is_read_back_as_it_was_written() {
    let text = written(RunFormat::Json);
    assert_eq!(RunDocument::read(&text).expect("a document"), document());
    assert!(RunDocument::read("{").is_err_and(|error| error.to_string().starts_with("is no JSON")));
    assert!(RunDocument::read("{}").is_err_and(|error| error.to_string().contains("no `version`")));
    let other = text.replacen("\"version\": 1", "\"version\": 99", 1);
    assert_eq!(
        RunDocument::read(&other).err().map(|it| it.to_string()).as_deref(),
        Some("has version 99, this program reads version 1")
    );
    let value: Value = serde_json::from_str(&text).expect("JSON");
    insta::assert_json_snapshot!(value["tests"][0]["failures"][0]);
}

/// A schema of the repository.
fn schema(path: &str) -> Value {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the schema");
    // One pattern of the official SARIF schema has a stray bracket, which strict engines refuse.
    serde_json::from_str(&text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$")).expect("a schema in JSON")
}

fn assert_valid(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).expect("a sound schema");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

#[test]
fn json_is_what_its_schema_says() {
    let schema = schema("docs/run.schema.json");
    let mut value: Value = serde_json::from_str(&written(RunFormat::Json)).expect("JSON");
    assert_valid(&schema, &value);
    value["tests"][0]["outcome"] = "splendid".into();
    assert!(
        !jsonschema::validator_for(&schema).expect("a sound schema").is_valid(&value),
        "the schema refuses what is wrong"
    );
}

#[test]
fn each_event_is_what_the_schema_says() {
    let document = schema("docs/run.schema.json");
    let line =
        serde_json::json!({ "$schema": document["$schema"], "$ref": "#/$defs/line", "$defs": document["$defs"] });
    let report = report();
    let id = report.tests[0].scenarios[0].id.clone();
    let events = [
        RunEvent::Started { run: report.run.clone(), scenarios: vec![id.clone()] },
        RunEvent::ScenarioStarted { scenario: id.clone(), attempt: 1 },
        RunEvent::Progress {
            scenario: id.clone(),
            phase: crate::executor::Phase::Images,
            message: "pulling alpine:3.20".to_owned(),
            percent: Some(12),
        },
        RunEvent::Output {
            scenario: id.clone(),
            service: "app".to_owned(),
            step: None,
            stream: crate::executor::OutputStream::Stderr,
            text: format!("told {SECRET}"),
        },
        RunEvent::Slow { scenario: id.clone(), elapsed: Duration::from_secs(60) },
        RunEvent::Decision { scenario: None, message: "admission paused: 93 % of the memory is used".to_owned() },
        RunEvent::ScenarioFinished(Arc::clone(&report.tests[0].scenarios[0])),
        RunEvent::TestFinished(Arc::clone(&report.tests[0])),
        RunEvent::Note { test: None, message: format!("beware of {SECRET}") },
    ];
    let lines = events.iter().filter_map(|event| event_line(event, &redaction(&report), Path::new("/w")));
    let mut lines: Vec<Value> = lines.collect();
    assert_eq!(lines.len(), events.len());
    lines.extend(written(RunFormat::Jsonl).lines().map(|it| serde_json::from_str::<Value>(it).expect("JSON")));
    for it in &lines {
        assert_valid(&line, it);
        assert!(!it.to_string().contains("4f9a"), "{it}");
    }
    assert_eq!(lines.last().expect("an end")["type"], "run-finished");
}

#[test]
fn junit_shows_reruns_files_and_lines() {
    let text = written(RunFormat::Junit);
    insta::assert_snapshot!(text);
    // `file` and `line` of a case are of pytest, GitLab and CircleCI; the schema of Jenkins has no place for them.
    let schema = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/junit-10.xsd"));
    let schema = schema.expect("the schema").replacen(
        "<xs:attribute name=\"classname\" type=\"xs:string\"/>",
        "<xs:attribute name=\"classname\" type=\"xs:string\"/><xs:attribute name=\"file\" type=\"xs:string\"/><xs:attribute name=\"line\" type=\"xs:string\"/>",
        1,
    );
    let folder = tempfile::tempdir().expect("a folder");
    let (schema_path, path): (PathBuf, PathBuf) = (folder.path().join("junit.xsd"), folder.path().join("report.xml"));
    std::fs::write(&schema_path, schema).expect("to write");
    std::fs::write(&path, &text).expect("to write");
    match Command::new("xmllint").arg("--noout").arg("--schema").arg(schema_path).arg(path).output() {
        Ok(output) => assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if std::env::var_os("CI").is_none() => eprintln!("skipped: no xmllint here ({error})"),
        Err(error) => panic!("xmllint: {error}"),
    }
}

#[test]
fn an_empty_run_is_no_green_junit() {
    let mut document = document();
    document.tests.clear();
    document.error = Some("no scenario is selected".to_owned());
    let mut text = Vec::new();
    document.write(RunFormat::Junit, Style::default(), &mut text).expect("to write to a vector");
    assert!(String::from_utf8_lossy(&text).contains("tests=\"1\" failures=\"0\" errors=\"1\""));
}

#[test]
fn sarif_is_what_its_schema_says() {
    let log: Value = serde_json::from_str(&written(RunFormat::Sarif)).expect("JSON");
    assert_valid(&schema("tests/schemas/sarif-2.1.0.schema.json"), &log);
    insta::assert_json_snapshot!(log["runs"][0]["results"][0]);
}

#[test]
fn annotations_are_capped_with_a_notice() {
    insta::assert_snapshot!(written(RunFormat::Github));
    let mut document = document();
    let failure = document.tests[0].failures[0].clone();
    document.tests[0].failures = vec![failure; 30];
    let mut text = Vec::new();
    document.write(RunFormat::Github, Style::default(), &mut text).expect("to write to a vector");
    let text = String::from_utf8(text).expect("UTF-8");
    assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), 10, "{text}");
    let notice = text.lines().find(|line| line.starts_with("::notice ")).expect("a notice");
    assert!(notice.contains("22 more failures"), "{notice}");
}

#[test]
fn tap_has_a_point_for_each_scenario_and_the_expectations() {
    insta::assert_snapshot!(written(RunFormat::Tap));
}

#[test]
fn digests_stand_on_one_line_a_test() {
    insta::assert_snapshot!(written(RunFormat::Digest));
}

#[test]
fn a_page_needs_nothing_besides_itself() {
    let report = report();
    let redaction = redaction(&report);
    let document = RunDocument::new(&report, &redaction, Path::new("/w"), false);
    let mut page = Vec::new();
    document.write_html(&Waterfalls::of(&report, &redaction), &mut page).expect("to write to a vector");
    let page = String::from_utf8(page).expect("UTF-8");
    for outside in ["http://", "https://", "<script", " src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(
        page.contains("default-src 'none'")
            && page.contains("prefers-color-scheme:dark")
            && page.contains("@media print")
    );
    assert!(page.contains("shop.pay") && page.contains("<rect "), "a waterfall");
    assert!(page.contains("<mark>&quot;pay --now&quot;</mark>"), "the marked line: {page}");
    let opened = page.matches("<details").count();
    assert_eq!(opened, page.matches("</details>").count());
    insta::assert_snapshot!(page.split_once("</style>").expect("a style sheet").1);
}

#[test]
fn a_secret_is_in_no_format() {
    let report = report();
    let redaction = redaction(&report);
    let document = RunDocument::new(&report, &redaction, Path::new("/w"), false);
    let mut texts: Vec<String> = [
        RunFormat::Human,
        RunFormat::Json,
        RunFormat::Jsonl,
        RunFormat::Junit,
        RunFormat::Sarif,
        RunFormat::Github,
        RunFormat::Tap,
        RunFormat::Digest,
    ]
    .map(written)
    .into();
    let mut page = Vec::new();
    document.write_html(&Waterfalls::of(&report, &redaction), &mut page).expect("to write to a vector");
    texts.push(String::from_utf8(page).expect("UTF-8"));
    for text in &texts {
        assert!(!text.contains("4f9a") && !text.contains("8b7c6d5e"), "{text}");
    }
    assert!(texts[1].contains("•••"), "it was there to be covered");
    // The very same run without redaction shows it: the test could fail.
    let bare = RunDocument::new(&report, &Redaction::default(), Path::new("/w"), false);
    let mut text = Vec::new();
    bare.write(RunFormat::Json, Style::default(), &mut text).expect("to write to a vector");
    assert!(String::from_utf8_lossy(&text).contains("4f9a"));
}

#[test]
fn exit_codes_tell_what_is_certain_first() {
    let code = |change: &dyn Fn(&mut RunReport), fail_on_flaky: bool| {
        let mut report = report();
        change(&mut report);
        ExitCode::of(&report, fail_on_flaky)
    };
    let keep = |index: usize| {
        move |report: &mut RunReport| {
            let kept = report.tests[index].clone();
            report.tests = vec![kept];
        }
    };
    assert_eq!(code(&|_| (), false), ExitCode::Failed, "a failure is certain, whatever the engine did");
    assert_eq!(code(&|report| report.cancelled = true, false), ExitCode::Cancelled);
    assert_eq!(code(&|report| report.tests.clear(), false), ExitCode::NoScenario);
    assert_eq!(code(&keep(1), false), ExitCode::Passed, "flaky is green");
    assert_eq!(code(&keep(1), true), ExitCode::Failed, "unless it is asked for");
    assert_eq!(code(&keep(2), false), ExitCode::Passed);
    assert_eq!(code(&keep(3), false), ExitCode::Infrastructure);
    let unrun = |why: NotRun| {
        move |report: &mut RunReport| {
            let id = TestId { file: "a.clnrm.toml".to_owned(), combination: None };
            let scenario = scenario(&id, "a", Outcome::NotRun(why), vec![]);
            report.tests = vec![Arc::new(test("a.clnrm.toml", Outcome::NotRun(why), vec![scenario]))];
        }
    };
    assert_eq!(code(&unrun(NotRun::InvalidTest), false), ExitCode::Invalid);
    assert_eq!(code(&unrun(NotRun::NoEngine), false), ExitCode::Infrastructure);
    assert_eq!(code(&unrun(NotRun::FailFast), false), ExitCode::Incomplete);
}
