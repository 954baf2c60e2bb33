//! The steps of a scenario: their order, their retries, and what the end of each means.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::stream::{FuturesUnordered, StreamExt as _};

use super::Setting;
use super::spans::reads_spans;
use super::stage::{Stage, lock};
use crate::engine::init::{Output, Signal, Status};
use crate::executor::plan::PlannedStep;
use crate::executor::run::member::{Member, set};
use crate::executor::run::output::{Capture, Writer};
use crate::executor::run::step::{self, Attempted, StepEnd};
use crate::executor::schedule::Shortage;
use crate::executor::{Failure, FailureKind, Phase, Redaction, StepResult};

/// Runs the steps; which of them passed.
pub(super) async fn run_steps(setting: &Arc<Setting>, stage: &Arc<Stage>) -> Vec<Option<bool>> {
    let planned = setting.planned();
    let count = planned.steps.len();
    let mut passed: Vec<Option<bool>> = vec![None; count];
    if planned.concurrent {
        let free = |begun: &[bool], passed: &[Option<bool>]| {
            planned.steps.iter().enumerate().any(|(index, one)| {
                !begun[index] && one.depends_on.iter().all(|&other| passed.get(other).is_some_and(Option::is_some))
            })
        };
        let mut running = FuturesUnordered::new();
        let mut begun = vec![false; count];
        loop {
            for (index, one) in planned.steps.iter().enumerate() {
                let settled = one.depends_on.iter().all(|&other| passed.get(other).is_some_and(Option::is_some));
                if begun[index] || !settled {
                    continue;
                }
                begun[index] = true;
                if one.depends_on.iter().any(|&other| passed[other] != Some(true)) {
                    passed[index] = Some(false);
                    continue;
                }
                running.push(async move { (index, run_step(setting, stage, index).await) });
            }
            match running.next().await {
                Some((index, ok)) => passed[index] = Some(ok),
                // Steps that were passed over may have set others free.
                None if free(&begun, &passed) => {}
                None => return passed,
            }
        }
    }
    for (index, one) in planned.steps.iter().enumerate() {
        if one.depends_on.iter().any(|&other| passed.get(other).copied().flatten() != Some(true)) {
            passed[index] = Some(false);
            continue;
        }
        let message = format!("step {} of {count}: {}", index + 1, one.name);
        setting.progress(Phase::Steps, message, u8::try_from(index * 100 / count.max(1)).ok());
        let ok = run_step(setting, stage, index).await;
        passed[index] = Some(ok);
        if !ok && !one.continue_on_failure {
            return passed;
        }
    }
    passed
}

/// Runs a step with its retries; whether it passed in the end.
pub(super) async fn run_step(setting: &Setting, stage: &Stage, index: usize) -> bool {
    if stage.over.load(Ordering::Relaxed) {
        return false;
    }
    let one = &setting.planned().steps[index];
    let member = lock(&stage.members).iter().find(|member| member.service == one.service).cloned();
    let Some(member) = member else {
        let name = &setting.test.services[one.service].name;
        let message = format!("`{}` can't run: service `{name}` has no container", one.name);
        lock(&stage.failures).push(one.place.failure(FailureKind::Command, message));
        return false;
    };
    let service = &setting.test.services[one.service];
    let retries = one.retry.map_or(0, |retry| retry.retries);
    let mut first = None;
    for attempt in 0..=retries {
        if attempt > 0 {
            tokio::time::sleep(one.retry.map(|retry| retry.delay).unwrap_or_default()).await;
        }
        let writer =
            Writer { scenario: setting.id().clone(), service: service.name.clone(), step: Some(one.name.clone()) };
        let again = if attempt == 0 { String::new() } else { format!("-again-{attempt}") };
        let file = setting.file(&format!("{:02}-{}{again}", index + 1, one.name));
        let mut capture = Capture::new(writer, setting.events.clone(), &setting.redaction, file.as_deref());
        let limit = one.timeout.as_ref().map(|limit| limit.duration);
        let mut env = member.variables.clone();
        env.retain(|(name, _)| !one.env.iter().any(|(set, _)| set == name));
        env.extend(one.env.iter().cloned());
        let run = step::attempt(&member.session, one, set(&env), &mut capture, limit, setting.grace());
        let attempted = run.await;
        lock(&stage.steps).push(result(one, &attempted, &capture, &service.name, &setting.redaction));
        if stage.over.load(Ordering::Relaxed) {
            return false;
        }
        let mut failures = step::failures(one, &attempted, &capture, &setting.redaction);
        notice(&attempted, &member, stage, one, &mut failures).await;
        if reads_spans(setting) {
            lock(&stage.unread).push((format!("output of {}", one.name), capture.bytes(Output::Stdout).to_vec()));
            if capture.is_cut() {
                lock(&stage.unproved).get_or_insert_with(|| "more output than is kept".to_owned());
            }
        }
        if failures.is_empty() {
            lock(&stage.overcome).extend::<Vec<Failure>>(first.unwrap_or_default());
            return true;
        }
        let hopeless = matches!(attempted.end, StepEnd::Lost(_));
        first.get_or_insert(failures);
        if hopeless {
            break;
        }
    }
    lock(&stage.failures).extend(first.unwrap_or_default());
    false
}

/// Looks after what an end means: memory that ran out, an engine that went away, a signal that kept spans from being sent.
pub(super) async fn notice(
    attempted: &Attempted,
    member: &Member,
    stage: &Stage,
    one: &PlannedStep,
    failures: &mut Vec<Failure>,
) {
    const KILLED: i32 = 9;
    match &attempted.end {
        StepEnd::Exited(exit) => {
            if let Status::Signal(number) = exit.status {
                let signal = Signal::parse(&number.to_string()).map_or_else(|| number.to_string(), |it| it.to_string());
                lock(&stage.killed).get_or_insert(signal);
            }
            let was_killed = matches!(exit.status, Status::Signal(KILLED) | Status::Code(137));
            if was_killed && member.ran_out_of_memory().await {
                *lock(&stage.shortage) = Some(Shortage::Memory);
                let message = format!("`{}` was killed: the memory of service `{}` ran out", one.name, member.name);
                let mut failure = one.place.failure(FailureKind::Resource, message);
                failure.help = Some("raise the service's `limits.memory_mb`, or let the program use less".to_owned());
                failures.insert(0, failure);
            }
        }
        StepEnd::TimedOut => {
            lock(&stage.killed).get_or_insert("its time limit".to_owned());
        }
        StepEnd::Lost(_) => {
            if member.ran_out_of_memory().await {
                *lock(&stage.shortage) = Some(Shortage::Memory);
                failures.iter_mut().for_each(|failure| failure.kind = FailureKind::Resource);
            } else {
                *lock(&stage.engine_failed) = true;
            }
        }
        StepEnd::NotStarted(_) => {}
    }
}

pub(super) fn result(
    one: &PlannedStep,
    attempted: &Attempted,
    capture: &Capture,
    service: &str,
    redaction: &Redaction,
) -> StepResult {
    StepResult {
        name: one.name.clone(),
        service: service.to_owned(),
        command: one.command.iter().map(|part| redaction.cover(part).into_owned()).collect(),
        status: match &attempted.end {
            StepEnd::Exited(exit) => Some(step::exit_status(exit.status)),
            _ => None,
        },
        duration: attempted.duration,
        stdout: capture.tail(Output::Stdout).to_owned(),
        stderr: capture.tail(Output::Stderr).to_owned(),
        span: one.place.span,
    }
}
