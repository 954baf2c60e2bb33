//! `x is nope`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-test",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template uses a test that does not exist",
    explanation: "A value can be tested with `is defined`, `is undefined`, `is string`, `is number`, `is odd`, `is \
                  containing(…)` and their like. With an unknown one the template can't be rendered.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
{% if svc is definedd %}
command = ["echo", "hello"]
{% endif %}
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
{% if svc is defined %}
command = ["echo", "hello"]
{% endif %}
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnknownTest { name, suggestion } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("there is no test `is {name}`"))
                .did_you_mean_in_template(name, suggestion.as_deref(), problem.at)
                .at_most(subject.worst_of_expressions()),
        );
    }
}
