//! A container without an image.

use crate::config::model::{EffectiveKind, ImageSource};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-image",
    stage: Stage::Blocks,
    severity: Severity::Error,
    summary: "a container has no image to start from",
    explanation: "A service of the kind `generic_container` (which is what a service is when it names no `plugin`) is started \
                  from its `image`. Kinds that bring an image of their own (`surrealdb`, `otel_collector`, `postgres`, …) need \
                  none, nor do `network_service` and `ollama`. A kind that this tool does not know is not judged, nor is a service \
                  that takes its settings from a template (`extends`).",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
plugin = "generic_container"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
plugin = "generic_container"
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
    for service in subject.config.services.iter().filter(|service| service.image.is_none() && service.extends.is_none())
    {
        let EffectiveKind::Known(kind) = service.effective_kind() else { continue };
        if kind.image != ImageSource::Required {
            continue;
        }
        let message = format!("service `{}` has no `image` to start from", service.name.text);
        findings
            .push(Finding::new(&RULE, service.name.span, message).help("add one, as in `image = \"alpine:latest\"`"));
    }
}
