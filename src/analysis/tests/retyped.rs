//! What is typed into a document, analysed by one that knows the text before, and by one that knows nothing.

use std::fs;

use proptest::prelude::*;

use crate::analysis::{Analysis, AnalysisOptions, Analyzer, Combinations};
use crate::template::SourceFile;
use crate::template::library::MemoryLoader;
use crate::template::variables::Environment;

const VARIABLES: &str = r#"[vars]
image = "alpine:3.20"
greeting = "{{ image | upper }}"

[matrix]
os = ["one", "two"]

[meta]
name = "demo"
{% if true %}version = "1.0"{% endif %}

[service.app]
plugin = "generic_container"
image = "{{ image }}"

[[scenario]]
name = "é {{ matrix.os }}"
service = "app"
run = "echo {{ greeting }}"

[determinism]
seed = 7

[[expect.span]]
name = "app.{{ fake_name() }}"
knd = "internal"
"#;

fn document(text: &str) -> SourceFile {
    SourceFile { name: "a.clnrm.toml.tera".to_owned(), path: Some("/w/a.clnrm.toml.tera".into()), text: text.into() }
}

fn analyze(analyzer: &Analyzer, text: &str) -> Analysis {
    let options = AnalysisOptions { combinations: Combinations::All { at_most: 4 }, ..AnalysisOptions::default() };
    analyzer.analyze_with(&document(text), &options, &MemoryLoader::default())
}

fn told(analysis: &Analysis) -> String {
    let rendered = analysis.rendered.as_ref().map(|rendered| (&rendered.text, &rendered.problems));
    format!("{rendered:#?}\n{:#?}\n{:#?}\n{:?}", analysis.diagnostics, analysis.config, analysis.combinations)
}

/// Types `after` in the place of `before`; the analysis must be that of a new analyzer.
fn check(before: &str, after: &str) {
    let analyzer = Analyzer::default();
    analyze(&analyzer, before);
    let again = analyze(&analyzer, after);
    assert!(!again.cached);
    assert_eq!(told(&again), told(&analyze(&Analyzer::default(), after)), "{after}");
}

#[test]
fn a_variable_that_is_typed_changes_what_it_gives() {
    for (from, to) in
        [("alpine:3.20", "debian"), ("\"one\"", "\"three\""), ("seed = 7", "seed = 8"), ("greeting = ", "greetings = ")]
    {
        check(VARIABLES, &VARIABLES.replacen(from, to, 1));
    }
}

#[test]
fn what_is_typed_elsewhere_is_judged() {
    for (from, to) in
        [("knd", "kind"), ("demo", "démo"), ("service = \"app\"", "service = \"ap\""), ("seed = 7", "seed = 7 # é")]
    {
        check(VARIABLES, &VARIABLES.replacen(from, to, 1));
    }
}

#[test]
fn only_a_change_of_a_tag_or_a_variable_is_rendered() {
    let analyzer = Analyzer::default();
    let text = VARIABLES.replacen("[matrix]\nos = [\"one\", \"two\"]\n", "", 1).replacen(" {{ matrix.os }}", "", 1);
    analyze(&analyzer, &text);
    let mut expected = 0;
    for (from, to, is_retyped) in [
        ("demo", "démo", true),
        ("knd", "kind", true),
        ("alpine:3.20", "debian", false),
        // What was rendered last counts, so each of these differs from the one above in what must be rendered.
        ("| upper", "| lower", false),
        ("demo", "dome", false),
        ("demo", "doom", true),
    ] {
        analyze(&analyzer, &text.replacen(from, to, 1));
        expected += u64::from(is_retyped);
        assert_eq!(analyzer.cache().statistics().retyped, expected, "{from} -> {to}");
    }
}

#[test]
fn a_library_that_changed_meanwhile_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let library = directory.path().join("lib.toml.tera");
    fs::write(&library, "{% macro image() %}image = \"one\"\n{% endmacro %}").unwrap();
    let options = AnalysisOptions { roots: vec![directory.path().to_owned()], ..AnalysisOptions::default() };
    let analyzer = Analyzer::default();
    let rendered = |text: &str| {
        let path = Some(directory.path().join("a.clnrm.toml.tera"));
        let analysis = analyzer.analyze(&SourceFile { path, ..document(text) }, &options);
        analysis.rendered.unwrap().text.clone()
    };
    let text = "{% import \"lib.toml.tera\" as lib %}[meta]\nname = \"a\"\n[service.app]\n{{ lib::image() }}";
    assert!(rendered(text).contains("one"));
    fs::write(&library, "{% macro image() %}image = \"two\"\n{% endmacro %}").unwrap();
    let after = rendered(&text.replace("\"a\"", "\"ab\""));
    assert!(after.contains("two") && after.contains("\"ab\""), "{after}");
}

#[test]
fn an_environment_that_changed_meanwhile_is_seen() {
    let environment = Environment::of([("CLNRM_TEST_SEEN", "one")]);
    let text = "[meta]\nname = \"a\"\nversion = \"{{ env(name=\"CLNRM_TEST_SEEN\") }}\"\n{% if true %}{% endif %}";
    let mut analyzer = Analyzer { environment, ..Analyzer::default() };
    analyze(&analyzer, text);
    analyzer.environment = Environment::of([("CLNRM_TEST_SEEN", "two")]);
    let after = analyze(&analyzer, &text.replace("\"a\"", "\"ab\""));
    assert!(after.rendered.unwrap().text.contains("two"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn typing_gives_what_a_new_analysis_gives(
        place in 0..VARIABLES.len(),
        removed in 0_usize..3,
        typed in prop::sample::select(&["", "a", "\"", "\n", "#", "{", "}}", "= 1\n", "é", "[x]\n", "{{ svc }}"][..]),
    ) {
        let boundary = |at: usize| (0..=at.min(VARIABLES.len())).rev().find(|at| VARIABLES.is_char_boundary(*at)).unwrap_or(0);
        let at = boundary(place);
        let after = format!("{}{typed}{}", &VARIABLES[..at], &VARIABLES[boundary(at + removed).max(at)..]);
        let analyzer = Analyzer::default();
        analyze(&analyzer, VARIABLES);
        prop_assert_eq!(told(&analyze(&analyzer, &after)), told(&analyze(&Analyzer::default(), &after)), "{}", after);
    }
}
