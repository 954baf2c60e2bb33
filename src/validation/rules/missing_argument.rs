//! `span()` without its name.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-argument",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a call leaves out an argument that has no default",
    explanation: "A parameter without a default value must be passed with each call, by position or by name.",
    wrong: r#"{% macro greet(name) %}hello {{ name }}{% endmacro %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ self::greet() }}"]
"#,
    right: r#"{% macro greet(name) %}hello {{ name }}{% endmacro %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ self::greet(name='you') }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::MissingArgument { callee, name } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("the call of `{callee}` lacks the argument `{name}`"))
                .at_most(subject.worst_of_expressions()),
        );
    }
}
