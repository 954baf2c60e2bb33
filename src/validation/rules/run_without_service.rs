//! A scenario that runs a command, but does not say where.

use crate::config::model::{Run, Scenario, Service};
use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "run-without-service",
    stage: Stage::Blocks,
    severity: Severity::Error,
    summary: "a scenario has `run`, but no `service` to run it in",
    explanation: "The command of a scenario runs in the container of its `service`. Where the test has exactly one service that \
                  one is taken, with a warning, because clnrm 1.0 stops at such a scenario; otherwise nobody can know which \
                  one is meant.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.web]
image = "nginx:alpine"

[services.db]
image = "postgres:16"

[[scenario]]
name = "hello"
run = "echo hello"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.web]
image = "nginx:alpine"

[services.db]
image = "postgres:16"

[[scenario]]
name = "hello"
service = "web"
run = "echo hello"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let services = &subject.config.services;
    if !subject.is_whole() {
        return;
    }
    for scenario in &subject.config.scenarios {
        if scenario.service.is_some() {
            continue;
        }
        match &scenario.run {
            Some(Run::Command(command)) => {
                findings.push(without_service(command.span, services, insertion(subject.text, scenario)));
            }
            Some(Run::List(items)) => {
                for item in items.value.iter().filter(|item| item.service.is_none()) {
                    findings.push(without_service(item.span, services, None));
                }
            }
            None => {}
        }
    }
}

/// The finding at a command; `insertion` is where a line can be added to its scenario.
fn without_service(command: Span, services: &[Service], insertion: Option<Span>) -> Finding {
    let finding = Finding::new(&RULE, command, "this command has no service to run in");
    match services {
        [] => finding.help("define a service in `[services.NAME]` and name it in `service`"),
        [only] => {
            let Some(name) = only.name.known() else { return finding.severity(Severity::Warning) };
            let finding = finding
                .severity(Severity::Warning)
                .help(format!("add `service = \"{name}\"`; the only service is taken, but clnrm 1.0 refuses this"))
                .related(only.name.span, "the only service");
            match insertion {
                Some(place) if is_plain(name) => finding.fix(Fix::replace(
                    format!("add `service = \"{name}\"`"),
                    place,
                    format!("\nservice = \"{name}\""),
                )),
                _ => finding,
            }
        }
        several => {
            let names: Vec<_> = several.iter().take(5).map(|service| format!("`{}`", service.name.text)).collect();
            finding.help(format!("add `service` with one of {}", names.join(", ")))
        }
    }
}

/// The end of the line of a `[[scenario]]` header, if it is one and nothing but a comment follows it there.
fn insertion(text: &str, scenario: &Scenario) -> Option<Span> {
    let header = scenario.header;
    if !header.slice(text)?.starts_with("[[") {
        return None;
    }
    let rest = text.get(header.end..)?;
    let line = rest.split('\n').next().unwrap_or(rest).trim_end_matches('\r');
    let behind = line.trim_start();
    (behind.is_empty() || behind.starts_with('#')).then(|| Span::at(header.end + line.len()))
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
