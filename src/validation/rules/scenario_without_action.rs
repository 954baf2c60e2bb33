//! A scenario with neither `run` nor `steps`.

use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "scenario-without-action",
    stage: Stage::Blocks,
    severity: Severity::Error,
    summary: "a scenario has neither `run` nor `steps`",
    explanation: "A scenario is what is run: one command in `run`, or several `[[scenario.steps]]`. With neither it starts its \
                  service and ends, and nothing is tested.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
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
    if !subject.is_whole() {
        return;
    }
    for scenario in &subject.config.scenarios {
        if scenario.run.is_some() || !scenario.steps.is_empty() {
            continue;
        }
        let message = match scenario.name.as_ref().and_then(|name| name.known()) {
            Some(name) => format!("scenario `{name}` does nothing: it has neither `run` nor `steps`"),
            None => "this scenario does nothing: it has neither `run` nor `steps`".to_owned(),
        };
        findings.push(
            Finding::new(&RULE, scenario.header, message)
                .help("add `run = \"…\"`, or `[[scenario.steps]]` with `command`"),
        );
    }
}
