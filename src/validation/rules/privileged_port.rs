//! Ports of the host below 1024.

use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "privileged-port",
    stage: Stage::Semantic,
    severity: Severity::Information,
    summary: "a service publishes a port of the host below 1024",
    explanation: "On most systems ports below 1024 need special rights, and are often taken by a server of the machine itself. \
                  A test that runs on every machine publishes a higher one, as in `\"8080:80\"`. clnrm 1.0 refuses such ports in its \
                  dry run.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.web]
image = "nginx:alpine"
ports = [80]

[[scenario]]
name = "hello"
service = "web"
run = "nginx -v"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.web]
image = "nginx:alpine"
ports = ["8080:80"]

[[scenario]]
name = "hello"
service = "web"
run = "nginx -v"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for port in subject.config.services.iter().flat_map(|service| &service.ports) {
        let Some(place) = port.host.filter(|host| host.value < 1024) else { continue };
        let host = place.value;
        let elsewhere = if host < 1000 { 8000 + host } else { 18_000 + host };
        findings.push(
            Finding::new(&RULE, place.span, format!("port {host} of the host needs special rights on many machines"))
                .help(format!("publish it elsewhere, as in `\"{elsewhere}:{}\"`", port.container.value)),
        );
    }
}
