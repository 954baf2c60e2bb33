//! Drives one round of a run: does what the scheduler says, tells it what happened, and judges each test when its scenarios have ended.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::judge::{Evidence, ScenarioSpans, test};
use super::measure::{self, Measures};
use super::scenario::{Ended, Setting, attempt};
use super::{artifacts, replay, unrun};
use crate::engine::Engine;
use crate::executor::cache::Inputs;
use crate::executor::monitor::{CgroupMonitor, ResourceMonitor as _, ResourceUsage};
use crate::executor::plan::PlannedTest;
use crate::executor::resources::{EngineCapacity, Resources};
use crate::executor::schedule::{Action, Event, Item, ItemEnd, ScheduleOptions, Scheduler};
use crate::executor::{
    Attempt, FailureKind, Hermeticity, NotRun, Outcome, Redaction, RunEvent, RunId, RunOptions, ScenarioId,
    ScenarioResult, TestResult, Validity,
};
use crate::telemetry;

/// How often the machine is asked about itself while that may change anything.
const TICK: Duration = Duration::from_secs(1);

/// One repetition of a run.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Which, from 0.
    pub index: usize,
    /// Whether it is the last one.
    pub is_last: bool,
}

/// What somebody does not want any more.
pub struct Cancels {
    /// The whole run.
    pub run: CancellationToken,
    /// Scenarios, as they are named.
    pub scenarios: UnboundedReceiver<ScenarioId>,
    /// Those that were named already: they run in no later round either.
    pub known: HashSet<ScenarioId>,
}

/// Both sides of the channel by which scenarios tell that they have ended.
type Ends = (UnboundedSender<(usize, Ended)>, UnboundedReceiver<(usize, Ended)>);

/// One round under way.
pub struct Driver<'a> {
    run: &'a RunId,
    tests: &'a [Arc<PlannedTest>],
    inputs: &'a [Option<Inputs>],
    options: &'a Arc<RunOptions>,
    events: &'a UnboundedSender<RunEvent>,
    engine: &'a Engine,
    cancels: &'a mut Cancels,
    round: Round,
    scheduler: Scheduler,
    slots: Vec<Slot>,
    results: Vec<Option<Arc<TestResult>>>,
    redactions: Vec<Redaction>,
    /// When the first scenario of each test began.
    began: Vec<Arc<OnceLock<Instant>>>,
    has_folder: HashMap<PathBuf, bool>,
    monitor: CgroupMonitor,
    clock: Instant,
    measures: Measures,
    decisions: Vec<String>,
    ended: Ends,
    queue: VecDeque<Event>,
}

/// A scenario of the plan, and what became of it so far.
#[derive(Default)]
struct Slot {
    test: usize,
    scenario: usize,
    attempts: Vec<Attempt>,
    spans: Option<ScenarioSpans>,
    images: Vec<(String, String)>,
    hermeticity: Option<Hermeticity>,
    folder: Option<PathBuf>,
    stop: CancellationToken,
    running: bool,
    result: Option<Arc<ScenarioResult>>,
}

impl Slot {
    /// Whether nothing more is to come, unless its test is red.
    fn rests(&self) -> bool {
        let passed = |attempt: &Attempt| matches!(attempt.outcome, Outcome::Passed | Outcome::Flaky);
        self.result.is_some() || (!self.running && self.attempts.last().is_some_and(passed))
    }
}

