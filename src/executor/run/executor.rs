//! The executor: what lives longer than a run.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::driver::{Cancels, Driver, Round};
use super::handle::RunHandle;
use super::known::{self, Known};
use super::measure::Lookups;
use super::{repeat, replay, unrun};
use crate::analysis::{Analyzer, CacheLimits, RenderCache};
use crate::engine::{ConnectOptions, Engine, EngineError, SweepOptions};
use crate::executor::cache::{Entry, Inputs, RunCache};
use crate::executor::plan::{PlannedTest, ScenarioPlan};
use crate::executor::{NotRun, Outcome, RunEvent, RunId, RunOptions, RunReport, ScenarioId, SelectedTest, TestResult};
use crate::template::variables::Environment;

/// So long an engine may take to say which images it has, where somebody waits for a verdict without a run.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the removal of everything that a run made may take at its end.
const TEARDOWN: Duration = Duration::from_secs(20);

/// What an executor is to know of its surroundings.
#[derive(Clone, Debug)]
pub struct ExecutorSettings {
    /// The environment that templates see where the workspace is trusted.
    pub environment: Environment,
    /// How an engine is found; `None`: as the environment of this process says.
    pub engine: Option<ConnectOptions>,
}

impl Default for ExecutorSettings {
    /// Those of this process.
    fn default() -> Self {
        Self { environment: Environment::process(), engine: None }
    }
}

/// Runs tests. One for all runs of a process: it holds the connection to the engine and what was learnt. Clones share all of it.
#[derive(Clone)]
pub struct Executor {
    shared: Arc<Shared>,
}

struct Shared {
    analyzer: Analyzer,
    engine_options: Option<ConnectOptions>,
    engine: tokio::sync::Mutex<Option<Engine>>,
    durations: Mutex<HashMap<ScenarioId, Duration>>,
    /// How often the outcome of a test was known.
    lookups: Lookups,
}

