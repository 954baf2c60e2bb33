//! One attempt at one scenario: its network, its services, its steps, the last spans, and the end of all of it.
//!
//! Whatever happens (a failure, the end of its time, a cancellation, the loss of the engine, a panic), what was made is on the
//! [`Stage`] and goes with it.

mod endings;
mod failures;
mod images;
mod services;
mod spans;
mod stage;
mod steps;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use self::endings::{close, cut_short, kill_later, last_words, step_words};
use self::failures::{engine_failure, tell};
use self::images::images;
use self::services::start_services;
use self::spans::{drain, harvest, source};
use self::stage::{Stage, lock};
use self::steps::run_steps;
use super::judge::{ScenarioSpans, cover};
use super::outcome::{left_out, outcome, turn_round};
use super::step::words;
use crate::collector::{Identity, Limits, Receiver};
use crate::engine::{Engine, EngineError, Image};
use crate::executor::plan::{Place, PlannedScenario, PlannedTest};
use crate::executor::schedule::Shortage;
use crate::executor::{
    Attempt, Failure, FailureKind, Hermeticity, Outcome, Phase, Redaction, RunEvent, RunId, RunOptions, ScenarioId,
};

/// A scenario is told to be slow after so long.
const SLOW: Duration = Duration::from_secs(30);

/// How long an engine that went away is waited for, in all: one that is started anew is back in a few seconds.
const RETURN: Duration = Duration::from_secs(10);

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
    /// When the first scenario of its test began: how long a test may take counts from there.
    pub began: Arc<OnceLock<Instant>>,
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
        super::artifacts::make(folder).await;
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
    let limit = time_limit(&setting, started);
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
        () = tokio::time::sleep(limit.left) => End::TooLong,
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
            let name = &setting.id().scenario;
            let message = if limit.is_of_test {
                format!("the scenario `{name}` was ended: its test took longer than {}", words(limit.whole))
            } else {
                format!("the scenario `{name}` was ended after {}: it took too long", words(limit.whole))
            };
            let mut failure = limit.place.failure(FailureKind::Timeout, message);
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

/// The span of giving back what a scenario held.
fn releases(setting: &Setting) -> tracing::Span {
    tracing::info_span!("parallel.release_resources", scenario_id = %setting.id())
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

/// How long an attempt may take.
struct Limit {
    /// From now on.
    left: Duration,
    /// In all, as it is stated.
    whole: Duration,
    /// Whether that is the time of all scenarios of the test together.
    is_of_test: bool,
    /// Where it is stated.
    place: Place,
}

/// The time of the scenario, or what is left of that of its test where that is less.
fn time_limit(setting: &Setting, now: Instant) -> Limit {
    let planned = setting.planned();
    let began = *setting.began.get_or_init(|| now);
    let of_test = setting.test.timeout.as_ref().map(|(whole, place)| Limit {
        left: whole.saturating_sub(now.duration_since(began)),
        whole: *whole,
        is_of_test: true,
        place: place.clone(),
    });
    let own = |whole: Duration, place: &Place| Limit { left: whole, whole, is_of_test: false, place: place.clone() };
    match (&planned.timeout, of_test) {
        (Some(limit), Some(of_test)) if limit.duration <= of_test.left => own(limit.duration, &limit.place),
        // What is usual says nothing against what the test says.
        (_, Some(of_test)) => of_test,
        (Some(limit), None) => own(limit.duration, &limit.place),
        (None, None) => own(setting.options.timeout, &planned.place),
    }
}
