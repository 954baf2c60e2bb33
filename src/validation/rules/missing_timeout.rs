//! A test that may run forever.

use crate::validation::references::all_steps;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-timeout",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "nothing in the test limits how long it runs",
    explanation: "A command that hangs holds up everything behind it until somebody kills the run. One `timeout` in \
                  `[test.metadata]` is enough; a step may have its own `timeout`, a scenario `timeout_ms`.",
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

[[steps]]
name = "hello"
command = ["echo", "hello"]
timeout = "10s"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    let nothing_runs = config.steps.is_empty() && config.scenarios.is_empty();
    let identities = || config.meta.iter().chain(config.test.iter().map(|test| &test.identity));
    let is_limited = identities().any(|identity| identity.timeout.is_some() || identity.timeout_seconds.is_some())
        || config.scenarios.iter().any(|scenario| scenario.timeout_ms.is_some())
        || all_steps(config).any(|step| step.timeout.is_some() || step.timeout_ms.is_some())
        || config.limits.iter().flat_map(|limits| &limits.values).any(|limit| limit.key.text == "max_duration_seconds");
    if nothing_runs || is_limited || !subject.is_whole() {
        return;
    }
    if let Some(identity) = identities().next() {
        findings.push(
            Finding::new(&RULE, identity.header, "nothing limits how long this test runs")
                .help("give a step `timeout = \"30s\"`, or a scenario `timeout_ms = 30000`"),
        );
    }
}
