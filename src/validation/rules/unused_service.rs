//! A service that nothing uses.

use std::collections::HashSet;

use crate::config::TestConfig;
use crate::config::model::{EffectiveKind, Scalar, Service, Text};
use crate::validation::references::used_services;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unused-service",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "a service is started, but nothing refers to it",
    explanation: "No step or scenario runs in the service, no other service depends on it, and its name occurs in no command, \
                  address or assertion. It is started all the same, which costs time at each run. A step without `service` \
                  runs in a container of its own, not in the only service.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[services.cache]
image = "redis:7"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
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

/// A file with more unreferenced services than this is a catalogue, not a test; looking for each in the text would be slow.
const MOST: usize = 16;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    let nothing_runs = config.steps.is_empty() && config.scenarios.is_empty();
    if config.services.is_empty() || nothing_runs || !subject.is_whole() {
        return;
    }
    // One reference that is not known may be to any service.
    let Some(referenced) = references(config).map(Text::known).collect::<Option<HashSet<_>>>() else { return };
    let unreferenced = config.services.iter().filter(|service| {
        let serves_all =
            matches!(service.effective_kind(), EffectiveKind::Known(kind) if kind.name == "otel_collector");
        !serves_all
            && service.wait_for_span.is_none()
            && service.name.known().is_some_and(|name| !referenced.contains(name))
    });
    if unreferenced.clone().count() > MOST {
        return;
    }
    for service in unreferenced {
        let name = service.name.text.as_str();
        if is_mentioned(subject.text, service) {
            continue;
        }
        findings.push(
            Finding::new(&RULE, service.name.span, format!("service `{name}` is started, but nothing uses it"))
                .help(format!("run a step in it with `service = \"{name}\"`, or remove it")),
        );
    }
}

/// Every place that names a service.
fn references(config: &TestConfig) -> impl Iterator<Item = &Text> {
    let of_services = config.services.iter().flat_map(|service| &service.depends_on);
    let of_steps = config.steps.iter().chain(config.scenarios.iter().flat_map(|scenario| &scenario.steps));
    let of_scenarios = config.scenarios.iter().flat_map(|scenario| &scenario.depends_on);
    let asserted =
        config.assertions.iter().flat_map(|assertions| &assertions.value).filter_map(|item| match &item.value {
            Scalar::Text(text) => Some(text),
            _ => None,
        });
    used_services(config)
        .chain(of_services)
        .chain(of_steps.flat_map(|step| &step.depends_on))
        .chain(of_scenarios)
        .chain(asserted)
}

/// Whether the service's name stands as a word anywhere in the file but in the headers of its own tables: as a host in
/// an address, for example. Comments count too: better one suggestion too few.
fn is_mentioned(text: &str, service: &Service) -> bool {
    let name = service.name.text.as_str();
    text.match_indices(name).any(|(start, _)| {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text.get(start + name.len()..).and_then(|text| text.chars().next());
        let is_word = !before.is_some_and(is_word_character) && !after.is_some_and(is_word_character);
        let is_key = text.get(..start).is_some_and(|text| {
            let text = text.trim_end_matches(['"', '\'']);
            text.ends_with("service.") || text.ends_with("services.")
        });
        is_word && !is_key && start != service.name.span.start
    })
}

fn is_word_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}
