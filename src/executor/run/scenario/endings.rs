//! The ends of a scenario's containers: by themselves when all is said, by force from outside; and what is read of them before.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};

use super::stage::{Stage, lock};
use super::{FAREWELL, Setting};
use crate::executor::plan::Artifact;
use crate::executor::run::artifacts;
use crate::executor::run::member::Member;
use crate::executor::{Phase, RunEvent, StepResult};

/// So many bytes of files are kept of a container at one path.
pub(super) const MOST_FILES: usize = 64 << 20;

/// Ends the containers of a scenario that has nothing more to say.
pub(super) async fn close(setting: &Setting, stage: &Stage) {
    setting.progress(Phase::Cleanup, "removing containers", None);
    let members = std::mem::take(&mut *lock(&stage.members));
    keep_files(setting, &members).await;
    let patience = setting.grace() + FAREWELL;
    let mut closing: FuturesUnordered<_> = members
        .iter()
        .map(|member| async move {
            if let Some(folder) = &setting.folder
                && let Ok(Some(state)) = member.container.inspect().await
            {
                artifacts::inspect(folder, &member.name, &state.raw, &setting.redaction).await;
            }
            member.close(patience).await;
        })
        .collect();
    while closing.next().await.is_some() {}
    drop(closing);
    leave(stage);
}

/// Keeps the files that the scenario wants kept, of the container that its first step runs in.
pub(super) async fn keep_files(setting: &Setting, members: &[Arc<Member>]) {
    let planned = setting.planned();
    let wanted = planned.artifacts.iter().filter_map(|it| match it {
        Artifact::Files(path) => Some(path),
        _ => None,
    });
    for path in wanted {
        let service = planned.steps.first().map(|step| step.service);
        let member = members.iter().find(|member| Some(member.service) == service);
        let (Some(member), Some(folder)) = (member, &setting.folder) else { continue };
        let kept = match member.container.download(path, MOST_FILES).await {
            Ok(archive) => artifacts::files(folder, &member.name, archive, &setting.redaction)
                .await
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = kept {
            let message = format!("`files:{path}` of `{}` is not kept: {why}", planned.id.scenario);
            let message = setting.redaction.cover(&message).into_owned();
            let _ = setting.events.send(RunEvent::Note { test: Some(setting.test.id.clone()), message });
        }
    }
}

/// Ends a scenario from outside: kills its containers while it goes on, so that what its programs wrote until then is kept. What it
/// makes meanwhile goes too.
pub(super) async fn cut_short(stage: &Stage, acts: impl Future<Output = bool>, patience: Duration) {
    stage.over.store(true, Ordering::Relaxed);
    let _ = tokio::join!(kill(stage), tokio::time::timeout(patience, acts));
    kill(stage).await;
}

/// Kills the containers of a scenario, and waits until they are gone.
pub(super) async fn kill(stage: &Stage) {
    let members = std::mem::take(&mut *lock(&stage.members));
    let mut killing: FuturesUnordered<_> = members.iter().map(|member| member.kill()).collect();
    while killing.next().await.is_some() {}
    drop(killing);
    leave(stage);
}

pub(super) fn kill_later(stage: &Stage) {
    for member in std::mem::take(&mut *lock(&stage.members)) {
        member.container.remove_later();
    }
    leave(stage);
}

pub(super) fn leave(stage: &Stage) {
    if let Some(network) = lock(&stage.network).take() {
        network.remove_later();
    }
    for volume in lock(&stage.volumes).drain(..) {
        volume.remove_later();
    }
}

/// The last that the program of a step wrote.
pub(super) fn step_words(step: &StepResult) -> Option<String> {
    let lines: Vec<&str> = step.stdout.lines().chain(step.stderr.lines()).collect();
    let last = lines[lines.len().saturating_sub(10)..].join("\n");
    (!last.trim().is_empty()).then_some(last)
}

/// What the programs of a scenario wrote last.
pub(super) async fn last_words(stage: &Stage) -> Option<String> {
    let members = lock(&stage.members).clone();
    let mut words = Vec::new();
    for member in members {
        if let Some(program) = &member.program
            && let Some(lines) = program.last_lines(10).await
        {
            words.push(format!("{}:\n{lines}", member.name));
        }
    }
    (!words.is_empty()).then(|| words.join("\n"))
}
