//! One attempt at one scenario: its network, its services, its steps, the last spans, and the end of all of it.
//!
//! Whatever happens (a failure, the end of its time, a cancellation, the loss of the engine, a panic), what was made is on the
//! [`Stage`] and goes with it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::judge::{ScenarioSpans, cover};
use super::member::{Member, NotLaunched, Surroundings, set};
use super::outcome::{left_out, outcome, turn_round};
use super::output::{Capture, Writer};
use super::ready::{ready, waits};
use super::step::{self, Attempted, StepEnd, words};
use crate::collector::environment::CONFIGURATION_FILES;
use crate::collector::{Collected, Identity, Limits, Receiver, Source};
use crate::engine::init::{Output, SessionError, Signal, Status};
use crate::engine::{Belonging, Engine, EngineError, Image, Network, NetworkSpec, PullPolicy};
use crate::executor::plan::{
    Artifact, NetworkMode, Place, PlannedScenario, PlannedService, PlannedStep, PlannedTest, VolumeSource,
};
use crate::executor::schedule::Shortage;
use crate::executor::{
    Attempt, Failure, FailureKind, Hermeticity, Outcome, Phase, Redaction, RunEvent, RunId, RunOptions, ScenarioId,
    StepResult,
};
use crate::expectation::{NoSpans, Reception};
use crate::trace::Completeness;

/// A scenario is told to be slow after so long.
const SLOW: Duration = Duration::from_secs(30);

/// How long an engine that went away is waited for, in all: one that is started anew is back in a few seconds.
const RETURN: Duration = Duration::from_secs(10);

/// So many bytes of files are kept of a container at one path.
const MOST_FILES: usize = 64 << 20;

/// How long the end of a container may take beyond the grace.
const FAREWELL: Duration = Duration::from_secs(5);

/// What an attempt is to know.
pub struct Setting {
    /// The run.
    pub run: RunId,
    /// The test.
    pub test: Arc<PlannedTest>,
    /// The scenario, as an index into those of the test.
    pub scenario: usize,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Which repetition, from 0.
    pub round: usize,
    /// How the run is to go.
    pub options: Arc<RunOptions>,
    /// The engine.
    pub engine: Engine,
    /// Where to tell what happens.
    pub events: UnboundedSender<RunEvent>,
    /// What is not to be shown.
    pub redaction: Redaction,
    /// The folder of its artifacts.
    pub folder: Option<PathBuf>,
    /// Cancelled when it is to end at once.
    pub cancelled: CancellationToken,
}

/// How an attempt ended.
pub struct Ended {
    /// What there is to tell.
    pub attempt: Attempt,
    /// Its spans, where it ended by itself.
    pub spans: Option<ScenarioSpans>,
    /// The images that ran: each reference with its id.
    pub images: Vec<(String, String)>,
    /// How much of the outside world it could reach.
    pub hermeticity: Option<Hermeticity>,
    /// What there was too little of.
    pub shortage: Option<Shortage>,
}

impl Ended {
    /// An attempt that ended by something that says nothing of the scenario.
    pub fn failed(failure: Failure) -> Self {
        let failures = vec![failure];
        Self {
            attempt: Attempt {
                outcome: Outcome::Infrastructure,
                duration: Duration::ZERO,
                steps: Vec::new(),
                failures,
            },
            spans: None,
            images: Vec::new(),
            hermeticity: None,
            shortage: None,
        }
    }
}

/// What an attempt has made so far.
#[derive(Default)]
struct Stage {
    members: Mutex<Vec<Arc<Member>>>,
    network: Mutex<Option<Network>>,
    folders: Mutex<Vec<tempfile::TempDir>>,
    steps: Mutex<Vec<StepResult>>,
    images: Mutex<Vec<(String, String)>>,
    failures: Mutex<Vec<Failure>>,
    shortage: Mutex<Option<Shortage>>,
    level: Mutex<Option<Hermeticity>>,
    /// What failed first and passed when it was tried again.
    overcome: Mutex<Vec<Failure>>,
    unread: Mutex<Vec<(String, Vec<u8>)>>,
    unproved: Mutex<Option<String>>,
    killed: Mutex<Option<String>>,
    engine_failed: Mutex<bool>,
    /// Whether it is being ended from outside: what goes wrong from then on is no fault of anybody.
    over: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Setting {
    /// The scenario.
    pub fn planned(&self) -> &PlannedScenario {
        &self.test.scenarios[self.scenario]
    }

    /// Its id.
    pub fn id(&self) -> &ScenarioId {
        &self.planned().id
    }

    /// How long programs may take to end by themselves.
    pub fn grace(&self) -> Duration {
        self.planned().grace.unwrap_or(self.options.grace)
    }

    /// A file of its artifacts.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(super::artifacts::file_name(name)))
    }

