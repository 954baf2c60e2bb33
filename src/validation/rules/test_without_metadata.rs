//! `[test]` with the keys of `[test.metadata]`.

use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "test-without-metadata",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "the test's name stands in `[test]` instead of `[test.metadata]`",
    explanation: "Both are read here, but clnrm 1.0 refuses the file: \"missing field `metadata`\". Move the keys to \
                  `[test.metadata]`, or to `[meta]` with a `version`.",
    wrong: r#"[test]
name = "demo"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[test.metadata]
name = "demo"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(test) = subject.config.test.as_ref().filter(|test| test.without_metadata) else { return };
    if test.identity.name.is_none() {
        return;
    }
    let header = test.identity.header;
    let finding = Finding::new(&RULE, header, "clnrm 1.0 looks for the name of the test in `[test.metadata]`");
    findings.push(match header.slice(subject.text) {
        Some("[test]") => finding.fix(Fix::replace("name the table `[test.metadata]`", header, "[test.metadata]")),
        _ => finding.help("move these keys to `[test.metadata]`"),
    });
}
