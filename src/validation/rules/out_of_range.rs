//! A number out of its bounds.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "out-of-range",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a number is out of its bounds",
    explanation: "Exit codes go from 0 to 255, ports from 1 to 65535, ratios from 0 to 1; seeds, counts, durations and \
                  limits are not negative.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
expected_exit_code = 256
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
expected_exit_code = 255
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::OutOfRange { value, bounds } = &problem.kind else { continue };
        let message = format!("{value} is out of bounds for `{}`", problem.path);
        findings.push(Finding::new(&RULE, problem.span, message).help(format!("it must be {bounds}")));
    }
}
