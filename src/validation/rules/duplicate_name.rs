//! Scenarios, steps and services that share a name.

use crate::config::model::{Step, Text};
use crate::text::Span;
use crate::validation::lookup::Lookup;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "duplicate-name",
    stage: Stage::Blocks,
    severity: Severity::Warning,
    summary: "two scenarios, steps or services have the same name",
    explanation: "Reports, artifacts and spans know a scenario by its name, so two of one name can't be told apart. For two steps \
                  of one list it is a hint only: they merely look alike in the report.\n\n\
                  `[services.*]` and `[service.*]` are one namespace: a name in both means one service, and which of the two \
                  definitions counts depends on the command (clnrm 1.0 runs the one in `services`, but checks the other).",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello again"
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

[[scenario]]
name = "hello-again"
service = "app"
run = "echo hello again"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    let scenarios = Lookup::new(&config.scenarios, |scenario| known(scenario.name.as_ref()));
    for (scenario, first) in scenarios.repeated() {
        if let (Some(name), Some(first)) = (&scenario.name, &first.name) {
            findings.push(duplicate("scenario", name.raw(), name.content, first.content));
        }
    }
    check_steps(&config.steps, findings);
    for scenario in &config.scenarios {
        check_steps(&scenario.steps, findings);
    }
    let services = Lookup::new(&config.services, |service| service.name.known());
    for (service, first) in services.repeated() {
        // Within one table TOML itself complains.
        if service.table != first.table {
            findings.push(
                duplicate("service", &service.name.text, service.name.span, first.name.span)
                    .help("`services` and `service` are one namespace: keep one of the two"),
            );
        }
    }
}

fn check_steps(steps: &[Step], findings: &mut Findings) {
    let lookup = Lookup::new(steps, |step| known(step.name.as_ref()));
    for (step, first) in lookup.repeated() {
        if let (Some(name), Some(first)) = (&step.name, &first.name) {
            findings.push(duplicate("step", name.raw(), name.content, first.content).severity(Severity::Hint));
        }
    }
}

/// The name, unless it is blank: that is another rule's business.
fn known(name: Option<&Text>) -> Option<&str> {
    name.filter(|name| !name.is_blank()).and_then(Text::known)
}

fn duplicate(what: &str, name: &str, place: Span, first: Span) -> Finding {
    Finding::new(&RULE, place, format!("there is already a {what} `{name}`")).related(first, "the first one is here")
}