    fn progress(&self, phase: Phase, message: impl Into<String>, percent: Option<u8>) {
        let message = self.redaction.cover(&message.into()).into_owned();
        let _ = self.events.send(RunEvent::Progress { scenario: self.id().clone(), phase, message, percent });
    }
}

/// Makes an attempt. What it made in the engine is gone, or on its way out, when this returns.
pub async fn attempt(setting: Arc<Setting>) -> Ended {
    let _ = setting.events.send(RunEvent::ScenarioStarted { scenario: setting.id().clone(), attempt: setting.attempt });
    if let Some(folder) = &setting.folder {
        let _ = tokio::fs::create_dir_all(folder).await;
    }
    let stage = Arc::new(Stage::default());
    let fetched = async {
        setting.engine.answering(RETURN).await;
        images(&setting).await
    };
    let images = tokio::select! {
        biased;
        () = setting.cancelled.cancelled() => return cancelled(&stage, Duration::ZERO),
        images = fetched => images,
    };
    // Fetching images is nobody's fault: the clock of the scenario starts here.
    let started = Instant::now();
    let images = match images {
        Ok(images) => images,
        Err((error, place)) => {
            tell(&setting, &stage, engine_failure(&error, &place), &error);
            return finished(&setting, &stage, None, started.elapsed());
        }
    };
    lock(&stage.images).extend(images.iter().filter_map(|(&index, image)| {
        let reference = setting.test.services[index].image.clone()?;
        Some((reference, image.id.clone()))
    }));
    let identity = Identity::new(&setting.run.to_string(), &setting.id().to_string(), setting.attempt, setting.round);
    let receiver = Receiver::new(source(&setting), Limits::default());
    let (limit, limit_place) = time_limit(&setting);
    let mut acts = Box::pin(act(&setting, &stage, &images, &identity, &receiver));
    let slow = async {
        tokio::time::sleep(SLOW).await;
        let _ = setting.events.send(RunEvent::Slow { scenario: setting.id().clone(), elapsed: started.elapsed() });
        std::future::pending::<()>().await;
    };
    enum End {
        Acted(bool),
        Cancelled,
        TooLong,
        Lost(EngineError),
    }
    let end = tokio::select! {
        biased;
        () = setting.cancelled.cancelled() => End::Cancelled,
        proved = &mut acts => End::Acted(proved),
        () = tokio::time::sleep(limit) => End::TooLong,
        error = setting.engine.lost() => End::Lost(error),
        () = slow => End::Cancelled,
    };
    let spans = match end {
        End::Acted(proved) => {
            drop(acts);
            let spans = harvest(&setting, &stage, &images, receiver, &identity, proved).await;
            close(&setting, &stage).instrument(releases(&setting)).await;
            Some(spans)
        }
        End::Cancelled => {
            cut_short(&stage, acts, Duration::from_secs(1)).instrument(releases(&setting)).await;
            return cancelled(&stage, started.elapsed());
        }
        End::TooLong => {
            let of_services = last_words(&stage).await;
            let begun = lock(&stage.steps).len();
            cut_short(&stage, acts, FAREWELL).instrument(releases(&setting)).await;
            let running = lock(&stage.steps).get(begun).map(|step| (step.name.clone(), step_words(step)));
            let mut failure = limit_place.failure(
                FailureKind::Timeout,
                format!("the scenario `{}` was ended after {}: it took too long", setting.id().scenario, words(limit)),
            );
            let of_step = running.as_ref().and_then(|(_, words)| words.clone());
            failure.detail = of_step.or(of_services);
            failure.help = running.map(|(step, _)| format!("it was at the step `{step}`"));
            lock(&stage.failures).push(failure);
            None
        }
        End::Lost(error) => {
            tell(&setting, &stage, engine_failure(&error, &setting.planned().place), &error);
            kill_later(&stage);
            return finished(&setting, &stage, None, started.elapsed());
        }
    };
    finished(&setting, &stage, spans, started.elapsed())
}

