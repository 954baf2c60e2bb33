//! Files that are rendered first: every finding at the place that its author wrote.

use std::collections::BTreeMap;

use super::fixture::{check, document, text_of};
use crate::analysis::{Analysis, AnalysisOptions, Analyzer, Combinations, Diagnostic, ReadingMode};
use crate::template::FileId;

const HEAD: &str = r#"
[meta]
name = "demo"
version = "1.0"

[service.app]
plugin = "generic_container"
image = "alpine:3.20"

[[expect.span]]
name = "app.run"

"#;

fn orphan(analysis: &Analysis) -> &Diagnostic {
    analysis.diagnostics.iter().find(|it| it.rule.code == "orphan-service").unwrap()
}

/// The related places of the orphan, as "message: file text".
fn related(analysis: &Analysis) -> Vec<String> {
    let show = |it: &crate::analysis::Related| {
        let text = it.span.slice(&analysis.files[it.file.0 as usize].text).unwrap_or("outside");
        let file = if it.file == FileId::DOCUMENT { "" } else { analysis.files[it.file.0 as usize].name.as_str() };
        format!("{}: {file} {text}", it.message)
    };
    orphan(analysis).related.iter().map(show).collect()
}

#[test]
fn literal_text_keeps_its_exact_place_and_its_fix() {
    let analysis = check(&format!(
        r#"{HEAD}{{% if true %}}
[[scenario]]
name = "one"
service = "apq"
           ^^^ orphan-service
run = "true"
{{% endif %}}
"#
    ));
    assert_eq!(analysis.mode, ReadingMode::Rendered);
    let [fix] = orphan(&analysis).fixes.as_slice() else { panic!("one fix") };
    assert_eq!(fix.edits[0].0.slice(&analysis.files[0].text), Some("apq"));
}

#[test]
fn a_loop_item_is_the_place_of_what_it_breaks() {
    let analysis = check(&format!(
        r#"{HEAD}{{% for service in ["app", "apq"] %}}
                          ^^^^^ orphan-service
[[scenario]]
name = "in-{{{{ service }}}}"
service = "{{{{ service }}}}"
run = "true"
{{% endfor %}}
"#
    ));
    assert!(orphan(&analysis).fixes.is_empty(), "a value that is computed can't be edited");
}

#[test]
fn what_a_loop_repeats_is_reported_once() {
    check(&format!(
        r#"{HEAD}{{% for number in range(end=3) %}}
[[scenario]]
name = "s{{{{ number }}}}"
service = "apq"
           ^^^ orphan-service
run = "true"
{{% endfor %}}
"#
    ));
}

#[test]
fn a_macro_argument_is_the_place_of_what_it_breaks() {
    let analysis = check(&format!(
        r#"{HEAD}{{% import "_macros.toml.tera" as m %}}
{{{{ m::scenario("ask", "apq", "true") }}}}
                      ^^^^^ orphan-service
"#
    ));
    let related = related(&analysis);
    assert!(related[0].starts_with("in macro `scenario` here: _macros.toml.tera "), "{related:?}");
}

#[test]
fn a_variable_of_the_file_is_shown_where_it_is_defined() {
    let analysis = check(&format!(
        r#"{HEAD}[vars]
target = "apq"

{{% if true %}}[[scenario]]
name = "one"
service = "{{{{ target }}}}"
           ^^^^^^^^^^^^ orphan-service
run = "true"
{{% endif %}}
"#
    ));
    assert_eq!(related(&analysis)[0], r#"`target` is defined here:  target = "apq""#);
}

#[test]
fn a_hole_is_reported_once_and_judged_by_no_rule() {
    check(&format!(
        r#"{HEAD}[[scenario]]
name = "one"
service = {{{{ "apq" | nope }}}}
                     ^^^^ unknown-filter
run = "true"
"#
    ));
}

#[test]
fn all_undefined_variables_are_reported_at_once() {
    check(&format!(
        r#"{HEAD}[[scenario]]
name = {{{{ one }}}}
          ^^^ undefined-variable
service = "app"
run = "{{{{ two }}}} {{{{ three | upper }}}}"
          ^^^ undefined-variable
                    ^^^^^ undefined-variable
"#
    ));
}

const MATRIX: &str = r#"
[matrix]
os = ["alpine", "debian"]
target = ["app", "apq"]

[[scenario]]
name = "on-{{ matrix.os }}"
service = "{{ matrix.target }}"
run = {{ "true" | toml_encode }}
"#;

fn combined(combinations: Combinations) -> Analysis {
    let text = text_of(&format!("{HEAD}{MATRIX}")).replace("| toml_encode", "| json_encode");
    let options = AnalysisOptions { combinations, ..AnalysisOptions::default() };
    Analyzer::default().analyze(&document("test.clnrm.toml", &text), &options)
}

#[test]
fn one_combination_represents_a_matrix() {
    let analysis = combined(Combinations::Representative);
    assert_eq!((analysis.combinations.checked, analysis.combinations.total), (1, 4));
    assert!(!analysis.diagnostics.iter().any(|it| it.rule.code == "orphan-service"));
}

#[test]
fn all_combinations_are_checked_and_named() {
    let analysis = combined(Combinations::ALL);
    assert_eq!((analysis.combinations.checked, analysis.combinations.total), (4, 4));
    let orphan = orphan(&analysis);
    assert!(
        orphan.message.ends_with("in 2 of 4 combinations, first with `os` = `alpine`, `target` = `apq`"),
        "{}",
        orphan.message
    );

    let analysis = combined(Combinations::All { at_most: 3 });
    assert_eq!((analysis.combinations.checked, analysis.combinations.total), (3, 4));
}

#[test]
fn an_override_wins_over_the_file() {
    let text = text_of(&format!(
        "{HEAD}[vars]\ntarget = \"apq\"\n[[scenario]]\nname = \"a\"\nrun = \"b\"\nservice = {{{{ target | json_encode }}}}\n"
    ));
    let codes = |overrides: &[(&str, &str)]| {
        let overrides: BTreeMap<_, _> = overrides.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let options = AnalysisOptions { overrides, ..AnalysisOptions::default() };
        let analysis = Analyzer::default().analyze(&document("test.clnrm.toml", &text), &options);
        analysis.diagnostics.iter().any(|it| it.rule.code == "orphan-service")
    };
    assert!(codes(&[]));
    assert!(!codes(&[("target", "app")]));
}

#[test]
fn a_broken_import_is_one_mistake_whatever_was_meant_to_be_called() {
    let call = "{{ m::span(\"a\") }}\n";
    let head = "[meta]\nname = \"a\"\nversion = \"1\"\n[[steps]]\nname = \"b\"\ncommand = [\"c\"]\n";
    let analysis = super::fixture::analyze(&format!("{{% import _macros as m %}}\n{head}{call}{call}"));
    let errors = analysis.diagnostics.iter().filter(|it| it.severity == crate::validation::Severity::Error);
    assert_eq!(errors.map(|it| it.rule.code).collect::<Vec<_>>(), ["template-syntax"]);
}

#[test]
fn a_variable_that_is_broken_where_it_is_defined_is_not_told_again_at_its_uses() {
    check(
        r#"
[meta]
name = "{{ vars.a }}"
version = "1"
description = "x"
{% if true %}{% endif %}
[vars]
a =
^^^ toml-syntax
[services.app]
plugin = "generic_container"
image = "{{ vars.a }}"
[[steps]]
name = "one"
service = "app"
command = ["echo", "{{ a }}", "{{ vars.ab }}"]
                                  ^^^^^^^ undefined-variable
"#,
    );
}
