//! Every format on one small report: what it looks like, and what must hold in it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::analysis::{Analysis, CombinationCount, Diagnostic, DiagnosticFix, FileKind, Related, StageDurations};
use crate::config::TestConfig;
use crate::template::{FileId, ReadingMode, SourceFile};
use crate::text::{LineColumn, Span};
use crate::validation::{Confidence, Rule, Severity, Stage};

static UNKNOWN_KEY: Rule = Rule {
    code: "unknown-key",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "a key that the format does not know",
    explanation: "It is ignored when the test runs.",
    wrong: "[otl]\n",
    right: "[otel]\n",
    check: |_, _| (),
};

static ORPHAN_SERVICE: Rule = Rule {
    code: "orphan-service",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a service that is defined nowhere",
    explanation: "The step can't run.",
    wrong: "service = \"db\"\n",
    right: "service = \"api\"\n",
    check: |_, _| (),
};

/// A finding at the first occurrence of `needle` in `text`.
fn finding(rule: &'static Rule, text: &str, needle: &str, message: &str) -> Diagnostic {
    let start = text.find(needle).expect("the needle is in the text");
    Diagnostic {
        rule,
        severity: rule.severity,
        message: message.to_owned(),
        help: None,
        span: Span::new(start, start + needle.len()),
        related: Vec::new(),
        fixes: Vec::new(),
    }
}

fn related(file: u32, text: &str, needle: &str, message: &str) -> Related {
    let start = text.find(needle).expect("the needle is in the text");
    Related { file: FileId(file), span: Span::new(start, start + needle.len()), message: message.to_owned() }
}

fn analysis(kind: FileKind, files: &[(&str, &str)], diagnostics: Vec<Diagnostic>) -> Analysis {
    let files = files.iter().map(|(name, text)| SourceFile {
        name: (*name).to_owned(),
        path: (!name.starts_with('<')).then(|| PathBuf::from(name)),
        text: Arc::from(*text),
    });
    Analysis {
        kind,
        mode: ReadingMode::Plain,
        diagnostics,
        files: files.collect(),
        links: Vec::new(),
        rendered: None,
        config: Arc::new(TestConfig::default()),
        sources: Arc::default(),
        durations: StageDurations::default(),
        combinations: CombinationCount::ONE,
        cached: false,
    }
}

fn checked(kind: FileKind, files: &[(&str, &str)], diagnostics: Vec<Diagnostic>) -> CheckedFile {
    let checked = Checked::new(analysis(kind, files, diagnostics), |file| file.name.clone());
    CheckedFile { path: files[0].0.to_owned(), named: true, outcome: Outcome::Checked(checked) }
}

fn failed(path: &str, kind: FailureKind, message: &str, place: Option<(LineColumn, usize)>) -> CheckedFile {
    let failure = Failure { kind, message: message.to_owned(), place };
    CheckedFile { path: path.to_owned(), named: true, outcome: Outcome::Failed(failure) }
}

/// A plain test with a typo that can be mended, a template with a call stack, a hint, and files that are no tests.
fn sample() -> Report {
    let plain = "[meta]\nname = \"käse\"\n\n[[expect.span]]\nname = \"日本 🦀\"\tattribute.all = {} # <&>\n";
    let mut typo = finding(&UNKNOWN_KEY, plain, "attribute", "unknown key `attribute` in `[[expect.span]]`");
    typo.help = Some("did you mean `attrs`?".to_owned());
    typo.related = vec![related(0, plain, "[[expect.span]]", "in this table")];
    typo.fixes = vec![DiagnosticFix {
        title: "replace `attribute` by `attrs`".to_owned(),
        confidence: Confidence::Guess,
        edits: vec![(typo.span, "attrs".to_owned())],
    }];

    let template = "{% import \"_macros.toml.tera\" as m %}\n{{ m::scenario(\"a\", \"dv\", \"true\") }}\n";
    let library =
        "{% macro scenario(name, service, cmd) %}\n[[scenario]]\nservice = \"{{ service }}\"\n{% endmacro %}\n";
    let mut orphan = finding(&ORPHAN_SERVICE, template, "\"dv\"", "service `dv` is not defined");
    orphan.help = Some("did you mean `db`?".to_owned());
    orphan.related = vec![
        related(1, library, "{{ service }}", "written here, in macro `scenario`"),
        related(0, template, "m::scenario", "called here"),
    ];
    let mut hint = finding(&UNKNOWN_KEY, template, "\"true\"", "this could be shorter");
    hint.severity = Severity::Hint;

    Report {
        files: vec![
            checked(FileKind::ProjectSettings, &[("cleanroom.toml", "")], vec![]),
            checked(FileKind::Test, &[("tests/good.clnrm.toml", plain)], vec![]),
            checked(FileKind::Test, &[("tests/plain one.clnrm.toml", plain)], vec![typo]),
            failed("tests/missing.clnrm.toml", FailureKind::NotFound, "no such file or directory", None),
            failed(
                "tests/latin.clnrm.toml",
                FailureKind::NotUtf8,
                "is not UTF-8: invalid byte 0xe4",
                Some((LineColumn { line: 3, column: 7 }, 41)),
            ),
            checked(
                FileKind::Test,
                &[("tests/templated.clnrm.toml.tera", template), ("<built-in>/_macros.toml.tera", library)],
                vec![orphan, hint],
            ),
        ],
        ..Report::default()
    }
}

