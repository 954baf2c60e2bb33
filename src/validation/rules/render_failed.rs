//! Errors of evaluation.

use crate::template::{Problem, ProblemKind};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "render-failed",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template can be read, but not rendered",
    explanation: "A filter was given a value that it can't work with, a number was divided by zero, `throw` was \
                  called, or a macro calls itself without an end.",
    wrong: r#"{% set svc = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ svc | first }}"]
"#,
    right: r#"{% set svc = ["web"] %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ svc | first }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::RenderFailed { message } = &problem.kind else { continue };
        // What is known to be wrong there says it better than the evaluation that failed for it.
        let explains = |other: &Problem| {
            let is_here = other.at.file == problem.at.file && other.at.span.overlaps(problem.at.span);
            is_here
                && !matches!(
                    other.kind,
                    ProblemKind::RenderFailed { .. } | ProblemKind::NotTera1 { .. } | ProblemKind::ArgumentAlias { .. }
                )
        };
        if subject.template.iter().any(explains) {
            continue;
        }
        findings.push(Finding::in_template(&RULE, problem, message.as_str()).at_most(subject.worst_of_expressions()));
    }
}