impl<'a> Driver<'a> {
    /// A round of these tests.
    #[expect(clippy::too_many_arguments, reason = "all of it is what a round shares with its run")]
    pub fn new(
        run: &'a RunId,
        tests: &'a [Arc<PlannedTest>],
        inputs: &'a [Option<Inputs>],
        options: &'a Arc<RunOptions>,
        events: &'a UnboundedSender<RunEvent>,
        engine: &'a Engine,
        cancels: &'a mut Cancels,
        round: Round,
        durations: &HashMap<ScenarioId, Duration>,
    ) -> Self {
        let (mut slots, mut items) = (Vec::new(), Vec::new());
        for (index, planned) in tests.iter().enumerate().filter(|(_, test)| !test.is_invalid()) {
            let base = slots.len();
            for (scenario, it) in planned.scenarios.iter().enumerate() {
                slots.push(Slot { test: index, scenario, ..Slot::default() });
                items.push(Item {
                    label: it.id.to_string(),
                    test: index,
                    request: Resources::of_scenario(planned, it, None),
                    depends_on: it.depends_on.iter().map(|other| base + other).collect(),
                    after: it.after.iter().map(|other| base + other).collect(),
                    expected: durations.get(&it.id).copied(),
                });
            }
        }
        let info = engine.info();
        let capacity = EngineCapacity { cpus: u64::from(info.processors), memory_mb: info.memory >> 20 };
        let valid: Vec<PlannedTest> = tests.iter().map(|test| PlannedTest::clone(test)).collect();
        let capacity = Resources::of_run(options, Some(capacity), &valid);
        let schedule = ScheduleOptions {
            max_fail: options.max_fail.map(std::num::NonZeroUsize::get),
            retries: options.retries,
            ..ScheduleOptions::new(capacity)
        };
        let of_process = Redaction::of_environment(environment(), &options.secrets);
        let redactions = tests.iter().map(|test| Redaction::of(&test.analysis, &options.secrets).and(&of_process));
        Self {
            run,
            tests,
            inputs,
            options,
            events,
            engine,
            cancels,
            round,
            scheduler: Scheduler::new(items, schedule),
            slots,
            results: vec![None; tests.len()],
            redactions: redactions.collect(),
            began: tests.iter().map(|_| Arc::default()).collect(),
            has_folder: HashMap::new(),
            monitor: CgroupMonitor::default(),
            clock: Instant::now(),
            measures: Measures::default(),
            decisions: Vec::new(),
            ended: unbounded_channel(),
            queue: VecDeque::from([Event::Tick]),
        }
    }

    /// Drives the round to its end.
    pub async fn run(mut self) -> Vec<Arc<TestResult>> {
        let ids = self.slots.iter().map(|slot| &self.tests[slot.test].scenarios[slot.scenario].id);
        self.measures = Measures::begin(self.scheduler.items(), ids);
        for planned in self.tests {
            let root = planned.root.clone();
            if !self.has_folder.contains_key(&root) {
                let made = artifacts::begin(&root, self.run).await.is_some();
                self.has_folder.insert(root, made);
            }
        }
        for (index, planned) in self.tests.iter().enumerate() {
            if planned.is_invalid() {
                let result = Arc::new(unrun::test(planned, Outcome::NotRun(NotRun::InvalidTest)));
                for scenario in &result.scenarios {
                    self.tell(RunEvent::ScenarioFinished(Arc::clone(scenario)));
                }
                self.tell(RunEvent::TestFinished(Arc::clone(&result)));
                self.results[index] = Some(result);
            }
        }
        for scenario in self.cancels.known.clone() {
            self.cancel(&scenario);
        }
        let mut told_of_cancel = false;
        while !self.scheduler.is_done() {
            while let Some(event) = self.queue.pop_front() {
                self.step(event).await;
            }
            if self.scheduler.is_done() {
                break;
            }
            let tick = if self.scheduler.wants_ticks() { TICK } else { Duration::from_secs(3600) };
            let now = self.clock.elapsed();
            let tick = self.scheduler.next_change().map_or(tick, |change| tick.min(change.saturating_sub(now)));
            tokio::select! {
                biased;
                () = self.cancels.run.cancelled(), if !told_of_cancel => {
                    told_of_cancel = true;
                    self.queue.push_back(Event::Cancel);
                }
                Some(scenario) = self.cancels.scenarios.recv() => {
                    self.cancel(&scenario);
                    self.cancels.known.insert(scenario);
                }
                Some((item, ended)) = self.ended.1.recv() => self.item_ended(item, ended),
                () = tokio::time::sleep(tick.max(Duration::from_millis(10))) => self.queue.push_back(Event::Tick),
            }
        }
        self.keep_decisions().await;
        self.results.into_iter().flatten().collect()
    }

    /// Cancels one scenario, where it is one of this run.
    fn cancel(&mut self, scenario: &ScenarioId) {
        let is_it = |slot: &Slot| self.tests[slot.test].scenarios[slot.scenario].id == *scenario;
        if let Some(item) = self.slots.iter().position(is_it) {
            self.queue.push_back(Event::CancelItem { item });
        }
    }