fn written(report: &Report, format: Format) -> String {
    let mut bytes = Vec::new();
    report.write(format, &mut bytes).expect("a vector takes everything");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

fn one(file: CheckedFile) -> String {
    let report = Report { files: vec![file], style: Style { quiet: true, ..Style::default() }, ..Report::default() };
    written(&report, Format::Human)
}

#[test]
fn human() {
    insta::assert_snapshot!(written(&sample(), Format::Human));
}

#[test]
fn json() {
    insta::assert_snapshot!(written(&sample(), Format::Json));
}

#[test]
fn jsonl() {
    insta::assert_snapshot!(written(&sample(), Format::Jsonl));
}

#[test]
fn sarif() {
    let mut log: serde_json::Value = serde_json::from_str(&written(&sample(), Format::Sarif)).expect("JSON");
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules") {
        let page = rule["help"]["markdown"].as_str().expect("the page of the rule");
        assert!(page.contains("[lint]"), "{page}");
        rule["help"]["markdown"] = "(the page)".into();
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).expect("JSON"));
}

#[test]
fn github() {
    insta::assert_snapshot!(written(&sample(), Format::Github));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(written(&sample(), Format::Gitlab));
}

#[test]
fn junit() {
    insta::assert_snapshot!(written(&sample(), Format::Junit));
}

/// The first two lines of a finding: its title and the place that the renderer states.
fn stated_place(text: &str, needle: &str) -> String {
    let diagnostic = finding(&UNKNOWN_KEY, text, needle, "unknown");
    let place = one(checked(FileKind::Test, &[("a.toml", text)], vec![diagnostic]));
    place.lines().nth(1).unwrap_or_default().trim().to_owned()
}

#[test]
fn the_stated_place_counts_lines_and_columns_as_all_formats_do() {
    assert_eq!(stated_place("\u{feff}key = 1\n", "key"), "--> a.toml:1:1", "byte order mark");
    assert_eq!(stated_place("a = 1\r\n\r\nkey = 1\r\n", "key"), "--> a.toml:3:1", "CRLF");
    assert_eq!(stated_place("a = 1\r\rb = 2\rkey = 1", "key"), "--> a.toml:4:1", "lone CR");
    assert_eq!(stated_place("\t\"🦀é\" = 1", "1"), "--> a.toml:1:9", "tabs and wide characters");
    let long = format!("a = \"{}\" # key", "x".repeat(5000));
    assert_eq!(stated_place(&long, "key"), "--> a.toml:1:5010", "long line");
    let longest = format!("a = \"{}\" # key", "x".repeat(50_000));
    assert_eq!(stated_place(&longest, "key"), "--> a.toml:1:50010", "line that is not shown");
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!("a = \"{}\" # key {}", "x".repeat(300), "y".repeat(300));
    let diagnostic = finding(&UNKNOWN_KEY, &text, "key", "unknown");
    let shown = one(checked(FileKind::Test, &[("a.toml", &text)], vec![diagnostic]));
    assert!(shown.lines().all(|line| line.chars().count() <= 120), "{shown}");
    assert!(shown.contains("# key"), "{shown}");
}

