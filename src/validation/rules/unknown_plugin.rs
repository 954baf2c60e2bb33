//! Kinds of services that nothing knows.

use crate::config::model::{EffectiveKind, SERVICE_KINDS};
use crate::text::nearest;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-plugin",
    stage: Stage::Semantic,
    severity: Severity::Hint,
    summary: "a service names a plugin that is not known",
    explanation: "`plugin` (or `type` in older files) says what kind of service it is. A kind that is not known is taken for a free \
                  label: nothing is checked about the service, and clnrm 1.0 stops with \"unknown service plugin\". A name that \
                  is nearly a known one is a warning.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
plugin = "generic_contaner"
image = "alpine:latest"

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
    for service in &subject.config.services {
        let EffectiveKind::Label(text) = service.effective_kind() else { continue };
        let Some(label) = text.known().filter(|label| !label.trim().is_empty()) else { continue };
        let finding = Finding::new(&RULE, text.content, format!("there is no plugin `{label}`"));
        let names =
            SERVICE_KINDS.iter().flat_map(|kind| std::iter::once(kind.name).chain(kind.aliases.iter().copied()));
        findings.push(match nearest(label, names) {
            Some(meant) => finding.did_you_mean(label, Some(meant), text.content).severity(Severity::Warning),
            None => finding.help("for a container of any image write `generic_container`"),
        });
    }
}