impl Executor {
    /// An executor. Connects to nothing before the first run.
    pub fn new(settings: ExecutorSettings) -> Self {
        let cache = RenderCache::in_memory(CacheLimits::default());
        let shared = Shared {
            analyzer: Analyzer::new(settings.environment, cache),
            engine_options: settings.engine,
            engine: tokio::sync::Mutex::new(None),
            durations: Mutex::default(),
            lookups: Lookups::observed(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Starts a run of what is selected of `tests`, and returns at once. What happens is told to `events`; nobody needs to listen.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn start(
        &self,
        tests: Vec<SelectedTest>,
        options: RunOptions,
        events: mpsc::UnboundedSender<RunEvent>,
    ) -> RunHandle {
        let id = RunId::new(SystemTime::now());
        let cancelled = CancellationToken::new();
        let (sender, report) = watch::channel(None);
        let (unwanted, unwanted_ones) = mpsc::unbounded_channel();
        let handle = RunHandle { id: id.clone(), cancelled: cancelled.clone(), unwanted, report };
        let executor = self.clone();
        let span = tracing::info_span!("clnrm.run", test.suite.run.id = %id, tests = tests.len());
        tokio::spawn(
            async move {
                let (started, clock) = (SystemTime::now(), Instant::now());
                let seed = options.seed;
                let cancels = Cancels { run: cancelled.clone(), scenarios: unwanted_ones, known: HashSet::new() };
                let run = executor.run(&id, tests, options, &events, cancels);
                let (tests, error) = match AssertUnwindSafe(run).catch_unwind().await {
                    Ok(ran) => ran,
                    Err(_) => {
                        // A defect of ours: what the run made goes all the same.
                        if let Some(engine) = executor.shared.engine.lock().await.clone() {
                            engine.teardown(&id.0, TEARDOWN).await;
                        }
                        (Vec::new(), Some("the run ended by a defect of this program; its log says more".to_owned()))
                    }
                };
                let report = Arc::new(RunReport {
                    run: id,
                    started,
                    duration: clock.elapsed(),
                    seed,
                    tests,
                    error,
                    cancelled: cancelled.is_cancelled(),
                });
                // Whoever started the run may have gone.
                let _ = events.send(RunEvent::Finished(Arc::clone(&report)));
                sender.send_replace(Some(report));
            }
            .instrument(span),
        );
        handle
    }

    /// Judges the spans of a test's last run by what the test expects now, without a container. `None` where no complete run of
    /// exactly these programs and images is recorded, or where the test has mistakes. Where no engine was met yet or it does not
    /// answer, the images can't be compared: a note of the result says so. Reads files, so it takes some milliseconds.
    pub async fn replay(&self, test: &SelectedTest) -> Option<TestResult> {
        let plan = ScenarioPlan::new(&self.shared.analyzer, std::slice::from_ref(test), None);
        let planned = plan.tests.into_iter().next()?;
        if planned.is_invalid() {
            return None;
        }
        let inputs = Inputs::of(&planned, RunOptions::default().seed)?;
        let entry = RunCache::of_project(&planned.root).get(&planned.id.to_string()).ok()??;
        let mut result = replay::judged_again(&planned, &inputs, &entry)?;
        match self.ran_these_images(&inputs, &entry).await {
            Some(true) => {}
            Some(false) => return None,
            None => result.notes.push("no engine said whether the images are still those that ran".to_owned()),
        }
        Some(result)
    }

    /// Whether the images of a test are still those that ran; `None` where no engine says so soon.
    async fn ran_these_images(&self, inputs: &Inputs, entry: &Entry) -> Option<bool> {
        // One that is being looked for now is not waited for.
        let engine = self.shared.engine.try_lock().ok()?.clone()?;
        tokio::time::timeout(PATIENCE, known::same_images(&engine, inputs, entry)).await.ok()?
    }

    async fn run(
        &self,
        id: &RunId,
        tests: Vec<SelectedTest>,
        options: RunOptions,
        events: &mpsc::UnboundedSender<RunEvent>,
        mut cancels: Cancels,
    ) -> (Vec<Arc<TestResult>>, Option<String>) {
        let cancelled = cancels.run.clone();
        let executor = self.clone();
        let planning = tokio::task::spawn_blocking(move || ScenarioPlan::new(&executor.shared.analyzer, &tests, None));
        let mut planned: Vec<Arc<PlannedTest>> = match planning.await {
            Ok(plan) => plan.tests.into_iter().map(Arc::new).collect(),
            Err(_) => return (Vec::new(), Some("planning the run failed by a defect of this program".to_owned())),
        };
        if let Some(shard) = options.shard {
            planned.retain(|test| shard.holds(&test.id));
        }
        let scenarios = planned.iter().flat_map(|test| &test.scenarios).map(|scenario| scenario.id.clone());
        let _ = events.send(RunEvent::Started { run: id.clone(), scenarios: scenarios.collect() });
        if planned.is_empty() {
            return (Vec::new(), Some("no scenario is selected".to_owned()));
        }
        let unrun = |outcome: Outcome| -> Vec<Arc<TestResult>> {
            let results = planned.iter().map(|test| {
                let outcome = if test.is_invalid() { Outcome::NotRun(NotRun::InvalidTest) } else { outcome };
                Arc::new(unrun::test(test, outcome))
            });
            results.inspect(|result| tell_unrun(result, events)).collect()
        };
        if planned.iter().all(|test| test.is_invalid()) {
            return (unrun(Outcome::NotRun(NotRun::InvalidTest)), None);
        }
        let engine = tokio::select! {
            biased;
            () = cancelled.cancelled() => return (unrun(Outcome::Cancelled), None),
            engine = self.engine() => engine,
        };
        let engine = match engine {
            Ok(engine) => engine,
            Err(error) => {
                return (unrun(Outcome::NotRun(NotRun::NoEngine)), Some(format!("{error}; {}", error.help())));
            }
        };
        let Known { results: known, inputs } = known::look_up(&planned, &options, &engine, events, |id, duration| {
            let mut durations = self.shared.durations.lock().unwrap_or_else(PoisonError::into_inner);
            durations.entry(id).or_insert(duration);
        })
        .await;
        self.shared.lookups.tell(&known);
        let (planned, inputs): (Vec<_>, Vec<_>) = planned
            .iter()
            .zip(inputs)
            .zip(&known)
            .filter(|(_, known)| known.is_none())
            .map(|((test, inputs), _)| (Arc::clone(test), inputs))
            .unzip();
        if planned.is_empty() {
            return (known.into_iter().flatten().collect(), None);
        }
        let options = Arc::new(options);
        let mut rounds = Vec::new();
        let repeat = options.repeat.get();
        for index in 0..repeat {
            let round = Round { index, is_last: index + 1 == repeat };
            let durations = self.shared.durations.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let driver = Driver::new(id, &planned, &inputs, &options, events, &engine, &mut cancels, round, &durations);
            let span = tracing::info_span!("parallel.execute", plan_id = %id, round = index);
            let results = driver.run().instrument(span).await;
            self.learn(&results);
            rounds.push(results);
            if cancelled.is_cancelled() {
                break;
            }
        }
        let gone = engine.teardown(&id.0, TEARDOWN).await;
        for error in engine.settled(TEARDOWN).await.iter().chain(&gone.errors) {
            tracing::warn!(%error, "removing what the run made");
        }
        for left in gone.left {
            let message = format!("{left} is left in the engine; the next run or `clnrm cleanup` removes it");
            let _ = events.send(RunEvent::Note { test: None, message });
        }
        if engine_is_lost(&engine).await {
            *self.shared.engine.lock().await = None;
        }
        let mut ran = repeat::merged(rounds).into_iter();
        let results: Vec<Arc<TestResult>> =
            known.into_iter().filter_map(|known| known.or_else(|| ran.next())).collect();
        if repeat > 1 {
            // Those of the rounds were not told: what counts is known only now.
            for result in &results {
                for scenario in &result.scenarios {
                    let _ = events.send(RunEvent::ScenarioFinished(Arc::clone(scenario)));
                }
                let _ = events.send(RunEvent::TestFinished(Arc::clone(result)));
            }
        }
        (results, None)
    }

    /// The engine, found where it is not known yet. What dead runs left in it is removed meanwhile.
    async fn engine(&self) -> Result<Engine, EngineError> {
        let mut known = self.shared.engine.lock().await;
        if let Some(engine) = known.as_ref() {
            if engine.ping().await.is_ok() {
                return Ok(engine.clone());
            }
            *known = None;
        }
        let options = match &self.shared.engine_options {
            Some(options) => options.clone(),
            None => ConnectOptions::of_process()?,
        };
        let engine = Engine::connect(&options).await?;
        let swept = engine.clone();
        tokio::spawn(async move {
            if let Err(error) = swept.sweep(SweepOptions::default()).await {
                tracing::warn!(%error, "what earlier runs left was not removed");
            }
        });
        *known = Some(engine.clone());
        Ok(engine)
    }

    fn learn(&self, results: &[Arc<TestResult>]) {
        let mut durations = self.shared.durations.lock().unwrap_or_else(PoisonError::into_inner);
        for scenario in results.iter().flat_map(|test| &test.scenarios) {
            if let Some(attempt) = scenario.attempts.last() {
                durations.insert(scenario.id.clone(), attempt.duration);
            }
        }
    }
}

async fn engine_is_lost(engine: &Engine) -> bool {
    engine.ping().await.is_err()
}

fn tell_unrun(result: &Arc<TestResult>, events: &mpsc::UnboundedSender<RunEvent>) {
    for scenario in &result.scenarios {
        let _ = events.send(RunEvent::ScenarioFinished(Arc::clone(scenario)));
    }
    let _ = events.send(RunEvent::TestFinished(Arc::clone(result)));
}
