//! References to services, steps and scenarios that do not exist.

use crate::config::model::{Keyed, Scalar, Service, Step, Text};
use crate::text::nearest;
use crate::validation::lookup::Lookup;
use crate::validation::references::used_services;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "orphan-service",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a step, scenario, service or assertion refers to something that is not defined",
    explanation: "`service` in a step or scenario, and `depends_on` in a service, have to name one of `[services.*]` or \
                  `[service.*]`; both tables share one namespace. clnrm 1.0 finds out at run time, when other containers \
                  have started already.\n\n\
                  `depends_on` of a step may name another step or a service, that of a scenario another scenario or a \
                  service. A wrong name there is a warning, as in the assertion `service_should_start`: clnrm 1.0 reads neither.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.database]
image = "postgres:16"

[[scenario]]
name = "query"
service = "databse"
run = "psql --version"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.database]
image = "postgres:16"

[[scenario]]
name = "query"
service = "database"
run = "psql --version"
"#,
    check,
};

/// Of so many names the one that was meant is looked for: a file that refers wrongly to thousands must not take seconds.
const CANDIDATES: usize = 100;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    // A service whose name is not known may be any of those that are missed.
    if !subject.is_whole() || config.services.iter().any(|service| service.name.known().is_none()) {
        return;
    }
    // `[[services]]` is there, only wrong; its type is complained about elsewhere.
    let has_table = || config.top_level.iter().any(|name| matches!(name.text.as_str(), "services" | "service"));
    if config.services.is_empty() && has_table() {
        return;
    }
    let services = Lookup::new(&config.services, |service| service.name.known());
    for reference in used_services(config) {
        if let Some(name) = missing(reference, &services) {
            findings.push(orphan(reference, name, &services));
        }
    }
    for service in &config.services {
        for reference in &service.depends_on {
            if let Some(name) = missing(reference, &services) {
                findings.push(orphan(reference, name, &services));
            }
        }
    }
    for assertion in config.assertions.iter().flat_map(|assertions| &assertions.value) {
        let Some(reference) = service_of(assertion) else { continue };
        if let Some(name) = missing(reference, &services) {
            findings.push(orphan(reference, name, &services).severity(Severity::Warning));
        }
    }
    let scenario_lists = config.scenarios.iter().map(|scenario| scenario.steps.as_slice());
    for steps in std::iter::once(config.steps.as_slice()).chain(scenario_lists) {
        check_dependencies(steps, |step| &step.depends_on, step_name, "step", &services, findings);
    }
    check_dependencies(
        &config.scenarios,
        |scenario| &scenario.depends_on,
        |scenario| scenario.name.as_ref().and_then(Text::known),
        "scenario",
        &services,
        findings,
    );
}

/// The name that is referred to, if it is known and not that of a service. A blank one is found by another rule.
fn missing<'a>(reference: &'a Text, services: &Lookup<'_, Service>) -> Option<&'a str> {
    let name = reference.known()?;
    (!name.trim().is_empty() && services.position(name).is_none()).then_some(name)
}

fn orphan(reference: &Text, name: &str, services: &Lookup<'_, Service>) -> Finding {
    let finding = Finding::new(&RULE, reference.content, format!("there is no service `{name}`"));
    if let Some(meant) = nearest(name, services.names().take(CANDIDATES)) {
        let finding = finding.did_you_mean(name, Some(meant), reference.content);
        return match services.first(meant) {
            Some(service) => finding.related(service.name.span, format!("`{meant}` is defined here")),
            None => finding,
        };
    }
    let mut names: Vec<_> = services.names().take(6).map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => finding.help(format!("define it in `[services.{name}]`")),
        1 => finding.help(format!("the only service is {}", names.join(""))),
        more => {
            if more == 6 {
                names[5] = "…".to_owned();
            }
            finding.help(format!("the services are {}", names.join(", ")))
        }
    }
}

/// The service that an assertion speaks of.
fn service_of(assertion: &Keyed<Scalar>) -> Option<&Text> {
    match (assertion.key.known()?, &assertion.value) {
        ("service_should_start", Scalar::Text(name)) => Some(name),
        _ => None,
    }
}

fn step_name(step: &Step) -> Option<&str> {
    step.name.as_ref().and_then(Text::known)
}

/// Checks that each name in `depends_on` is that of an item of the same list, or of a service.
fn check_dependencies<'a, T>(
    items: &'a [T],
    depends_on: fn(&'a T) -> &'a [Text],
    name: fn(&'a T) -> Option<&'a str>,
    what: &str,
    services: &Lookup<'a, Service>,
    findings: &mut Findings,
) {
    if items.iter().all(|item| depends_on(item).is_empty()) {
        return;
    }
    let lookup = Lookup::new(items, name);
    if lookup.names().count() < items.len() {
        return;
    }
    for item in items {
        for reference in depends_on(item) {
            let Some(wanted) = missing(reference, services) else { continue };
            if lookup.position(wanted).is_some() {
                continue;
            }
            let message = format!("there is no {what} `{wanted}`, and no service of that name");
            // Nothing waits for itself.
            let others = lookup.names().filter(|other| Some(*other) != name(item));
            let meant = nearest(wanted, others.take(CANDIDATES).chain(services.names().take(CANDIDATES)));
            findings.push(Finding::new(&RULE, reference.content, message).severity(Severity::Warning).did_you_mean(
                wanted,
                meant,
                reference.content,
            ));
        }
    }
}
