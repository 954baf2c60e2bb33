//! A key that must be there.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-key",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a table lacks a key that it must have",
    explanation: "A step has a `name` and a `command`, a scenario and an expected span a `name`, `[otel]` an \
                  `exporter`. Without them clnrm refuses the file.\n\n\
                  `version` in `[meta]` is only a label: clnrm 1.0 insists on it, but the test means the same without, \
                  so that is a warning.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
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
    // A template with mistakes may have lost the key.
    if !subject.is_whole() {
        return;
    }
    for problem in subject.shape {
        let ShapeProblemKind::MissingKey { key, is_optional } = &problem.kind else { continue };
        let finding = Finding::new(&RULE, problem.span, format!("`{key}` is missing in `{}`", problem.path));
        findings.push(if *is_optional {
            finding.severity(Severity::Warning).help("clnrm 1.0 refuses the file without it")
        } else {
            finding
        });
    }
}
