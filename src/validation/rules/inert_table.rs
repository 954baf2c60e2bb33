//! A table among the expectations that nothing checks.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "inert-table",
    stage: Stage::Semantic,
    severity: Severity::Information,
    summary: "a table among the expectations is checked by nothing",
    explanation: "Some tables of earlier files (`[expect.chaos]`, `[expect.timeouts]`, …) read like checks, but no \
                  version of clnrm ever looked at them, and this tool does not either. A test is no stricter for \
                  having them.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[expect.timeouts]
max_total_ms = 1000
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[expect.counts]
spans_total = { gte = 1 }
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        if problem.kind == ShapeProblemKind::InertTable {
            findings.push(Finding::new(&RULE, problem.span, format!("nothing checks `{}`", problem.path)));
        }
    }
}
