//! Files that are read as they stand.

use std::fs;
use std::sync::Arc;

use super::fixture::{analyze, check, document};
use crate::analysis::{AnalysisOptions, Analyzer, DryRunValidator, FileKind, ReadingMode};
use crate::validation::{Level, Severities, Severity};

const ORPHAN: &str = r#"
[meta]
name = "demo"
version = "1.0"

[service.app]
plugin = "generic_container"
image = "alpine:3.20"

[[scenario]]
name = "hello"
service = "apq"
           ^^^ orphan-service
run = "echo"

[[expect.span]]
name = "hello"
"#;

#[test]
fn a_finding_stands_at_its_place() {
    let analysis = check(ORPHAN);
    assert_eq!((analysis.mode, analysis.kind), (ReadingMode::Plain, FileKind::Test));
    assert_eq!(analysis.config.services.len(), 1);
    assert!(analysis.rendered.is_none());
}

#[test]
fn a_fix_edits_the_text() {
    let analysis = check(ORPHAN);
    let text = &analysis.files[0].text;
    let fix = &analysis.diagnostics.iter().find(|it| it.rule.code == "orphan-service").unwrap().fixes[0];
    let [(span, replacement)] = fix.edits.as_slice() else { panic!("{fix:?}") };
    assert_eq!((span.slice(text), replacement.as_str()), (Some("apq"), "app"));
}

#[test]
fn expressions_in_strings_are_unknown_values() {
    let late = ORPHAN.replace("\"apq\"\n           ^^^ orphan-service", "\"{{ app }}\"");
    let analysis = check(&late.replace("[meta]", "[vars]\napp = \"app\"\n\n[meta]"));
    assert_eq!(analysis.mode, ReadingMode::InString);
}

#[test]
fn a_lower_level_checks_less() {
    let text = super::fixture::text_of(ORPHAN);
    let codes = |level| {
        let options = AnalysisOptions { level, ..AnalysisOptions::default() };
        let analysis = Analyzer::default().analyze(&document("a.clnrm.toml", &text), &options);
        analysis.diagnostics.iter().map(|it| it.rule.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(Level::Syntax), [""; 0]);
    assert!(codes(Level::Structure).contains(&"orphan-service"));
}

#[test]
fn the_author_and_the_project_have_the_last_word() {
    check(&ORPHAN.replace("\"apq\"\n           ^^^ orphan-service", "\"apq\" # clnrm: allow(orphan-service)"));

    let text = super::fixture::text_of(ORPHAN);
    let with = |value: &str| {
        let mut severities = Severities::default();
        severities.set("orphan-service", value).unwrap();
        let options = AnalysisOptions { severities, ..AnalysisOptions::default() };
        let analysis = Analyzer::default().analyze(&document("a.clnrm.toml", &text), &options);
        analysis.diagnostics.into_iter().find(|it| it.rule.code == "orphan-service").map(|it| it.severity)
    };
    assert_eq!(with("hint"), Some(Severity::Hint));
    assert_eq!(with("off"), None);
}

#[test]
fn what_is_no_test_is_not_judged() {
    for (name, kind) in [("notes.toml", FileKind::Other), ("_macros.toml.tera", FileKind::MacroLibrary)] {
        let analysis = Analyzer::default().analyze(&document(name, "nope = = {{"), &AnalysisOptions::default());
        assert_eq!((analysis.kind, analysis.diagnostics.len()), (kind, 0));
    }
}

#[test]
fn a_macro_library_is_checked_as_a_template_where_that_is_asked() {
    let library = "{% macro shout(text) %}{{ text | uper }}{% endmacro shout %}\nnot = = toml\n";
    let options = AnalysisOptions { libraries: true, ..AnalysisOptions::default() };
    let analysis = Analyzer::default().analyze(&document("_macros.toml.tera", library), &options);
    let found: Vec<_> = analysis.diagnostics.iter().map(|it| (it.rule.code, it.span.slice(library))).collect();
    assert_eq!(found, [("unknown-filter", Some("uper"))]);
}

#[test]
fn the_dry_run_gives_a_verdict_on_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.clnrm.toml");
    fs::write(&path, super::fixture::text_of(ORPHAN)).unwrap();
    let validator = DryRunValidator::new(Arc::new(Analyzer::default()), AnalysisOptions::default());
    let run = validator.validate(&path).unwrap();
    assert!(!run.is_valid());
    assert_eq!(run.errors().map(|it| it.rule.code).collect::<Vec<_>>(), ["orphan-service"]);
    assert_eq!(run.total(), run.durations().total());

    fs::write(&path, super::fixture::text_of(ORPHAN).replace("apq", "app")).unwrap();
    assert!(validator.validate(&path).unwrap().is_valid());
    assert!(validator.validate(&directory.path().join("missing.toml")).is_err());
}

#[test]
fn the_same_text_gives_the_same_findings() {
    let text = super::fixture::text_of(ORPHAN);
    assert_eq!(analyze(&text).diagnostics, analyze(&text).diagnostics);
}

#[test]
fn what_a_string_imports_is_no_part_of_the_test() {
    let script = "\"\"\"\ncat > a.toml.tera << 'EOF'\n{% import \"macros\" as m %}\n          ^^^^^^^^ unknown-template\n{{ m::service() }}\nEOF\"\"\"";
    let fixture = ORPHAN.replace("\"apq\"\n           ^^^ orphan-service", "\"app\"").replace("\"echo\"", script);
    let analysis = check(&fixture);
    assert!(analysis.diagnostics.iter().all(|it| it.severity > Severity::Error), "{:?}", analysis.diagnostics);
}

#[test]
fn a_service_may_take_its_image_from_a_template_and_spell_ports_as_tables() {
    let text = ORPHAN.replace("\"apq\"\n           ^^^ orphan-service", "\"app\"").replace(
        "image = \"alpine:3.20\"",
        "extends = \"web\"\nports = [{ container = 80, host = 8080, protocol = \"udp\" }]",
    );
    let analysis = check(&text);
    assert_eq!(analysis.config.services[0].ports.len(), 1);
}
