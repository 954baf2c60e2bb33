//! A test that does not say what it is about.

use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-description",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "a test has no description",
    explanation: "Reports show the `description` beside the name; whoever sees the test fail reads it first. clnrm 1.0's `lint` \
                  asks for it too.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"
description = "the container greets"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    let identities = || config.meta.iter().chain(config.test.iter().map(|test| &test.identity));
    if identities().any(|identity| identity.description.is_some()) || !subject.is_whole() {
        return;
    }
    if let Some(identity) = identities().next() {
        findings.push(
            Finding::new(&RULE, identity.header, "the test has no description")
                .help("say in one sentence what it proves: `description = \"…\"`"),
        );
    }
}
