//! `x | nope`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-filter",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template uses a filter that does not exist",
    explanation: "A value can only be piped through the filters of the template language (`upper`, `default`, `slugify`, …). With an \
                  unknown one the template can't be rendered, so nothing of the test runs.\n\n\
                  Where the expression stands inside a string of a file that is TOML as it stands, the string stays as it is and \
                  the test runs with it: there it is a warning.",
    wrong: r#"{% set image = "ALPINE" %}
[meta]
name = "demo"
version = "1.0"

[services.app]
image = "{{ image | lowr }}"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#,
    right: r#"{% set image = "ALPINE" %}
[meta]
name = "demo"
version = "1.0"

[services.app]
image = "{{ image | lower }}"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnknownFilter { name, suggestion } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("there is no filter `{name}`"))
                .did_you_mean_in_template(name, suggestion.as_deref(), problem.at)
                .at_most(subject.worst_of_expressions()),
        );
    }
}
