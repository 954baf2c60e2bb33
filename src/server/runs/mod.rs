//! Runs of tests: what runs now, what came out last, and how clients are told.
//!
//! `launch` starts a run of what a command names, `follow` turns its events into progress, notifications and results, `results` keep the
//! newest of every scenario, `view` says what they mean for a text, `diagnostics` and `lenses` show it.

pub mod actions;
pub mod diagnostics;
pub mod explorer;
pub mod follow;
pub mod launch;
pub mod lenses;
mod logs;
pub mod names;
mod output;
pub mod places;
pub mod replay;
mod results;
pub mod runner;
mod view;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;
use tower_lsp::ls_types::Uri;

use crate::executor::{Outcome, RunId, ScenarioId, SelectedTest, TestResult};
use names::Key;
use output::Outputs;
pub use results::FileResults;
use results::Whole;
use runner::{RunUnderWay, Runner};
pub use view::RunView;

/// So many runs of the past are remembered.
const REMEMBERED: usize = 20;

/// All runs of a session.
pub struct Runs {
    runner: Box<dyn Runner>,
    state: Mutex<State>,
    /// Counts runs that ended.
    ended: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    under_way: Vec<Box<dyn RunUnderWay>>,
    /// The newest first.
    records: VecDeque<Record>,
    files: HashMap<PathBuf, Arc<FileResults>>,
    outputs: Outputs,
    /// When the expectations of a file with results were edited last.
    edited: HashMap<PathBuf, Instant>,
    /// The scenarios of runs under way, by the tokens that their progress is shown under.
    progress: HashMap<String, (RunId, ScenarioId)>,
    /// No run is started any more.
    is_closed: bool,
}

/// A run, under way or over.
#[derive(Clone, Debug)]
pub struct Record {
    /// The run.
    pub run: RunId,
    /// When it was started.
    pub started: SystemTime,
    /// Whether it is over.
    pub finished: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Its scenarios, once they are known.
    pub scenarios: Vec<ScenarioRecord>,
}

/// One scenario of a run.
#[derive(Clone, Debug)]
pub struct ScenarioRecord {
    /// The scenario.
    pub key: Key,
    /// How the client calls its file.
    pub uri: Uri,
    /// Where it stands.
    pub state: ScenarioState,
}

/// Where a scenario stands.
#[derive(Clone, Debug)]
pub enum ScenarioState {
    /// It waits.
    Waiting,
    /// It runs.
    Running,
    /// It has ended.
    Ended {
        /// How.
        outcome: Outcome,
        /// The word for how fresh that is.
        validity: &'static str,
        /// How long it took.
        duration: Duration,
    },
}

/// How many scenarios of a place or file are part of a run under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// The newest run.
    pub run: RunId,
    /// How many of them it has.
    pub total: usize,
    /// How many of these have ended.
    pub ended: usize,
}

