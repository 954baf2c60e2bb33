//! A test that does nothing.

use crate::config::TestConfig;
use crate::text::{Span, nearest};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-action",
    stage: Stage::Blocks,
    severity: Severity::Error,
    summary: "a test has neither a `[[scenario]]` nor a `[[steps]]`",
    explanation: "Without a scenario or a step nothing is run, no span is ever recorded, and every expectation of the file is \
                  vacuous. clnrm 1.0 refuses such a file too.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    if !config.steps.is_empty() || !config.scenarios.is_empty() || !subject.is_whole() {
        return;
    }
    // `scenario = 5` is there, only wrong; its type is complained about elsewhere.
    if config.top_level.iter().any(|name| name.known().is_none_or(|key| matches!(key, "steps" | "scenario"))) {
        return;
    }
    let mut finding =
        Finding::new(&RULE, place(config), "the test does nothing: it has no `[[scenario]]` and no `[[steps]]`");
    for name in &config.top_level {
        if let Some(meant) = nearest(&name.text, ["steps", "scenario"]) {
            findings.push(
                finding
                    .help(format!("did you mean `{meant}` where it says `{}`?", name.text))
                    .related(name.span, format!("`{}` is not read", name.text))
                    .fix(Fix::replace(format!("replace `{}` by `{meant}`", name.text), name.span, meant).guess()),
            );
            return;
        }
    }
    finding = finding.help("add a `[[scenario]]` with `name`, `service` and `run`");
    findings.push(finding);
}

/// The identity of the test: it is what promises a test. Else the first thing in the file.
fn place(config: &TestConfig) -> Span {
    let identity = config.meta.as_ref().or(config.test.as_ref().map(|test| &test.identity));
    match identity {
        Some(identity) => identity.header,
        None => config.top_level.first().map_or(Span::at(0), |name| name.span),
    }
}
