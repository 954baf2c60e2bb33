//! Everything that decides on what a scenario does, as one text: what the cache of proven passes tells scenarios apart by.

use serde_json::{Value, json};

use super::super::{ExpectedExit, OutputRequirement, PlannedScenario, PlannedService, PlannedStep, PlannedTest};
use crate::config::model::{Keyed, Otel, Scalar};

/// Writes the inputs of all scenarios of a test.
pub(super) fn write(test: &mut PlannedTest) {
    let otel = test.analysis.config.otel.as_ref().map(otel);
    let whole = json!({
        "seed": test.seed,
        "freeze_clock": test.freeze_clock,
        "otel": otel,
        "limits": [test.limits.cpu_millis, test.limits.memory_mb, test.limits.containers],
    });
    let services = &test.services;
    let inputs: Vec<String> = test.scenarios.iter().map(|it| scenario(it, services, &whole).to_string()).collect();
    for (scenario, inputs) in test.scenarios.iter_mut().zip(inputs) {
        scenario.inputs = inputs;
    }
}

fn scenario(scenario: &PlannedScenario, services: &[PlannedService], test: &Value) -> Value {
    let name = |index: usize| services.get(index).map(|service| service.name.as_str());
    json!({
        "name": scenario.id.scenario,
        "test": test,
        "steps": scenario.steps.iter().map(|it| step(it, name(it.service))).collect::<Vec<_>>(),
        "concurrent": scenario.concurrent,
        "services": scenario.services.iter().filter_map(|it| services.get(*it)).map(|it| service(it, &name)).collect::<Vec<_>>(),
        "timeout_ms": scenario.timeout.as_ref().map(|it| millis(it.duration)),
        "grace_ms": scenario.grace.map(millis),
        "most": [scenario.most.memory_mb, scenario.most.cpu_millis],
        "expect_failure": scenario.expect_failure.is_some(),
        "artifacts": scenario.artifacts.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>(),
    })
}

fn step(step: &PlannedStep, service: Option<&str>) -> Value {
    let exit = match &step.exit {
        ExpectedExit::Code { code, .. } => json!(code),
        ExpectedExit::Failure { .. } => json!("failure"),
    };
    let output = step.output.iter().map(|check| match &check.requirement {
        OutputRequirement::Matches(regex) => json!(["matches", regex.as_str()]),
        OutputRequirement::MatchesNot(regex) => json!(["matches not", regex.as_str()]),
        OutputRequirement::Contains(text) => json!(["contains", text]),
    });
    json!({
        "name": step.name,
        "service": service,
        "command": step.command,
        "workdir": step.workdir,
        "env": step.env,
        "exit": exit,
        "output": output.collect::<Vec<_>>(),
        "timeout_ms": step.timeout.as_ref().map(|it| millis(it.duration)),
        "retry": step.retry.map(|it| (it.retries, millis(it.delay))),
        "continue_on_failure": step.continue_on_failure,
        "depends_on": step.depends_on,
    })
}

fn service<'a>(service: &PlannedService, name: &dyn Fn(usize) -> Option<&'a str>) -> Value {
    let volumes = service.volumes.iter().map(|it| json!([format!("{:?}", it.source), it.container, it.read_only]));
    let health = service.health.as_ref().map(|it| {
        json!([it.command, it.interval.map(millis), it.timeout.map(millis), it.retries, it.start_period.map(millis)])
    });
    json!({
        "name": service.name,
        "kind": service.kind,
        "image": service.image,
        "command": service.command,
        "env": service.env,
        "ports": service.ports.iter().map(|it| json!([it.host, it.container, format!("{:?}", it.protocol)])).collect::<Vec<_>>(),
        "volumes": volumes.collect::<Vec<_>>(),
        "workdir": service.workdir,
        "user": service.user,
        "health": health,
        "waits": service.waits.iter().map(wait).collect::<Vec<_>>(),
        "start_timeout_ms": service.start_timeout.as_ref().map(|(it, _)| millis(*it)),
        "depends_on": service.depends_on.iter().map(|it| name(*it)).collect::<Vec<_>>(),
        "resources": [service.resources.memory_mb, service.resources.cpu_millis],
        "network": service.network.as_ref().map(|(mode, _)| format!("{mode:?}")),
        "account": [service.username, service.password],
        "strict": service.strict,
        "language_model": service.language_model,
    })
}

fn wait(wait: &super::super::Wait) -> Value {
    use super::super::Wait;
    match wait {
        Wait::Log(text, _) => json!(["log", text]),
        Wait::Ports(_) => json!(["ports"]),
        Wait::Health(_) => json!(["health"]),
        Wait::Exit(_) => json!(["exit"]),
        Wait::Span { name, timeout, .. } => json!(["span", name, millis(*timeout)]),
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn otel(otel: &Otel) -> Value {
    let text = |text: &Option<crate::config::model::Text>| text.as_ref().map(|it| it.raw().to_owned());
    json!({
        "exporter": text(&otel.exporter),
        "endpoint": text(&otel.endpoint),
        "protocol": text(&otel.protocol),
        "sample_ratio": otel.sample_ratio.map(|it| it.value),
        "resources": otel.resources.as_ref().map(|it| entries(&it.value)),
        "headers": entries(&otel.headers),
        "propagators": otel.propagators.iter().map(|it| it.raw()).collect::<Vec<_>>(),
    })
}

fn entries(entries: &[Keyed<Scalar>]) -> Value {
    entries.iter().map(|it| json!([it.key.text, scalar(&it.value)])).collect()
}

fn scalar(value: &Scalar) -> Value {
    match value {
        Scalar::Text(text) => json!(text.raw()),
        Scalar::Integer(it) => json!(it.value),
        Scalar::Float(it) => json!(it.value),
        Scalar::Boolean(it) => json!(it.value),
        Scalar::Datetime(it) => json!(it.value),
        Scalar::Array(it) => it.value.iter().map(scalar).collect(),
        Scalar::Table(it) => entries(&it.value),
        Scalar::Unknown(_) => Value::Null,
    }
}
