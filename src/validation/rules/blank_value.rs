//! A blank text where something must be said.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "blank-value",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a text that must say something is blank",
    explanation: "Names, images and commands must hold more than white space.",
    wrong: r#"[meta]
name = ""
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        if problem.kind == ShapeProblemKind::BlankValue {
            findings.push(Finding::new(&RULE, problem.span, format!("`{}` is blank", problem.path)));
        }
    }
}