    async fn step(&mut self, event: Event) {
        let readings = self.readings();
        let test = match &event {
            Event::Ended { item, .. } => self.slots.get(*item).map(|slot| slot.test),
            _ => None,
        };
        for action in self.scheduler.step(event, self.clock.elapsed(), &readings) {
            match action {
                Action::Start { item, attempt, alone: _ } => self.start(item, attempt),
                Action::Stop { item } => self.slots[item].stop.cancel(),
                Action::Settle { item, outcome, degraded } => self.settle(item, outcome, degraded).await,
                Action::Decide(decision) => {
                    if decision.is_degradation() {
                        telemetry::degraded();
                    }
                    let scenario = decision.item.and_then(|item| self.slots.get(item));
                    let scenario = scenario.map(|slot| self.tests[slot.test].scenarios[slot.scenario].id.clone());
                    let message = decision.kind.to_string();
                    let about = scenario.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
                    self.decisions.push(format!("{:.3} s  {about}{message}", self.clock.elapsed().as_secs_f64()));
                    let _ = self.events.send(RunEvent::Decision { scenario, message });
                }
                Action::Done => {}
            }
        }
        measure::running(&self.scheduler);
        let Some(test) = test.filter(|_| self.options.retries > 0) else { return };
        let of_test = || self.slots.iter().filter(|slot| slot.test == test);
        if of_test().all(Slot::rests) && of_test().any(|slot| slot.result.is_none()) {
            let scenarios = self.of_test(test).map(|(index, slot)| {
                let outcome = slot.attempts.last().map_or(Outcome::Passed, |attempt| attempt.outcome);
                slot.result.clone().unwrap_or_else(|| Arc::new(self.result(index, outcome, false)))
            });
            let scenarios = scenarios.collect();
            let result = self.judge(test, scenarios).await;
            let passed = matches!(result.outcome, Outcome::Passed | Outcome::Flaky | Outcome::NotRun(NotRun::Partial));
            self.queue.push_back(Event::Judged { test, passed });
        }
    }

    fn readings(&self) -> ResourceUsage {
        self.monitor.current_usage()
    }

    fn start(&mut self, item: usize, number: u32) {
        let slot = &mut self.slots[item];
        let planned = &self.tests[slot.test];
        let id = &planned.scenarios[slot.scenario].id;
        let has_folder = self.has_folder.get(&planned.root).copied().unwrap_or_default();
        let folder = artifacts::attempt_folder(&planned.root, self.run, id, number, self.round.index);
        slot.folder = has_folder.then_some(folder);
        slot.stop = self.cancels.run.child_token();
        slot.running = true;
        slot.spans = None;
        let setting = Arc::new(Setting {
            run: self.run.clone(),
            test: Arc::clone(planned),
            scenario: slot.scenario,
            attempt: number,
            round: self.round.index,
            options: Arc::clone(self.options),
            engine: self.engine.clone(),
            events: self.events.clone(),
            redaction: self.redactions[slot.test].clone(),
            folder: slot.folder.clone(),
            began: Arc::clone(&self.began[slot.test]),
            cancelled: slot.stop.clone(),
        });
        let sender = self.ended.0.clone();
        self.measures.started(item);
        let around = tracing::info_span!("parallel.run", scenario_id = %id, attempt = number);
        let span = tracing::info_span!(parent: &around, "clnrm.test", test.case.name = %id, attempt = number);
        tokio::spawn(
            async move {
                let place = setting.planned().place.clone();
                let ended = AssertUnwindSafe(attempt(setting)).catch_unwind().await.unwrap_or_else(|_| {
                    // A defect of ours; the teardown of the run removes what is left.
                    let message = "the run of this scenario ended by a defect of this program; its log says more";
                    Ended::failed(place.failure(FailureKind::Engine, message))
                });
                let _ = sender.send((item, ended));
            }
            .instrument(span),
        );
    }

    fn item_ended(&mut self, item: usize, ended: Ended) {
        let Ended { attempt, spans, images, hermeticity, shortage } = ended;
        let slot = &mut self.slots[item];
        slot.running = false;
        slot.spans = spans;
        slot.images = images;
        slot.hermeticity = hermeticity;
        let end = ItemEnd { outcome: attempt.outcome, shortage };
        slot.attempts.push(attempt);
        self.queue.push_back(Event::Ended { item, end });
    }

