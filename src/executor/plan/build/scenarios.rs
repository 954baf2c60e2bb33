//! The scenarios of a test: which are wanted, what they need, and in which order they may run.

use std::collections::HashMap;
use std::time::Duration;

use super::super::{Artifact, PlannedScenario, PlannedService, PlannedStep, ServiceResources, TimeLimit};
use super::services::{self, ReadService};
use super::steps::{self, Surroundings};
use super::values::Values;
use super::{graph, name};
use crate::config::TestConfig;
use crate::config::model::{Policy, Scenario, Service, Text};
use crate::executor::{ScenarioId, Selection, TestId};
use crate::text::Span;

/// A scenario of the file, wanted or not.
struct Listed<'a> {
    name: String,
    path: String,
    /// `None`: the top-level steps.
    scenario: Option<&'a Scenario>,
    depends_on: Vec<usize>,
    awaited: Vec<usize>,
}

/// The scenarios that run: those that are wanted and what they depend on.
pub(super) fn all(
    test: &TestId,
    selection: &Selection,
    config: &TestConfig,
    services: &[ReadService],
    values: &mut Values<'_>,
) -> Vec<PlannedScenario> {
    let mut listed = list(config);
    let before = values.mistakes.len();
    read_dependencies(config, &mut listed, values);
    let dependencies_of = |index: usize| listed.get(index).map(|it| it.depends_on.clone()).unwrap_or_default();
    let is_wanted = |listed: &Listed<'_>| match selection {
        Selection::All => true,
        Selection::Only(filters) => filters.iter().any(|filter| {
            filter.combination.as_ref().is_none_or(|it| Some(it) == test.combination.as_ref())
                && filter.scenario.as_ref().is_none_or(|it| *it == listed.name)
        }),
    };
    let wanted: Vec<usize> = (0..listed.len()).filter(|index| is_wanted(&listed[*index])).collect();
    let kept = graph::closure(wanted.iter().copied(), dependencies_of);
    if kept.is_empty() {
        // What does not run needs no right dependencies.
        values.mistakes.truncate(before);
        return Vec::new();
    }
    let place_of = |index: usize| kept.iter().position(|it| *it == index);
    let order = graph::order(kept.len(), |at| {
        let dependencies = kept.get(at).map(|index| dependencies_of(*index)).unwrap_or_default();
        dependencies.into_iter().filter_map(place_of).collect()
    });
    let mut planned = Vec::with_capacity(kept.len());
    for (at, &index) in kept.iter().enumerate() {
        let listed = &listed[index];
        let mut scenario = scenario(test, listed, config, services, values);
        scenario.selected = wanted.contains(&index);
        scenario.depends_on = listed.depends_on.iter().filter_map(|it| place_of(*it)).collect();
        if order.cyclic.contains(&at) {
            let message = format!("scenario `{}` waits for itself: what it depends on depends on it", listed.name);
            values.mistake(&scenario.place, message, None);
        }
        planned.push(scenario);
    }
    if planned.len() > 1 && asks_for_order(config) {
        for pair in order.items.windows(2) {
            if let Some(scenario) = planned.get_mut(pair[1]) {
                scenario.after = vec![pair[0]];
            }
        }
    }
    planned
}

/// Whether the test asks for an order of spans, so that scenarios at the same time could change its verdict.
fn asks_for_order(config: &TestConfig) -> bool {
    let order = &config.expect.order;
    order.as_ref().is_some_and(|order| !order.must_precede.is_empty() || !order.must_follow.is_empty())
}

/// The names of all scenarios of a file, in its order, each with its header in the parsed text.
pub(in crate::executor::plan) fn headers(config: &TestConfig) -> Vec<(String, Span)> {
    let headers = list(config).into_iter().map(|it| (header(config, &it), it.name));
    headers.map(|(header, name)| (name, header)).collect()
}

fn header(config: &TestConfig, listed: &Listed<'_>) -> Span {
    match listed.scenario {
        Some(scenario) => scenario.header,
        None => config.steps.first().map(|step| step.header).unwrap_or_default(),
    }
}

/// All scenarios of the file with their names.
fn list(config: &TestConfig) -> Vec<Listed<'_>> {
    let mut listed: Vec<Listed<'_>> = Vec::new();
    let mut push = |name: String, path: String, scenario| {
        listed.push(Listed { name, path, scenario, depends_on: Vec::new(), awaited: Vec::new() });
    };
    if !config.steps.is_empty() {
        push(name(config).unwrap_or("steps").to_owned(), "steps".to_owned(), None);
    }
    for (index, scenario) in config.scenarios.iter().enumerate() {
        let name = scenario.name.as_ref().and_then(Text::known).unwrap_or("scenario");
        push(name.to_owned(), format!("scenario[{index}]"), Some(scenario));
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for listed in &mut listed {
        let count = seen.entry(listed.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            listed.name = format!("{} #{count}", listed.name);
        }
    }
    listed
}

