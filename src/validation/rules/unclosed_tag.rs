//! `{{ x` without `}}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unclosed-tag",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template tag is opened and never closed",
    explanation: "`{{`, `{%` and `{#` open an expression, a tag and a comment; each ends with its counterpart \
                  (`}}`, `%}`, `#}`). What follows an unclosed one can't be read as template text, so it is left \
                  out until the tag is closed.",
    wrong: r#"{% set svc = "web" %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ svc"]
"#,
    right: r#"{% set svc = "web" %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ svc }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnclosedTag { opener } = &problem.kind else { continue };
        let closer = match *opener {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        findings.push(
            Finding::in_template(&RULE, problem, format!("`{opener}` is never closed"))
                .help(format!("close it with `{closer}`"))
                .at_most(subject.worst_of_expressions()),
        );
    }
}
