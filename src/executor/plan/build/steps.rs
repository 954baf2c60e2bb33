//! The steps of a scenario.

use std::time::Duration;

use regex::Regex;

use super::super::{ExpectedExit, OutputCheck, OutputRequirement, PlannedStep, Retry, TimeLimit};
use super::values::{Values, milliseconds_of};
use super::{graph, services};
use crate::config::model::{Run, RunCommand, Scenario, Service, Spanned, Step, Text};
use crate::text::Span;

/// The services that steps may run in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub services: &'a [Service],
    /// The service of the scenario, or the only one there is.
    pub usual: Option<usize>,
}

/// `run` in any of its forms.
pub(super) fn run(
    scenario: &Scenario,
    name: &str,
    path: &str,
    around: Surroundings<'_>,
    values: &mut Values<'_>,
) -> Vec<PlannedStep> {
    match &scenario.run {
        None => Vec::new(),
        Some(Run::Command(text)) => {
            let here = format!("{path}.run");
            let words = values.words(text, &here);
            let service = service(None, text.span, &here, around, values);
            let (Some(command), Some(service)) = (words, service) else { return Vec::new() };
            vec![plain(name.to_owned(), service, command, &here, text.span, values)]
        }
        Some(Run::List(items)) => {
            let single = items.value.len() == 1;
            let items = items.value.iter().enumerate().filter_map(|(index, item)| {
                let name = if single { name.to_owned() } else { format!("{name} #{}", index + 1) };
                run_item(item, name, &format!("{path}.run[{index}]"), around, values)
            });
            items.collect()
        }
    }
}

fn run_item(
    item: &RunCommand,
    name: String,
    path: &str,
    around: Surroundings<'_>,
    values: &mut Values<'_>,
) -> Option<PlannedStep> {
    let Some(command) = &item.command else {
        let place = values.place(path, item.span);
        values.mistake(&place, format!("`{path}` has no command"), None);
        return None;
    };
    let words = values.command(command, item.command_is_text, &format!("{path}.command"));
    let service = service(item.service.as_ref(), item.span, path, around, values);
    let mut step = plain(name, service?, words?, path, item.span, values);
    step.timeout = milliseconds(item.timeout_ms, &format!("{path}.timeout_ms"), values);
    Some(step)
}

/// A command of which nothing but success is asked.
fn plain(
    name: String,
    service: usize,
    command: Vec<String>,
    path: &str,
    span: Span,
    values: &Values<'_>,
) -> PlannedStep {
    let place = values.place(path, span);
    PlannedStep {
        name,
        place: place.clone(),
        service,
        command,
        command_place: place.clone(),
        workdir: None,
        env: Vec::new(),
        exit: ExpectedExit::Code { code: 0, place },
        output: Vec::new(),
        timeout: None,
        retry: None,
        continue_on_failure: false,
        depends_on: Vec::new(),
    }
}

/// `steps`, in an order in which they can run, behind `before` others; with the services that they wait for.
pub(super) fn list(
    steps: &[Step],
    before: usize,
    path: &str,
    around: Surroundings<'_>,
    values: &mut Values<'_>,
) -> (Vec<PlannedStep>, Vec<usize>) {
    let mut awaited = Vec::new();
    let mut dependencies: Vec<Vec<usize>> = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let mut of_step = Vec::new();
        for (at, reference) in step.depends_on.iter().enumerate() {
            let here = format!("{path}[{index}].depends_on[{at}]");
            let Some(name) = values.text(reference, &here) else { continue };
            let named = |other: &Step| other.name.as_ref().and_then(Text::known) == Some(&name);
            if let Some(other) = steps.iter().position(named) {
                of_step.push(other);
            } else if let Some(service) = services::position(around.services, &name) {
                awaited.push(service);
            } else {
                let place = values.place(here, reference.span);
                values.mistake(&place, format!("there is no step `{name}`, and no service of that name"), None);
            }
        }
        dependencies.push(of_step);
    }
    let order = graph::order(steps.len(), |step| dependencies.get(step).cloned().unwrap_or_default());
    if let Some(first) = order.cyclic.first().and_then(|index| steps.get(*index)) {
        let place = values.place(path, first.header);
        values.mistake(&place, "these steps depend on each other in a cycle".to_owned(), None);
    }
    let place_of = |step: usize| order.items.iter().position(|item| *item == step).map(|at| at + before);
    let planned = order.items.iter().filter_map(|&index| {
        let mut planned = step(steps.get(index)?, &format!("{path}[{index}]"), index, around, values)?;
        planned.depends_on = dependencies.get(index)?.iter().filter_map(|it| place_of(*it)).collect();
        Some(planned)
    });
    (planned.collect(), awaited)
}