#[test]
fn a_range_over_many_lines_is_shown_by_its_first() {
    let text = format!("a = [\n{}]\n", "  1,\n".repeat(50));
    let mut diagnostic = finding(&UNKNOWN_KEY, &text, "[", "unknown");
    diagnostic.span.end = text.len();
    insta::assert_snapshot!(one(checked(FileKind::Test, &[("a.toml", &text)], vec![diagnostic])), @r#"
    warning[unknown-key]: unknown
     --> a.toml:1:5
      |
    1 | a = [
      |     ^
    2 |   1,
      |
    "#);
}

#[test]
fn a_range_over_few_lines_is_shown_whole() {
    let text = "a = [\n  1,\n  2,\n]\n";
    let mut diagnostic = finding(&UNKNOWN_KEY, text, "[", "unknown");
    diagnostic.span.end = text.len() - 1;
    insta::assert_snapshot!(one(checked(FileKind::Test, &[("a.toml", text)], vec![diagnostic])), @r#"
    warning[unknown-key]: unknown
     --> a.toml:1:5
      |
    1 |   a = [
      |  _____^
    2 | |   1,
    3 | |   2,
    4 | | ]
      | |_^
    "#);
}

#[test]
fn a_finding_at_the_end_of_an_empty_text_has_a_place() {
    let diagnostic = Diagnostic { span: Span::at(0), ..finding(&UNKNOWN_KEY, "x", "x", "nothing here") };
    insta::assert_snapshot!(one(checked(FileKind::Test, &[("a.toml", "")], vec![diagnostic])), @r#"
    warning[unknown-key]: nothing here
     --> a.toml:1:1
      |
    1 |
      | ^
    "#);
}

#[test]
fn a_place_far_away_is_an_excerpt_of_its_own() {
    let text = "name = \"a\"\n\n\n\n\n\n\n\nname = \"b\"\n";
    let mut diagnostic = finding(&UNKNOWN_KEY, text, "name = \"b\"", "`name` is given twice");
    diagnostic.related = vec![related(0, text, "name", "first given here")];
    insta::assert_snapshot!(one(checked(FileKind::Test, &[("a.toml", text)], vec![diagnostic])), @r#"
    warning[unknown-key]: `name` is given twice
     --> a.toml:9:1
      |
    9 | name = "b"
      | ^^^^^^^^^^
      |
     ::: a.toml:1:1
      |
    1 | name = "a"
      | ---- first given here
    "#);
}

#[test]
fn the_summary_counts_with_the_right_plural_forms() {
    let line = |files: Vec<CheckedFile>| {
        let written = written(&Report { files, ..Report::default() }, Format::Human);
        written.lines().last().unwrap_or_default().to_owned()
    };
    let good = || checked(FileKind::Test, &[("a.toml", "x")], vec![]);
    let bad = |count| checked(FileKind::Test, &[("a.toml", "x")], vec![finding(&UNKNOWN_KEY, "x", "x", "bad"); count]);
    assert_eq!(line(vec![good()]), "no problems in 1 test");
    assert_eq!(line(vec![good(), good()]), "no problems in 2 tests");
    assert_eq!(line(vec![bad(1)]), "1 warning in 1 test");
    assert_eq!(line(vec![bad(2), good(), bad(1)]), "3 warnings in 3 tests");
}

#[test]
fn warnings_fail_only_when_strict_and_failures_always() {
    let warned = || checked(FileKind::Test, &[("a.toml", "x")], vec![finding(&UNKNOWN_KEY, "x", "x", "bad")]);
    let wrong = || checked(FileKind::Test, &[("a.toml", "x")], vec![finding(&ORPHAN_SERVICE, "x", "x", "bad")]);
    let missing = || failed("b.toml", FailureKind::NotFound, "no such file", None);
    let code = |files, strict| Report { files, strict, ..Report::default() }.exit_code();
    assert_eq!(code(vec![warned()], false), 0);
    assert_eq!(code(vec![warned()], true), 1);
    assert_eq!(code(vec![wrong(), warned()], false), 1);
    assert_eq!(code(vec![wrong(), missing()], false), 2);
}

#[test]
fn fingerprints_survive_moved_lines_and_tell_equal_findings_apart() {
    let prints = |text: &str| {
        let found = vec![finding(&UNKNOWN_KEY, text, "key", "bad"); 2];
        let report = Report { files: vec![checked(FileKind::Test, &[("a.toml", text)], found)], ..Report::default() };
        let entries: serde_json::Value = serde_json::from_str(&written(&report, Format::Gitlab)).expect("JSON");
        [0, 1].map(|index| entries[index]["fingerprint"].as_str().expect("a text").to_owned())
    };
    let [first, second] = prints("key = 1\n");
    assert_ne!(first, second);
    assert_eq!([first, second], prints("# a\n\n  key = 1\n"));
}

#[test]
fn github_commands_can_not_be_broken_out_of() {
    let text = "x";
    let diagnostic = finding(&UNKNOWN_KEY, text, "x", "100 %\n::error::gotcha");
    let report = Report {
        files: vec![checked(FileKind::Test, &[("a,b:c%.toml", text)], vec![diagnostic])],
        ..Report::default()
    };
    insta::assert_snapshot!(written(&report, Format::Github), @"::warning title=clnrm-lsp (unknown-key),file=a%2Cb%3Ac%25.toml,line=1,col=1,endLine=1,endColumn=2::a,b:c%25.toml:1:1: unknown-key: 100 %25%0A::error::gotcha");
}

#[test]
fn times_are_told_where_asked_for() {
    let milliseconds = Duration::from_millis;
    let stages = StageDurations { render: milliseconds(2), parse: milliseconds(3), ..StageDurations::default() };
    let timing = Timing { discovery: milliseconds(1), reading: milliseconds(4), stages, total: milliseconds(12) };
    let report = Report {
        files: vec![checked(FileKind::Test, &[("a.toml", "x")], vec![])],
        timing: Some(timing),
        ..Report::default()
    };
    insta::assert_snapshot!(written(&report, Format::Human), @r#"
    no problems in 1 test

    stage            time in ms
    discovery             1.000
    reading               4.000
    render                2.000
    parse                 3.000
    semantic              0.000
    structure             0.000
    expectations          0.000
    total                12.000
    (stages are summed over all files, the total is by the clock)
    "#);
    let object: serde_json::Value = serde_json::from_str(&written(&report, Format::Json)).expect("JSON");
    assert_eq!(object["timing"]["parse"], 3.0);
    assert_eq!(object["files"][0]["timing"]["render"], 0.0);
}
