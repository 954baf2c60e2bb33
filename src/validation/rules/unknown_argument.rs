//! `span(nope="x")`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-argument",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a call passes an argument that is not taken",
    explanation: "Macros, functions and filters take the arguments of their definition only; a misspelled one \
                  would leave the real one at its default.",
    wrong: r#"{% import "_macros.toml.tera" as m %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

{{ m::span(name="app.start", knd="internal") }}
"#,
    right: r#"{% import "_macros.toml.tera" as m %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

{{ m::span(name="app.start", kind="internal") }}
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnknownArgument { callee, name, suggestion } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("`{callee}` takes no argument `{name}`"))
                .did_you_mean_in_template(name, suggestion.as_deref(), problem.at)
                .at_most(subject.worst_of_expressions()),
        );
    }
}
