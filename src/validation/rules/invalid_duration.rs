//! A text that is no duration.

use crate::config::ShapeProblemKind;
use crate::config::duration::DurationError;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "invalid-duration",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "a text is no duration",
    explanation: "A duration is a number and a unit: `250ms`, `30s`, `1.5m`, `2 hours`, `1d`. Nothing stops a step at \
                  its `timeout` yet, so this is a warning.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
timeout = "30"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
timeout = "30s"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::InvalidDuration { value, error } = &problem.kind else { continue };
        let message = format!("`{value}` is no duration: {error}");
        let help = match error {
            DurationError::NoUnit => format!("did you mean `{}s`?", value.trim()),
            _ => "write a number and a unit, such as `250ms`, `30s` or `2m`".to_owned(),
        };
        let finding = Finding::new(&RULE, problem.span, message).help(help);
        let quote = problem.span.slice(subject.text).and_then(|written| written.chars().next());
        findings.push(match (error, quote) {
            (DurationError::NoUnit, Some(quote @ ('"' | '\''))) => {
                let seconds = format!("{}s", value.trim());
                let title = format!("write `{seconds}`");
                finding.fix(Fix::replace(title, problem.span, format!("{quote}{seconds}{quote}")).guess())
            }
            _ => finding,
        });
    }
}