    fn result(&self, item: usize, outcome: Outcome, degraded: bool) -> ScenarioResult {
        let slot = &self.slots[item];
        let planned = &self.tests[slot.test].scenarios[slot.scenario];
        ScenarioResult {
            attempts: slot.attempts.clone(),
            hermeticity: slot.hermeticity,
            degraded,
            duration: slot.attempts.iter().map(|attempt| attempt.duration).sum(),
            artifacts: slot.folder.clone(),
            validity: Validity::Ran,
            ..unrun::scenario(planned, outcome)
        }
    }

    async fn settle(&mut self, item: usize, outcome: Outcome, degraded: bool) {
        let result = Arc::new(self.result(item, outcome, degraded));
        self.slots[item].result = Some(Arc::clone(&result));
        self.measures.settled(item, &self.scheduler);
        telemetry::scenario_ended(measure::word(outcome));
        self.tell(RunEvent::ScenarioFinished(result));
        let test = self.slots[item].test;
        let settled: Option<Vec<Arc<ScenarioResult>>> =
            self.of_test(test).map(|(_, slot)| slot.result.clone()).collect();
        let Some(scenarios) = settled else { return };
        let result = Arc::new(self.judge(test, scenarios).await);
        if result.judged.is_some() {
            let (planned, run) = (Arc::clone(&self.tests[test]), self.run.clone());
            let inputs = self.inputs.get(test).cloned().flatten();
            let (kept, redaction) = (Arc::clone(&result), self.redactions[test].clone());
            // Whoever reads the result may look for its spans at once.
            let keeps = move || replay::keep(&planned, &run, &kept, &redaction, inputs.as_ref());
            let _ = tokio::task::spawn_blocking(keeps).await;
        }
        // The result has them now.
        self.slots.iter_mut().filter(|slot| slot.test == test).for_each(|slot| slot.spans = None);
        self.tell(RunEvent::TestFinished(Arc::clone(&result)));
        self.results[test] = Some(result);
        let ended = self.results.iter().flatten().count();
        telemetry::throughput(ended as f64 / self.clock.elapsed().as_secs_f64().max(0.001));
    }

    async fn judge(&self, test_index: usize, scenarios: Vec<Arc<ScenarioResult>>) -> TestResult {
        let planned = Arc::clone(&self.tests[test_index]);
        let spans = self.of_test(test_index).filter_map(|(_, slot)| slot.spans.clone()).collect();
        let mut images: Vec<_> = self.of_test(test_index).flat_map(|(_, slot)| slot.images.iter().cloned()).collect();
        images.sort();
        images.dedup();
        let evidence = Evidence { left_out: left_out(&planned), scenarios, spans, images };
        let redaction = self.redactions[test_index].clone();
        let fallback = Arc::clone(&planned);
        match tokio::task::spawn_blocking(move || test(&planned, evidence, &redaction)).await {
            Ok(result) => result,
            Err(_) => {
                let mut result = unrun::test(&fallback, Outcome::Infrastructure);
                result.notes.push("judging the test ended by a defect of this program; its log says more".to_owned());
                result
            }
        }
    }

    fn of_test(&self, test: usize) -> impl Iterator<Item = (usize, &Slot)> {
        self.slots.iter().enumerate().filter(move |(_, slot)| slot.test == test)
    }

    /// Tells what is certain; of repetitions only the executor knows that.
    fn tell(&self, event: RunEvent) {
        let is_only = self.round.index == 0 && self.round.is_last;
        if is_only {
            let _ = self.events.send(event);
        }
    }

    async fn keep_decisions(&self) {
        if self.decisions.is_empty() {
            return;
        }
        let mut text = self.decisions.join("\n");
        text.push('\n');
        for (root, _) in self.has_folder.iter().filter(|(_, made)| **made) {
            artifacts::keep(artifacts::run_folder(root, self.run).join("decisions.log"), text.clone().into_bytes())
                .await;
        }
    }
}

/// How many scenarios of a test are not in its plan.
pub fn left_out(planned: &PlannedTest) -> usize {
    let config = &planned.analysis.config;
    let all = usize::from(!config.steps.is_empty()) + config.scenarios.len();
    all.saturating_sub(planned.scenarios.len())
}

/// The environment of this process, as far as it is text.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