/// All images that the scenario needs, by the index of the service.
async fn images(setting: &Setting) -> Result<HashMap<usize, Arc<Image>>, (EngineError, Place)> {
    let policy = match setting.options.pull {
        crate::executor::PullPolicy::Missing => PullPolicy::Missing,
        crate::executor::PullPolicy::Always => PullPolicy::Always,
        crate::executor::PullPolicy::Never => PullPolicy::Never,
    };
    let mut images = HashMap::new();
    for &index in &setting.planned().services {
        let service = &setting.test.services[index];
        let Some(reference) = &service.image else { continue };
        let pinned = setting.options.images.get(reference);
        if let Some(pinned) = pinned {
            let then = setting.engine.inspect_image(pinned).await;
            if let Some(image) = then.map_err(|error| (error, service.image_place.clone()))? {
                images.insert(index, Arc::new(image));
                continue;
            }
        }
        let image = setting.engine.image(reference, policy, |progress| {
            let message = format!("pulling {reference}: {}", progress.status);
            setting.progress(Phase::Images, message, progress.percent());
        });
        let image = image.await.map_err(|error| (error, service.image_place.clone()))?;
        if pinned.is_some() {
            let message = format!(
                "the image that `{reference}` was then is not in the engine any more: what runs is what it is now"
            );
            let _ = setting.events.send(RunEvent::Note { test: Some(setting.test.id.clone()), message });
        }
        images.insert(index, Arc::new(image));
    }
    Ok(images)
}

/// Starts services, runs steps, ends programs. Whether it is proved then that nothing can send spans any more.
async fn act(
    setting: &Arc<Setting>,
    stage: &Arc<Stage>,
    images: &HashMap<usize, Arc<Image>>,
    identity: &Identity,
    receiver: &Receiver,
) -> bool {
    let planned = setting.planned();
    match start_services(setting, stage, images, identity, receiver).await {
        Ok(()) => {
            let passed = run_steps(setting, stage).await;
            let mut failures = lock(&stage.failures);
            if failures.is_empty() && !stage.over.load(Ordering::Relaxed) {
                failures.extend(left_out(planned, &passed));
            }
        }
        Err(Some(failure)) if !stage.over.load(Ordering::Relaxed) => lock(&stage.failures).push(failure),
        Err(_) => {}
    }
    if stage.over.load(Ordering::Relaxed) {
        return false;
    }
    if let Some(place) = &planned.expect_failure {
        turn_round(&mut lock(&stage.failures), &planned.id, place);
    }
    drain(setting, stage).await
}

