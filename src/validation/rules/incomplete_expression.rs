//! `"{{ x"` in a file that needs no rendering.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "incomplete-expression",
    stage: Stage::Syntax,
    severity: Severity::Hint,
    summary: "braces inside a string form no complete template expression",
    explanation: "In a file that is TOML as it stands, `{{` without `}}` (a search pattern, a Go template) is \
                  taken as plain text. If it was meant as an expression, it is not finished; if not, nothing is \
                  wrong.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ svc"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "svc"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::IncompleteExpression = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, "this is no complete expression, so it is taken as plain text")
                .help("complete it, or leave it if plain text is meant"),
        );
    }
}
