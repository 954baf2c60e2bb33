//! A run of some of the tests that are watched: what of it is still to come, and why it was stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::cli::input::InputOptions;
use crate::cli::run::{Asked, Selected};
use crate::executor::{Executor, PlannedTest, Redaction, RunEvent, RunHandle, RunOptions, RunReport, ScenarioId};

/// Why a run was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Something of it changed while it ran, or it made way: more runs at once.
    Stale,
    /// It took too long.
    Timebox,
    /// The watch ends.
    Quit,
}

/// A run under way.
pub struct UnderWay {
    handle: RunHandle,
    events: UnboundedReceiver<RunEvent>,
    asked: Asked,
    /// How many tests of each file have no result yet: a matrix makes many of one.
    left: BTreeMap<PathBuf, usize>,
    scenarios: BTreeMap<ScenarioId, PathBuf>,
    /// Files of which something was started.
    started: BTreeSet<PathBuf>,
    /// Files that were cancelled and run again.
    again: BTreeSet<PathBuf>,
    stopped: Option<Stopped>,
    began: Instant,
}

impl UnderWay {
    /// Starts a run. Must be called in a runtime.
    pub fn start(executor: &Executor, selected: Selected, options: RunOptions, input: &InputOptions) -> Self {
        let asked = Asked::new(&selected, &options, input);
        let mut left: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for test in &selected.plan.tests {
            *left.entry(test.path.clone()).or_default() += 1;
        }
        let of_test = |test: &PlannedTest| -> Vec<(ScenarioId, PathBuf)> {
            test.scenarios.iter().map(|scenario| (scenario.id.clone(), test.path.clone())).collect()
        };
        let scenarios = selected.plan.tests.iter().flat_map(of_test).collect();
        let (sender, events) = mpsc::unbounded_channel();
        let handle = executor.start(selected.tests, options, sender);
        let (started, again) = (BTreeSet::new(), BTreeSet::new());
        Self { handle, events, asked, left, scenarios, started, again, stopped: None, began: Instant::now() }
    }

    /// Waits for what happens next; `None` once all is over and nothing of the run is left in the engine.
    pub async fn next(&mut self) -> Option<RunEvent> {
        let event = self.events.recv().await?;
        match &event {
            RunEvent::ScenarioStarted { scenario, .. } => self.started.extend(self.scenarios.get(scenario).cloned()),
            RunEvent::TestFinished(test) => {
                if let Some(left) = self.left.get_mut(&test.path) {
                    *left = left.saturating_sub(1);
                }
            }
            _ => {}
        }
        Some(event)
    }

    /// What came out, once all is over.
    pub async fn report(&self) -> Arc<RunReport> {
        self.handle.finished().await
    }

    /// The files of which something has no result yet.
    pub fn unfinished(&self) -> BTreeSet<PathBuf> {
        self.left.iter().filter(|(_, left)| **left > 0).map(|(path, _)| path.clone()).collect()
    }

    /// Cancels what changed and has no result yet, so that it runs again, and lets what was not started make way for it: both are for the next run.
    /// Whether something that changed was cancelled.
    pub fn make_way(&mut self, changed: &BTreeSet<PathBuf>) -> bool {
        let unfinished = self.unfinished();
        let is_cut_off = |file: &PathBuf| changed.contains(file) || !self.started.contains(file);
        let cut_off: BTreeSet<PathBuf> =
            unfinished.into_iter().filter(|file| !self.again.contains(file)).filter(is_cut_off).collect();
        for (scenario, _) in self.scenarios.iter().filter(|(_, file)| cut_off.contains(*file)) {
            self.handle.cancel_scenario(scenario);
        }
        let cancels = cut_off.iter().any(|file| changed.contains(file));
        self.again.extend(cut_off);
        cancels
    }

    /// The files that were cancelled and run again.
    pub const fn again(&self) -> &BTreeSet<PathBuf> {
        &self.again
    }

    /// Ends the run. What is stopped already stays so, but that the watch ends counts more than any other reason.
    pub fn stop(&mut self, why: Stopped) {
        if self.stopped.is_none() || why == Stopped::Quit {
            self.stopped = Some(why);
        }
        self.handle.cancel();
    }

    /// Why it was stopped, if it was.
    pub const fn stopped(&self) -> Option<Stopped> {
        self.stopped
    }

    /// When it began.
    pub const fn began(&self) -> Instant {
        self.began
    }

    /// What must not be shown of it.
    pub const fn redaction(&self) -> &Redaction {
        &self.asked.redaction
    }

    /// What was asked for.
    pub fn into_asked(self) -> Asked {
        self.asked
    }
}