impl Runs {
    /// Without any run yet.
    pub fn new(runner: Box<dyn Runner>) -> Self {
        Self { runner, state: Mutex::default(), ended: watch::Sender::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held leaves it as the last complete change made it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What runs tests.
    pub fn runner(&self) -> &dyn Runner {
        &*self.runner
    }

    /// Whether no run is started any more.
    pub fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// Takes over a run that was started. It is cancelled at once where no run is wanted any more.
    fn begin(&self, run: Box<dyn RunUnderWay>) {
        let mut state = self.state();
        if state.is_closed {
            run.cancel();
        }
        let record = Record {
            run: run.id().clone(),
            started: SystemTime::now(),
            finished: false,
            cancelled: false,
            scenarios: Vec::new(),
        };
        state.records.push_front(record);
        while state.records.len() > REMEMBERED && state.records.back().is_some_and(|oldest| oldest.finished) {
            state.records.pop_back();
        }
        state.under_way.push(run);
    }

    fn change(&self, run: &RunId, change: impl FnOnce(&mut Record)) {
        if let Some(record) = self.state().records.iter_mut().find(|record| record.run == *run) {
            change(record);
        }
    }

    fn end(&self, run: &RunId, cancelled: bool) {
        let mut state = self.state();
        state.under_way.retain(|under_way| under_way.id() != run);
        state.progress.retain(|_, (of, _)| of != run);
        if let Some(record) = state.records.iter_mut().find(|record| record.run == *run) {
            record.finished = true;
            record.cancelled = cancelled;
        }
        drop(state);
        self.ended.send_modify(|count| *count += 1);
    }

    /// Cancels one run, or all. Returns those that were under way.
    pub fn cancel(&self, run: Option<&RunId>) -> Vec<RunId> {
        let state = self.state();
        let wanted = state.under_way.iter().filter(|under_way| run.is_none_or(|run| under_way.id() == run));
        wanted.inspect(|run| run.cancel()).map(|run| run.id().clone()).collect()
    }

    /// From now on the progress of a scenario is shown under a token.
    fn shows(&self, token: &str, run: &RunId, scenario: &ScenarioId) {
        self.state().progress.insert(token.to_owned(), (run.clone(), scenario.clone()));
    }

    /// Cancels the run or the scenario whose progress is shown under a token, if any is.
    pub fn cancel_by_token(&self, token: &str) {
        let state = self.state();
        if let Some(run) = state.under_way.iter().find(|run| follow::token(run.id()) == token) {
            run.cancel();
        } else if let Some((of, scenario)) = state.progress.get(token)
            && let Some(run) = state.under_way.iter().find(|run| run.id() == of)
        {
            run.cancel_scenario(scenario);
        }
    }

    /// Cancels all runs, starts no other one, and waits until nothing is left of them, but not longer than `patience`. `false`: it took longer.
    pub async fn close(&self, patience: Duration) -> bool {
        self.state().is_closed = true;
        let mut ended = self.ended.subscribe();
        self.cancel(None);
        let all = async {
            while !self.state().under_way.is_empty() {
                if ended.changed().await.is_err() {
                    break;
                }
            }
        };
        tokio::time::timeout(patience, all).await.is_ok()
    }

    /// All runs, the newest first.
    pub fn records(&self) -> Vec<Record> {
        self.state().records.iter().cloned().collect()
    }

    /// The run under way that the scenarios for which `is_meant` holds are part of.
    pub fn under_way(&self, is_meant: impl Fn(&Key) -> bool) -> Option<UnderWay> {
        let state = self.state();
        let running = state.records.iter().filter(|record| !record.finished);
        let mut found = running.filter_map(|record| {
            let meant: Vec<_> = record.scenarios.iter().filter(|it| is_meant(&it.key)).collect();
            let ended = meant.iter().filter(|it| matches!(it.state, ScenarioState::Ended { .. })).count();
            let total = meant.len();
            (ended < total).then(|| UnderWay { run: record.run.clone(), total, ended })
        });
        found.next()
    }

    /// What is known of a file.
    pub fn results(&self, path: &Path) -> Option<Arc<FileResults>> {
        self.state().files.get(path).cloned()
    }

    /// The expectations of a file are edited: how long ago that was so the last time.
    pub fn since_edit(&self, path: &Path) -> Option<Duration> {
        let now = Instant::now();
        let last = self.state().edited.insert(path.to_owned(), now);
        last.map(|last| now.duration_since(last))
    }

    /// Takes over what came out of a test.
    pub fn take(&self, run: &RunId, result: &Arc<TestResult>, selected: Option<&Arc<SelectedTest>>) {
        let mut state = self.state();
        let file = state.files.entry(result.path.clone()).or_default();
        Arc::make_mut(file).take(run, result, selected);
    }

    /// Takes over what came out when the spans of `run` were judged again, unless the test has been run since `whole`.
    fn replayed(&self, path: &Path, whole: &Whole, result: TestResult, run: RunId) -> bool {
        let mut state = self.state();
        let Some(file) = state.files.get_mut(path) else { return false };
        let Some(test) = Arc::make_mut(file).tests.get_mut(&result.id.combination) else { return false };
        if test.whole.as_ref().is_none_or(|known| known.run != whole.run) {
            return false;
        }
        test.replayed = Some(Whole { result: Arc::new(result), run, selected: None });
        true
    }

    /// What failed: by file, the scenarios that failed, or `None` for all where the test failed as a whole.
    pub fn failed(&self, path: Option<&Path>) -> Vec<(PathBuf, Parts)> {
        let state = self.state();
        let files = state.files.iter().filter(|(file, _)| path.is_none_or(|path| path == *file));
        let mut failed: Vec<_> = files
            .filter_map(|(file, results)| {
                let failed = failed_of(results);
                (!failed.is_empty()).then(|| (file.clone(), failed))
            })
            .collect();
        failed.sort();
        failed
    }

    /// Where the whole of what the last run of a scenario left is kept, of the first one for which `is_meant` holds.
    pub fn artifacts(&self, path: &Path, is_meant: impl Fn(&Key) -> bool) -> Option<PathBuf> {
        let results = self.results(path)?;
        let tests = results.tests.iter().flat_map(|(combination, test)| {
            test.scenarios.iter().map(move |(name, known)| (combination.clone(), name.clone(), known))
        });
        let mut meant = tests.filter(|(combination, scenario, _)| {
            is_meant(&Key { path: path.to_path_buf(), combination: combination.clone(), scenario: scenario.clone() })
        });
        meant.find_map(|(_, _, known)| known.result.artifacts.clone())
    }

    /// What the scenarios for which `is_meant` holds wrote when they ran last, each with its name.
    pub fn outputs(&self, is_meant: impl Fn(&Key) -> bool) -> Vec<(Key, String)> {
        let state = self.state();
        let mut outputs: Vec<(Key, String)> = Vec::new();
        for scenario in state.records.iter().flat_map(|record| &record.scenarios) {
            if is_meant(&scenario.key)
                && !outputs.iter().any(|(key, _)| *key == scenario.key)
                && let Some(text) = state.outputs.get(&scenario.key)
            {
                outputs.push((scenario.key.clone(), text.to_owned()));
            }
        }
        outputs
    }
}

/// Scenarios of one file, as (combination, scenario); without a scenario all of the combination, without both all of the file.
pub type Parts = BTreeSet<(Option<String>, Option<String>)>;

fn failed_of(results: &FileResults) -> Parts {
    let mut failed = BTreeSet::new();
    for (combination, test) in &results.tests {
        let expectations =
            test.replayed.as_ref().or(test.whole.as_ref()).is_some_and(|whole| !whole.result.failures.is_empty());
        if expectations {
            failed.insert((combination.clone(), None));
            continue;
        }
        let scenarios = test.scenarios.iter().filter(|(_, known)| names::is_failure(known.result.outcome));
        failed.extend(scenarios.map(|(name, _)| (combination.clone(), Some(name.clone()))));
    }
    failed
}