async fn start_services(
    setting: &Arc<Setting>,
    stage: &Arc<Stage>,
    images: &HashMap<usize, Arc<Image>>,
    identity: &Identity,
    receiver: &Receiver,
) -> Result<(), Option<Failure>> {
    let planned = setting.planned();
    let services: Vec<(usize, &PlannedService)> = planned
        .services
        .iter()
        .map(|&index| (index, &setting.test.services[index]))
        .filter(|(index, _)| images.contains_key(index))
        .collect();
    let level = level(services.iter().map(|(_, service)| *service));
    *lock(&stage.level) = Some(level);
    let network = match level {
        Hermeticity::Sealed => None,
        Hermeticity::Internal | Hermeticity::Open => {
            let belonging = Belonging::new(setting.run.to_string(), setting.id().to_string());
            let mut spec = NetworkSpec::internal(belonging);
            spec.internal = level == Hermeticity::Internal;
            spec.isolated = spec.internal;
            let made = setting.engine.create_network(spec).await;
            let network = made.map_err(|error| {
                tell(setting, stage, engine_failure(&error, &planned.place), &error);
                None
            })?;
            *lock(&stage.network) = Some(network.clone());
            Some(network)
        }
    };
    let shared = shared_folders(setting, stage, &services).map_err(|error| {
        let message = format!("no folder can be made for a volume that services share: {error}");
        Some(planned.place.failure(FailureKind::Resource, message))
    })?;
    for (index, service) in services {
        setting.progress(Phase::Services, format!("starting {}", service.name), None);
        let Some(image) = images.get(&index).cloned() else { continue };
        let sealed = matches!(service.network, Some((NetworkMode::Sealed, _)));
        let surroundings = Surroundings { network: network.as_ref().filter(|_| !sealed), shared: &shared };
        let launched = Member::launch(setting, index, service, image, surroundings, identity, receiver).await;
        let mut member = match launched {
            Ok(member) => member,
            Err(NotLaunched::Engine(error)) => {
                let place = launch_place(&error, service);
                tell(setting, stage, engine_failure(&error, place), &error);
                return Err(None);
            }
            Err(NotLaunched::Session(error)) => {
                *lock(&stage.engine_failed) |= !stage.over.load(Ordering::Relaxed);
                return Err(Some(
                    service.place.failure(FailureKind::Engine, format!("service `{}`: {error}", service.name)),
                ));
            }
        };
        let command = member.command(service);
        let is_stepped_in = planned.steps.iter().any(|step| step.service == index);
        let declares = !service.command.is_empty() || !waits(service).is_empty() || !service.ports.is_empty();
        let runs = declares || super::kind::Kind::of(service).daemon || !is_stepped_in;
        let mut failed = None;
        if runs
            && !command.is_empty()
            && let Err(error) = member.start_program(setting, service, command).await
        {
            let message = format!("service `{}`: {error}", service.name);
            failed = Some(service.place.failure(FailureKind::Service, message));
        }
        let member = Arc::new(member);
        lock(&stage.members).push(Arc::clone(&member));
        if stage.over.load(Ordering::Relaxed) {
            return Err(None);
        }
        if let Some(failure) = failed {
            return Err(Some(failure));
        }
        if let Err(failure) = ready(&member, service, receiver).await {
            if member.container.ran_out_of_memory().await {
                *lock(&stage.shortage) = Some(Shortage::Memory);
            }
            return Err(Some(failure));
        }
        setting.progress(Phase::Services, format!("{} is ready", service.name), None);
    }
    Ok(())
}

/// How much of the outside world containers of these services may reach.
pub fn level<'s>(services: impl Iterator<Item = &'s PlannedService> + Clone) -> Hermeticity {
    let asks =
        |mode: NetworkMode| services.clone().any(|it| it.network.as_ref().is_some_and(|(asked, _)| *asked == mode));
    // An engine publishes no ports of a network without a way out.
    if asks(NetworkMode::Open) || services.clone().any(|service| !service.ports.is_empty()) {
        Hermeticity::Open
    } else if asks(NetworkMode::Internal) || services.clone().count() > 1 {
        Hermeticity::Internal
    } else {
        Hermeticity::Sealed
    }
}

/// Folders in the place of named volumes that several services of the scenario share. Gone with the scenario.
fn shared_folders(
    setting: &Setting,
    stage: &Stage,
    services: &[(usize, &PlannedService)],
) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for (_, service) in services {
        for volume in &service.volumes {
            if let VolumeSource::Named(name) = &volume.source {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
    let mut folders = Vec::new();
    for (name, _) in counts.into_iter().filter(|(_, count)| *count > 1) {
        let folder = tempfile::Builder::new().prefix(&format!("clnrm-{}-", setting.run)).tempdir()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Programs of any user of the container shall write there.
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))?;
        }
        folders.push((name.to_owned(), folder.path().to_owned()));
        lock(&stage.folders).push(folder);
    }
    Ok(folders)
}