fn step(
    step: &Step,
    path: &str,
    index: usize,
    around: Surroundings<'_>,
    values: &mut Values<'_>,
) -> Option<PlannedStep> {
    let place = values.place(path, step.header);
    let name = match &step.name {
        Some(name) => values.text(name, &format!("{path}.name")),
        None => Some(format!("step {}", index + 1)),
    };
    let (words, command_path, span) = match (&step.command, &step.run) {
        (Some(command), _) => {
            let here = format!("{path}.command");
            (values.command(command, step.command_is_text, &here), here, command.span)
        }
        (None, Some(run)) => {
            let here = format!("{path}.run");
            (values.words(run, &here), here, run.span)
        }
        (None, None) => {
            values.mistake(&place, format!("`{path}` has no command"), None);
            (None, path.to_owned(), step.header)
        }
    };
    let service = service(step.service.as_ref(), step.header, path, around, values);
    let env = values.environment(&step.env, &format!("{path}.env"));
    let workdir = values.maybe(step.workdir.as_ref(), &format!("{path}.workdir"));
    let output = output(step, path, values);
    let timeout = match (&step.timeout, step.timeout_ms) {
        (Some(text), _) => {
            let here = format!("{path}.timeout");
            values.duration(text, &here).map(|duration| TimeLimit { duration, place: values.place(here, text.span) })
        }
        (None, timeout) => milliseconds(timeout, &format!("{path}.timeout_ms"), values),
    };
    let retry = step.retries.and_then(|it| u32::try_from(it.value).ok()).filter(|it| *it > 0).map(|retries| Retry {
        retries,
        delay: step.retry_delay_ms.map_or(Duration::ZERO, |it| milliseconds_of(it.value)),
    });
    Some(PlannedStep {
        name: name?,
        service: service?,
        command: words?,
        command_place: values.place(command_path, span),
        workdir,
        env,
        exit: exit(step, path, values),
        output,
        timeout,
        retry,
        continue_on_failure: step.continue_on_failure.is_some_and(|it| it.value),
        depends_on: Vec::new(),
        place,
    })
}

fn exit(step: &Step, path: &str, values: &Values<'_>) -> ExpectedExit {
    let code = step.expected_exit_code.and_then(|it| Some((i32::try_from(it.value).ok()?, it.span)));
    match (code, step.should_fail) {
        (Some((code, span)), _) => {
            ExpectedExit::Code { code, place: values.place(format!("{path}.expected_exit_code"), span) }
        }
        (None, Some(Spanned { value: true, span })) => {
            ExpectedExit::Failure { place: values.place(format!("{path}.should_fail"), span) }
        }
        (None, _) => ExpectedExit::Code { code: 0, place: values.place(path, step.header) },
    }
}

fn output(step: &Step, path: &str, values: &mut Values<'_>) -> Vec<OutputCheck> {
    type Make = fn(&str) -> Result<OutputRequirement, regex::Error>;
    let matches: Make = |text| Regex::new(text).map(OutputRequirement::Matches);
    let matches_not: Make = |text| Regex::new(text).map(OutputRequirement::MatchesNot);
    let contains: Make = |text| Ok(OutputRequirement::Contains(text.to_owned()));
    let stated = [
        ("expected_output_regex", &step.expected_output_regex, matches),
        ("expected_output_regex_not", &step.expected_output_regex_not, matches_not),
        ("expected_output_contains", &step.expected_output_contains, contains),
    ];
    let mut checks = Vec::new();
    for (key, text, make) in stated {
        let Some(text) = text else { continue };
        let here = format!("{path}.{key}");
        let Some(known) = values.text(text, &here) else { continue };
        let place = values.place(here, text.span);
        match make(&known) {
            Ok(requirement) => checks.push(OutputCheck { requirement, place }),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                values.mistake(&place, format!("the regular expression does not compile: {reason}"), None);
            }
        }
    }
    checks
}

pub(super) fn milliseconds(timeout: Option<Spanned<i64>>, path: &str, values: &Values<'_>) -> Option<TimeLimit> {
    let timeout = timeout?;
    let duration = Duration::from_millis(u64::try_from(timeout.value).ok()?);
    Some(TimeLimit { duration, place: values.place(path, timeout.span) })
}

/// The service that something runs in.
pub(super) fn service(
    named: Option<&Text>,
    span: Span,
    path: &str,
    around: Surroundings<'_>,
    values: &mut Values<'_>,
) -> Option<usize> {
    if let Some(text) = named {
        let here = format!("{path}.service");
        let name = values.text(text, &here)?;
        let found = services::position(around.services, &name);
        if found.is_none() {
            let place = values.place(here, text.span);
            values.mistake(&place, format!("there is no service `{name}`"), None);
        }
        return found;
    }
    if around.usual.is_none() {
        let place = values.place(path, span);
        let names: Vec<_> = around.services.iter().map(|it| format!("`{}`", it.name.text)).collect();
        let (message, help) = if names.is_empty() {
            ("there is no service that this could run in".to_owned(), "define one in `[services.NAME]`".to_owned())
        } else {
            let message = "it is not said in which service this runs, and there are several".to_owned();
            (message, format!("write `service = \"…\"` with one of {}", names.join(", ")))
        };
        values.mistake(&place, message, help);
    }
    around.usual
}