fn read_dependencies(config: &TestConfig, listed: &mut [Listed<'_>], values: &mut Values<'_>) {
    let names: Vec<Option<String>> =
        listed.iter().map(|it| it.scenario.and_then(|it| Some(it.name.as_ref()?.known()?.to_owned()))).collect();
    for item in listed {
        let Some(scenario) = item.scenario else { continue };
        for (index, reference) in scenario.depends_on.iter().enumerate() {
            let here = format!("{}.depends_on[{index}]", item.path);
            let Some(name) = values.text(reference, &here) else { continue };
            if let Some(other) = names.iter().position(|it| it.as_deref() == Some(&name)) {
                item.depends_on.push(other);
            } else if let Some(service) = services::position(&config.services, &name) {
                item.awaited.push(service);
            } else {
                let place = values.place(here, reference.span);
                values.mistake(&place, format!("there is no scenario `{name}`, and no service of that name"), None);
            }
        }
    }
}

fn scenario(
    test: &TestId,
    listed: &Listed<'_>,
    config: &TestConfig,
    services: &[ReadService],
    values: &mut Values<'_>,
) -> PlannedScenario {
    let only = (config.services.len() == 1).then_some(0);
    let path = &listed.path;
    let id = ScenarioId { test: test.clone(), scenario: listed.name.clone() };
    let mut needed = listed.awaited.clone();
    let header = header(config, listed);
    let mut planned = PlannedScenario {
        place: values.place(&**path, header),
        id,
        selected: true,
        steps: Vec::new(),
        concurrent: false,
        services: Vec::new(),
        depends_on: Vec::new(),
        after: Vec::new(),
        timeout: None,
        grace: None,
        most: ServiceResources::default(),
        expect_failure: None,
        artifacts: Vec::new(),
        inputs: String::new(),
    };
    let awaited = match listed.scenario {
        None => {
            let around = Surroundings { services: &config.services, usual: only };
            let (steps, awaited) = steps::list(&config.steps, 0, path, around, values);
            planned.steps = steps;
            awaited
        }
        Some(scenario) => {
            let own = scenario.service.as_ref().and_then(|text| {
                let around = Surroundings { services: &config.services, usual: None };
                steps::service(Some(text), scenario.header, path, around, values)
            });
            // A service that is named wrongly is complained about once.
            let usual = if scenario.service.is_some() { own.or(Some(usize::MAX)) } else { only };
            let around = Surroundings { services: &config.services, usual };
            planned.steps = steps::run(scenario, &listed.name, path, around, values);
            let (steps, awaited) =
                steps::list(&scenario.steps, planned.steps.len(), &format!("{path}.steps"), around, values);
            planned.steps.extend(steps);
            planned.concurrent = scenario.concurrent.is_some_and(|it| it.value);
            planned.timeout = timeout(scenario, path, values);
            planned.grace =
                scenario.grace_period_ms.and_then(|it| u64::try_from(it.value).ok()).map(Duration::from_millis);
            planned.most = most(&scenario.policy);
            disallowed(&scenario.policy, &planned.steps, path, values);
            for (index, text) in scenario.parallel_services.iter().enumerate() {
                let here = format!("{path}.parallel_services[{index}]");
                let Some(name) = values.text(text, &here) else { continue };
                match services::position(&config.services, &name) {
                    Some(service) => needed.push(service),
                    None => {
                        let place = values.place(here, text.span);
                        values.mistake(&place, format!("there is no service `{name}`"), None);
                    }
                }
            }
            planned.expect_failure = scenario
                .expect_failure
                .filter(|it| it.value)
                .map(|it| values.place(format!("{path}.expect_failure"), it.span));
            planned.artifacts = scenario
                .collect
                .iter()
                .enumerate()
                .filter_map(|(index, text)| artifact(text, &format!("{path}.artifacts.collect[{index}]"), values))
                .collect();
            needed.extend(own);
            awaited
        }
    };
    if planned.steps.is_empty() && listed.scenario.is_some_and(|it| it.run.is_none() && it.steps.is_empty()) {
        let place = planned.place.clone();
        values.mistake(&place, format!("scenario `{}` runs nothing", listed.name), "write `run`, or steps".to_owned());
    }
    needed.extend(awaited);
    needed.extend(planned.steps.iter().map(|step| step.service));
    planned.services = start_order(needed, &config.services, services, &planned, values);
    for service in planned.services.iter().filter_map(|index| services.get(*index)) {
        let PlannedService { name, kind, image, .. } = &service.planned;
        if image.is_none() && service.mistakes.is_empty() {
            values.note(format!("service `{name}` is not started: `{kind}` has no container"));
        }
    }
    for step in &planned.steps {
        let Some(service) = services.get(step.service) else { continue };
        if service.planned.image.is_none() && service.mistakes.is_empty() {
            let message = format!("service `{}` has no container that this could run in", service.planned.name);
            values.mistake(&step.place, message, "name a service with an image".to_owned());
        }
    }
    planned
}

/// The services that `needed` ones need, in an order in which they can start.
fn start_order(
    needed: Vec<usize>,
    services: &[Service],
    read: &[ReadService],
    scenario: &PlannedScenario,
    values: &mut Values<'_>,
) -> Vec<usize> {
    let dependencies = |index: usize| read.get(index).map(|it| it.planned.depends_on.clone()).unwrap_or_default();
    let needed = graph::closure(needed.into_iter().filter(|it| *it < services.len()), dependencies);
    let order =
        graph::order(services.len(), |index| if needed.contains(&index) { dependencies(index) } else { Vec::new() });
    if order.cyclic.iter().any(|index| needed.contains(index)) {
        let message = "its services depend on each other in a cycle, so none of them can start first".to_owned();
        values.mistake(&scenario.place, message, None);
    }
    order.items.into_iter().filter(|index| needed.contains(index)).collect()
}

/// How long a scenario may take: the shortest of what it says.
fn timeout(scenario: &Scenario, path: &str, values: &Values<'_>) -> Option<TimeLimit> {
    let seconds = scenario.policy.max_execution_time.filter(|it| it.value > 0).map(|it| {
        let duration = Duration::from_secs(it.value.unsigned_abs());
        TimeLimit { duration, place: values.place(format!("{path}.policy.max_execution_time"), it.span) }
    });
    let limits = [
        steps::milliseconds(scenario.timeout_ms, &format!("{path}.timeout_ms"), values),
        steps::milliseconds(scenario.deadline_ms, &format!("{path}.deadline_ms"), values),
        seconds,
    ];
    limits.into_iter().flatten().min_by_key(|limit| limit.duration)
}

/// What each container of a scenario may use at most.
fn most(policy: &Policy) -> ServiceResources {
    ServiceResources {
        memory_mb: policy.max_memory_mb.and_then(|it| u64::try_from(it.value).ok()).filter(|it| *it > 0),
        cpu_millis: policy.max_cpu_usage.map(|it| (it.value * 1000.0).ceil().max(0.0) as u64).filter(|it| *it > 0),
    }
}

/// Steps whose program is one that the scenario forbids are mistakes of the test.
fn disallowed(policy: &Policy, steps: &[PlannedStep], path: &str, values: &mut Values<'_>) {
    for (index, text) in policy.disallowed_commands.iter().enumerate() {
        let Some(name) = values.text(text, &format!("{path}.policy.disallowed_commands[{index}]")) else { continue };
        let program = |step: &PlannedStep| step.command.first().and_then(|it| it.rsplit('/').next()) == Some(&*name);
        for step in steps.iter().filter(|step| program(step)) {
            let message = format!("`{}` runs `{name}`, which `{path}.policy` forbids", step.name);
            values.mistake(&step.command_place, message, "run another program, or allow this one".to_owned());
        }
    }
}

fn artifact(text: &Text, path: &str, values: &mut Values<'_>) -> Option<Artifact> {
    let known = values.text(text, path)?;
    match known.split_once(':') {
        Some(("spans", name)) => Some(Artifact::Spans(name.to_owned())),
        Some(("logs", stream)) => Some(Artifact::Logs(stream.to_owned())),
        Some(("files", file)) if file.starts_with('/') => Some(Artifact::Files(file.to_owned())),
        Some(("files", _)) => {
            values.note(format!("`{path}`: nothing is kept for `{known}`: write an absolute path, as in `files:/out`"));
            None
        }
        _ => {
            values.note(format!(
                "`{path}`: nothing is kept for `{known}`: write `spans:NAME`, `logs:stdout`, `logs:stderr`, `logs:all` or `files:/PATH`"
            ));
            None
        }
    }
}
