//! `span("a", "b", "c", …)`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "too-many-arguments",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a call passes more arguments than are taken",
    explanation: "The arguments of a call are given to the parameters in their order; those that are left over \
                  belong to none.",
    wrong: r#"{% macro greet(name) %}hello {{ name }}{% endmacro %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ self::greet('you', 'me') }}"]
"#,
    right: r#"{% macro greet(name) %}hello {{ name }}{% endmacro %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ self::greet('you') }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::TooManyArguments { callee, takes } = &problem.kind else { continue };
        let message = match takes {
            0 => format!("`{callee}` takes no arguments by position"),
            1 => format!("`{callee}` takes at most one argument by position"),
            _ => format!("`{callee}` takes at most {takes} arguments by position"),
        };
        findings.push(Finding::in_template(&RULE, problem, message).at_most(subject.worst_of_expressions()));
    }
}
