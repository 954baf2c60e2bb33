//! `[[steps]]` and `[[scenario]]`.

use toml::de::{DeTable, DeValue};

use super::service::{environment, milliseconds};
use super::source::{Source, Value};
use crate::config::model::{Policy, Run, RunCommand, Scenario, Spanned, Step};
use crate::text::Span;

pub(super) fn steps(source: &Source<'_>, value: &Value<'_>, steps: &mut Vec<Step>) {
    each_table(source, value, |table, header| steps.push(step(source, table, header)));
}

pub(super) fn scenarios(source: &Source<'_>, value: &Value<'_>, scenarios: &mut Vec<Scenario>) {
    each_table(source, value, |table, header| scenarios.push(scenario(source, table, header)));
}

fn each_table<'v, 't: 'v>(source: &Source<'_>, value: &'v Value<'t>, mut each: impl FnMut(&'v DeTable<'t>, Span)) {
    match value.get_ref() {
        DeValue::Array(items) => {
            for item in items.iter() {
                if let DeValue::Table(table) = item.get_ref() {
                    each(table, source.span(item.span()));
                }
            }
        }
        // `[steps]` for `[[steps]]`: reported by `shape`, and read as the one step that was meant.
        DeValue::Table(table) => each(table, source.span(value.span())),
        _ => {}
    }
}

fn step(source: &Source<'_>, table: &DeTable<'_>, header: Span) -> Step {
    let mut step = Step { header, ..Step::default() };
    let mut retries_at_all = None;
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "name" => step.name = source.text(value),
            "command" => {
                step.command_is_text = value.get_ref().is_str();
                step.command = source.texts(value);
            }
            "run" => step.run = source.text(value),
            "service" => step.service = source.text(value),
            "expected_output_regex" => step.expected_output_regex = source.text(value),
            "expected_output_regex_not" => step.expected_output_regex_not = source.text(value),
            "expected_output_contains" => step.expected_output_contains = source.text(value),
            "expected_exit_code" | "expected_exit" => step.expected_exit_code = source.integer(value),
            "workdir" | "working_dir" => step.workdir = source.text(value),
            "env" | "environment" | "env_vars" => environment(source, value, &mut step.env),
            "timeout" => step.timeout = source.text(value),
            "timeout_ms" => step.timeout_ms = source.integer(value),
            "depends_on" => step.depends_on = source.text_list(value),
            "continue_on_failure" => step.continue_on_failure = source.boolean(value),
            "description" => step.description = source.text(value),
            "should_fail" => step.should_fail = source.boolean(value),
            "max_retries" => step.retries = source.integer(value),
            "retry" => retry(source, value, &mut step),
            "retry_on_failure" => retries_at_all = source.boolean(value),
            _ => {}
        }
    }
    match (retries_at_all, step.retries) {
        (Some(Spanned { value: true, span }), None) => step.retries = Some(Spanned::new(1, span)),
        (Some(Spanned { value: false, span }), Some(_)) => step.retries = Some(Spanned::new(0, span)),
        _ => {}
    }
    step
}

/// `{ max_attempts, delay }`: the first attempt counts among them.
fn retry(source: &Source<'_>, value: &Value<'_>, step: &mut Step) {
    let DeValue::Table(table) = value.get_ref() else { return };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "max_attempts" => {
                let attempts = source.integer(value);
                step.retries = attempts.map(|it| Spanned::new(it.value.saturating_sub(1).max(0), it.span));
            }
            "delay" => step.retry_delay_ms = milliseconds(source, value),
            _ => {}
        }
    }
}

fn scenario(source: &Source<'_>, table: &DeTable<'_>, header: Span) -> Scenario {
    let mut scenario = Scenario { header, ..Scenario::default() };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "name" => scenario.name = source.text(value),
            "service" => scenario.service = source.text(value),
            "run" => scenario.run = run(source, value),
            "steps" => steps(source, value, &mut scenario.steps),
            "concurrent" => scenario.concurrent = source.boolean(value),
            "timeout_ms" => scenario.timeout_ms = source.integer(value),
            "artifacts" => {
                if let Some(collect) = value.get_ref().get("collect") {
                    scenario.collect = source.text_list(collect);
                }
            }
            "description" => scenario.description = source.text(value),
            "depends_on" => scenario.depends_on = source.text_list(value),
            "expect_failure" => scenario.expect_failure = source.boolean(value),
            "deadline_ms" => scenario.deadline_ms = source.integer(value),
            "grace_period_ms" => scenario.grace_period_ms = source.integer(value),
            "parallel_services" => scenario.parallel_services = source.text_list(value),
            "policy" => scenario.policy = policy(source, value),
            _ => {}
        }
    }
    scenario
}

fn policy(source: &Source<'_>, value: &Value<'_>) -> Policy {
    let mut policy = Policy::default();
    let DeValue::Table(table) = value.get_ref() else { return policy };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "max_execution_time" => policy.max_execution_time = source.integer(value),
            "max_memory_mb" => policy.max_memory_mb = source.integer(value),
            "max_cpu_usage" => policy.max_cpu_usage = source.float(value),
            "disallowed_commands" => policy.disallowed_commands = source.text_list(value),
            _ => {}
        }
    }
    policy
}

fn run(source: &Source<'_>, value: &Value<'_>) -> Option<Run> {
    match value.get_ref() {
        DeValue::Array(items) => {
            let commands = items.iter().filter_map(|item| run_command(source, item)).collect();
            Some(Run::List(Spanned::new(commands, source.span(value.span()))))
        }
        _ => source.text(value).map(Run::Command),
    }
}

fn run_command(source: &Source<'_>, value: &Value<'_>) -> Option<RunCommand> {
    let span = source.span(value.span());
    let DeValue::Table(table) = value.get_ref() else {
        let command_is_text = value.get_ref().is_str();
        return Some(RunCommand {
            span,
            command: Some(source.texts(value)?),
            command_is_text,
            ..RunCommand::default()
        });
    };
    let mut command = RunCommand { span, ..RunCommand::default() };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "service" => command.service = source.text(value),
            "command" => {
                command.command_is_text = value.get_ref().is_str();
                command.command = source.texts(value);
            }
            "timeout_ms" => command.timeout_ms = source.integer(value),
            _ => {}
        }
    }
    Some(command)
}
