//! A file that includes itself.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "circular-template",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template file leads back to itself",
    explanation: "A file that imports, includes or extends itself, directly or through others, can't be rendered.",
    wrong: r#"{% include "example.clnrm.toml" %}
[meta]
name = "demo"
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
    for problem in subject.template {
        let ProblemKind::CircularTemplate { path } = &problem.kind else { continue };
        let path = path.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
        findings.push(
            Finding::in_template(&RULE, problem, format!("the file leads back to itself: {path}"))
                .help("move what both need into a third file")
                .at_most(subject.worst_of_expressions()),
        );
    }
}
