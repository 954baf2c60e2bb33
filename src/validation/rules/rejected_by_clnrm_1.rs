//! A form that clnrm 1.0 refuses.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "rejected-by-clnrm-1",
    stage: Stage::Semantic,
    severity: Severity::Information,
    summary: "a form is read here, but refused by clnrm 1.0",
    explanation: "Over time the format was written in several dialects, and this tool reads them all. clnrm 1.0 does \
                  not: it refuses a file that uses one of these forms. Nothing is wrong with the test; this matters \
                  only where clnrm 1.0 has to run it too. Each form is told once for each file.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.web]
image = "nginx:1.27"
ports = ["8080:80"]

[[steps]]
name = "hello"
service = "web"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.web]
image = "nginx:1.27"
ports = [8080]

[[steps]]
name = "hello"
service = "web"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::Refused { what } = &problem.kind else { continue };
        findings.push(Finding::new(&RULE, problem.span, format!("clnrm 1.0 refuses {what}")));
    }
}