/// Runs the steps; which of them passed.
async fn run_steps(setting: &Arc<Setting>, stage: &Arc<Stage>) -> Vec<Option<bool>> {
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
async fn run_step(setting: &Setting, stage: &Stage, index: usize) -> bool {
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
async fn notice(attempted: &Attempted, member: &Member, stage: &Stage, one: &PlannedStep, failures: &mut Vec<Failure>) {
    const KILLED: i32 = 9;
    match &attempted.end {
        StepEnd::Exited(exit) => {
            if let Status::Signal(number) = exit.status {
                let signal = Signal::parse(&number.to_string()).map_or_else(|| number.to_string(), |it| it.to_string());
                lock(&stage.killed).get_or_insert(signal);
            }
            let was_killed = matches!(exit.status, Status::Signal(KILLED) | Status::Code(137));
            if was_killed && member.container.ran_out_of_memory().await {
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
            if member.container.ran_out_of_memory().await {
                *lock(&stage.shortage) = Some(Shortage::Memory);
                failures.iter_mut().for_each(|failure| failure.kind = FailureKind::Resource);
            } else {
                *lock(&stage.engine_failed) = true;
            }
        }
        StepEnd::NotStarted(_) => {}
    }
}

fn result(
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

/// Whether spans are looked for in what programs write.
fn reads_spans(setting: &Setting) -> bool {
    let otel = setting.test.analysis.config.otel.as_ref();
    let exporter = otel.and_then(|otel| otel.exporter.as_ref()?.known());
    let collects = setting.planned().artifacts.iter().any(|it| matches!(it, Artifact::Spans(_)));
    collects || exporter.is_some_and(|exporter| ["stdout", "console"].contains(&exporter.to_ascii_lowercase().as_str()))
}

/// Ends what still runs and waits for its last spans. Whether it is proved that all have come.
async fn drain(setting: &Setting, stage: &Stage) -> bool {
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
            let oom = member.container.ran_out_of_memory().await;
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
async fn vanished(setting: &Setting, stage: &Stage, member: &Member, reason: &SessionError) {
    let is_told = {
        let failures = lock(&stage.failures);
        failures.iter().any(|failure| matches!(failure.kind, FailureKind::Engine | FailureKind::Resource))
    };
    if is_told {
        return;
    }
    let service = &setting.test.services[member.service];
    let mut failure = if member.container.ran_out_of_memory().await {
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

async fn harvest(
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
        reception: Reception { completeness, no_spans, own_hosts, own_parents: vec![identity.span_id()] },
    };
    if let Some(folder) = &setting.folder {
        super::artifacts::spans(folder, &spans.spans, &setting.redaction).await;
    }
    spans
}

/// Whose spans are awaited.
fn source(setting: &Setting) -> Source {
    let now = jiff::Timestamp::now().as_nanosecond();
    Source {
        run: Some(setting.run.to_string()),
        // Where programs are told another time, they may well tell it in their spans.
        began: setting.test.freeze_clock.is_none().then(|| u64::try_from(now).unwrap_or_default()),
    }
}

/// Why there are no spans, as far as the receiver can tell.
fn no_spans(collected: &Collected) -> NoSpans {
    let Collected { statistics, undecodable, foreign, .. } = collected;
    match (undecodable, foreign) {
        (_, Some(reason)) => NoSpans::AnotherRun(reason.clone()),
        (Some(problem), None) => NoSpans::Undecodable(problem.clone()),
        _ if statistics.traces == 0 && statistics.metrics + statistics.logs > 0 => NoSpans::OtherSignals,
        _ if statistics.connections == 0 => NoSpans::NoConnection,
        _ => NoSpans::NothingExported,
    }
}

/// The span of giving back what a scenario held.
fn releases(setting: &Setting) -> tracing::Span {
    tracing::info_span!("parallel.release_resources", scenario_id = %setting.id())
}

/// Ends the containers of a scenario that has nothing more to say.
async fn close(setting: &Setting, stage: &Stage) {
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
                super::artifacts::inspect(folder, &member.name, &state.raw, &setting.redaction).await;
            }
            member.close(patience).await;
        })
        .collect();
    while closing.next().await.is_some() {}
    drop(closing);
    leave(stage);
}

/// Keeps the files that the scenario wants kept, of the container that its first step runs in.
async fn keep_files(setting: &Setting, members: &[Arc<Member>]) {
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
            Ok(archive) => super::artifacts::files(folder, &member.name, archive, &setting.redaction)
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
async fn cut_short(stage: &Stage, acts: impl Future<Output = bool>, patience: Duration) {
    stage.over.store(true, Ordering::Relaxed);
    let _ = tokio::join!(kill(stage), tokio::time::timeout(patience, acts));
    kill(stage).await;
}

/// The last that the program of a step wrote.
fn step_words(step: &StepResult) -> Option<String> {
    let lines: Vec<&str> = step.stdout.lines().chain(step.stderr.lines()).collect();
    let last = lines[lines.len().saturating_sub(10)..].join("\n");
    (!last.trim().is_empty()).then_some(last)
}

/// Kills the containers of a scenario, and waits until they are gone.
async fn kill(stage: &Stage) {
    let members = std::mem::take(&mut *lock(&stage.members));
    let mut killing: FuturesUnordered<_> = members.iter().map(|member| member.kill()).collect();
    while killing.next().await.is_some() {}
    drop(killing);
    leave(stage);
}

fn kill_later(stage: &Stage) {
    for member in std::mem::take(&mut *lock(&stage.members)) {
        member.container.remove_later();
    }
    leave(stage);
}

fn leave(stage: &Stage) {
    if let Some(network) = lock(&stage.network).take() {
        network.remove_later();
    }
    lock(&stage.folders).clear();
}

/// What the programs of a scenario wrote last.
async fn last_words(stage: &Stage) -> Option<String> {
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

fn cancelled(stage: &Stage, duration: Duration) -> Ended {
    let steps = std::mem::take(&mut *lock(&stage.steps));
    Ended {
        attempt: Attempt { outcome: Outcome::Cancelled, duration, steps, failures: Vec::new() },
        spans: None,
        images: std::mem::take(&mut *lock(&stage.images)),
        hermeticity: *lock(&stage.level),
        shortage: None,
    }
}

fn finished(setting: &Setting, stage: &Stage, spans: Option<ScenarioSpans>, duration: Duration) -> Ended {
    let mut failures = std::mem::take(&mut *lock(&stage.failures));
    let mut overcome = std::mem::take(&mut *lock(&stage.overcome));
    let outcome = outcome(&failures, &overcome, *lock(&stage.engine_failed));
    failures.append(&mut overcome);
    failures.iter_mut().for_each(|failure| cover(failure, &setting.redaction));
    Ended {
        attempt: Attempt { outcome, duration, steps: std::mem::take(&mut *lock(&stage.steps)), failures },
        spans,
        images: std::mem::take(&mut *lock(&stage.images)),
        hermeticity: *lock(&stage.level),
        shortage: *lock(&stage.shortage),
    }
}

fn time_limit(setting: &Setting) -> (Duration, Place) {
    let planned = setting.planned();
    let own = planned.timeout.as_ref().map(|limit| (limit.duration, limit.place.clone()));
    let of_test = setting.test.timeout.clone();
    own.or(of_test).unwrap_or_else(|| (setting.options.timeout, planned.place.clone()))
}

/// Tells a failure of the engine, and what it means for the run.
fn tell(setting: &Setting, stage: &Stage, failure: Failure, error: &EngineError) {
    tracing::debug!(scenario = %setting.id(), %error, "the engine failed");
    if stage.over.load(Ordering::Relaxed) {
        return;
    }
    lock(&stage.failures).push(failure);
    *lock(&stage.engine_failed) |= error.is_infrastructure();
    let shortage = match error {
        EngineError::NoSpace { .. } => Some(Shortage::Disk),
        EngineError::PoolExhausted { .. } => Some(Shortage::Addresses),
        EngineError::OutOfMemory { .. } => Some(Shortage::Memory),
        EngineError::LimitReached { .. } => Some(Shortage::Files),
        EngineError::Failed { .. } => Some(Shortage::Engine),
        _ => None,
    };
    if shortage.is_some() {
        *lock(&stage.shortage) = shortage;
    }
}

fn engine_failure(error: &EngineError, place: &Place) -> Failure {
    let kind = match error {
        EngineError::ImageMissing { .. } | EngineError::PullFailed { .. } | EngineError::InvalidReference { .. } => {
            FailureKind::Image
        }
        EngineError::PortTaken { .. } => FailureKind::Port,
        EngineError::CommandFailed { .. } => FailureKind::Command,
        _ if error.is_resource() => FailureKind::Resource,
        EngineError::MountFailed { .. } | EngineError::Refused { .. } => FailureKind::Service,
        _ => FailureKind::Engine,
    };
    let mut failure = place.failure(kind, error.to_string());
    failure.help = Some(error.help());
    failure
}

/// Where a test states what the engine refused.
fn launch_place<'s>(error: &EngineError, service: &'s PlannedService) -> &'s Place {
    match error {
        EngineError::PortTaken { port, .. } => {
            let named = service.ports.iter().find(|it| it.host.is_some() && it.host == *port);
            named.or(service.ports.first()).map_or(&service.place, |port| &port.place)
        }
        EngineError::MountFailed { cause, .. } => {
            let named = service.volumes.iter().find(|volume| match &volume.source {
                VolumeSource::Host(path) => cause.contains(&*path.to_string_lossy()),
                _ => false,
            });
            named.map_or(&service.place, |volume| &volume.place)
        }
        EngineError::ImageMissing { .. } => &service.image_place,
        _ => &service.place,
    }
}
