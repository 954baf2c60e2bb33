//! The last spans of a scenario: its programs are ended, its connections read to their ends, and it is said what that proves.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt as _;

use super::stage::{Stage, lock};
use super::{FAREWELL, Setting};
use crate::collector::environment::CONFIGURATION_FILES;
use crate::collector::{Collected, Identity, Receiver, Source};
use crate::engine::Image;
use crate::engine::init::{Output, SessionError, Signal, Status};
use crate::executor::plan::Artifact;
use crate::executor::run::judge::ScenarioSpans;
use crate::executor::run::member::Member;
use crate::executor::run::{artifacts, step};
use crate::executor::schedule::Shortage;
use crate::executor::{FailureKind, Phase};
use crate::expectation::{NoSpans, Reception};
use crate::trace::Completeness;

/// Whether spans are looked for in what programs write.
pub(super) fn reads_spans(setting: &Setting) -> bool {
    let otel = setting.test.analysis.config.otel.as_ref();
    let exporter = otel.and_then(|otel| otel.exporter.as_ref()?.known());
    let collects = setting.planned().artifacts.iter().any(|it| matches!(it, Artifact::Spans(_)));
    collects || exporter.is_some_and(|exporter| ["stdout", "console"].contains(&exporter.to_ascii_lowercase().as_str()))
}

/// Ends what still runs and waits for its last spans. Whether it is proved that all have come.
pub(super) async fn drain(setting: &Setting, stage: &Stage) -> bool {
    setting.progress(Phase::Draining, "waiting for the last spans", None);
    let members = lock(&stage.members).clone();
    for member in &members {
        // The container itself went away before anybody told it to.
        if let Some(reason) = member.session.ended().now_or_never() {
            vanished(setting, stage, member, &reason).await;
            continue;
        }
        // A program that ended by itself, and not well.
        let Some(program) = &member.program else { continue };
        let Some(Ok(exit)) = program.exit() else { continue };
        let already = lock(&stage.failures).iter().any(|failure| failure.kind == FailureKind::Service);
        if exit.status != Status::Code(0) && !already {
            let service = &setting.test.services[member.service];
            let oom = member.ran_out_of_memory().await;
            let how = step::status_words(exit.status);
            let message = match oom {
                true => format!("service `{}` was killed: its memory ran out", member.name),
                false => format!("service `{}` ended with {how} while it was needed", member.name),
            };
            let kind = if oom { FailureKind::Resource } else { FailureKind::Service };
            let mut failure = service.place.failure(kind, message);
            failure.detail = program.last_lines(50).await;
            lock(&stage.failures).push(failure);
            if oom {
                *lock(&stage.shortage) = Some(Shortage::Memory);
            }
        }
    }
    let grace = setting.grace();
    let mut proved = true;
    // Those that were started last depend on those before them: they end first, while what they talk to still answers.
    for member in members.iter().rev() {
        member.session.stop(Signal::TERM, grace);
        let drained = tokio::time::timeout(grace + FAREWELL, member.session.drained()).await;
        proved &= matches!(drained, Ok(Ok(())));
        if let Some(program) = &member.program
            && reads_spans(setting)
        {
            // All that it wrote has been told before the container was drained.
            let capture = program.capture.lock().await;
            lock(&stage.unread).push((format!("output of {}", member.name), capture.bytes(Output::Stdout).to_vec()));
            if capture.is_cut() {
                lock(&stage.unproved).get_or_insert_with(|| "more output than is kept".to_owned());
            }
        }
    }
    proved
}

/// A container that is no more while its scenario needs it is never silently done without.
pub(super) async fn vanished(setting: &Setting, stage: &Stage, member: &Member, reason: &SessionError) {
    let is_told = {
        let failures = lock(&stage.failures);
        failures.iter().any(|failure| matches!(failure.kind, FailureKind::Engine | FailureKind::Resource))
    };
    if is_told {
        return;
    }
    let service = &setting.test.services[member.service];
    let mut failure = if member.ran_out_of_memory().await {
        *lock(&stage.shortage) = Some(Shortage::Memory);
        let message = format!("service `{}` was killed: its memory ran out", member.name);
        service.place.failure(FailureKind::Resource, message)
    } else {
        *lock(&stage.engine_failed) = true;
        service.place.failure(FailureKind::Engine, format!("service `{}`: {reason}", member.name))
    };
    if let Some(program) = &member.program {
        failure.detail = program.last_lines(50).await;
    }
    lock(&stage.failures).push(failure);
}

pub(super) async fn harvest(
    setting: &Setting,
    stage: &Stage,
    images: &HashMap<usize, Arc<Image>>,
    receiver: Receiver,
    identity: &Identity,
    proved: bool,
) -> ScenarioSpans {
    let unread = std::mem::take(&mut *lock(&stage.unread));
    for (name, bytes) in unread {
        receiver.read(&bytes, &name);
    }
    // The containers are drained, and with them their connections: what is left is to decode what came last.
    let proved = proved && tokio::time::timeout(FAREWELL, receiver.drained()).await.is_ok();
    let collected = receiver.finish();
    let mut no_spans = no_spans(&collected);
    let lost = collected.doubt.or_else(|| lock(&stage.unproved).take());
    let completeness = match (lost, proved) {
        (Some(lost), _) => Completeness::unknown(lost),
        (None, true) => Completeness::proved("exit+drain"),
        (None, false) => Completeness::unknown("the container was ended before it was drained"),
    };
    if let Some(signal) = lock(&stage.killed).clone() {
        no_spans = NoSpans::Killed(signal);
    } else if matches!(no_spans, NoSpans::NoConnection | NoSpans::NothingExported) {
        let set = images.values().flat_map(|image| &image.env);
        if let Some((name, _)) = set.into_iter().find(|(name, _)| CONFIGURATION_FILES.contains(&name.as_str())) {
            no_spans = NoSpans::Overridden(name.clone());
        }
    }
    let own_hosts = setting.planned().services.iter().map(|&index| setting.test.services[index].name.clone()).collect();
    let spans = ScenarioSpans {
        spans: collected.spans,
        runner: vec![identity.span_id()],
        reception: Reception { completeness, no_spans, own_hosts },
    };
    if let Some(folder) = &setting.folder {
        artifacts::spans(folder, &identity.span_id(), &spans.spans, &setting.redaction).await;
    }
    spans
}

/// Whose spans are awaited.
pub(super) fn source(setting: &Setting) -> Source {
    let now = jiff::Timestamp::now().as_nanosecond();
    Source {
        run: Some(setting.run.to_string()),
        // Where programs are told another time, they may well tell it in their spans.
        began: setting.test.freeze_clock.is_none().then(|| u64::try_from(now).unwrap_or_default()),
    }
}

/// Why there are no spans, as far as the receiver can tell.
pub(super) fn no_spans(collected: &Collected) -> NoSpans {
    let Collected { statistics, undecodable, foreign, .. } = collected;
    match (undecodable, foreign) {
        (_, Some(reason)) => NoSpans::AnotherRun(reason.clone()),
        (Some(problem), None) => NoSpans::Undecodable(problem.clone()),
        _ if statistics.traces == 0 && statistics.metrics + statistics.logs > 0 => NoSpans::OtherSignals,
        _ if statistics.connections == 0 => NoSpans::NoConnection,
        _ => NoSpans::NothingExported,
    }
}
