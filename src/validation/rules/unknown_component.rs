//! `<nope />`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-component",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template uses a component that does not exist",
    explanation: "`<name … />` inside `{{ }}` uses a component, which must be defined in this file or in one that \
                  it imports.",
    wrong: r#"{% component greeting() %}hello{% endcomponent greeting %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ <greting /> }}"]
"#,
    right: r#"{% component greeting() %}hello{% endcomponent greeting %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ <greeting /> }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnknownComponent { name, suggestion } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("there is no component `{name}`"))
                .did_you_mean_in_template(name, suggestion.as_deref(), problem.at)
                .at_most(subject.worst_of_expressions()),
        );
    }
}
