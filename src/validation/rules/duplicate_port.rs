//! Two services that publish the same port of the host.

use std::collections::HashMap;

use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "duplicate-port",
    stage: Stage::Blocks,
    severity: Severity::Warning,
    summary: "two services publish the same port of the host",
    explanation: "A port of the host can be bound once for each protocol. The second container fails to start with \"port is already \
                  allocated\", unless the two never run at the same time. Inside the containers ports may repeat: write \
                  `\"8081:80\"` to publish the same one elsewhere.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.web]
image = "nginx:alpine"
ports = ["8080:80"]

[services.api]
image = "nginx:alpine"
ports = ["8080:8000"]

[[scenario]]
name = "hello"
service = "web"
run = "wget -q -O- http://api:8000"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.web]
image = "nginx:alpine"
ports = ["8080:80"]

[services.api]
image = "nginx:alpine"
ports = ["8081:8000"]

[[scenario]]
name = "hello"
service = "web"
run = "wget -q -O- http://api:8000"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let services = &subject.config.services;
    if services.iter().filter(|service| !service.ports.is_empty()).count() < 2 {
        return;
    }
    let mut published = HashMap::new();
    for service in services {
        for port in &service.ports {
            let Some(place) = port.host else { continue };
            let host = place.value;
            let (owner, first) = *published.entry((host, port.protocol)).or_insert((service, place.span));
            // One service may be defined in both tables.
            if owner.name.text == service.name.text {
                continue;
            }
            let (name, other) = (&service.name.text, &owner.name.text);
            findings.push(
                Finding::new(&RULE, place.span, format!("service `{other}` publishes port {host} of the host too"))
                    .help(format!(
                        "give `{name}` another port of the host, as in `\"{}:{}\"`",
                        free(host),
                        port.container.value
                    ))
                    .related(first, format!("`{other}` publishes it here")),
            );
        }
    }
}

/// Another port to show in the advice.
fn free(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(8080)
}
