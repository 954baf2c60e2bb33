//! What runs tests, as the server sees it: the executor, or what stands in for it.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedSender;

use crate::executor::{
    Executor, ExecutorSettings, RunEvent, RunHandle, RunId, RunOptions, ScenarioId, SelectedTest, TestResult,
};

/// Runs tests.
pub trait Runner: Send + Sync {
    /// Starts a run within the present runtime and returns at once; what happens is told to `events`.
    fn start(
        &self,
        tests: Vec<SelectedTest>,
        options: RunOptions,
        events: UnboundedSender<RunEvent>,
    ) -> Box<dyn RunUnderWay>;

    /// Judges the spans of a test's last run by what it expects now; `None` where no complete run is recorded. Reads files, so it is
    /// awaited where that holds up nobody.
    fn replay<'a>(&'a self, test: &'a SelectedTest) -> BoxFuture<'a, Option<TestResult>>;
}

/// A run under way.
pub trait RunUnderWay: Send + Sync {
    /// The run.
    fn id(&self) -> &RunId;

    /// Ends it; its last event comes when nothing of it is left.
    fn cancel(&self);

    /// Ends one of its scenarios. What depends on that one does not run.
    fn cancel_scenario(&self, scenario: &ScenarioId);
}

/// An executor that connects to nothing before the first run.
pub fn executor() -> Box<dyn Runner> {
    Box::new(Executor::new(ExecutorSettings::default()))
}

impl Runner for Executor {
    fn start(
        &self,
        tests: Vec<SelectedTest>,
        options: RunOptions,
        events: UnboundedSender<RunEvent>,
    ) -> Box<dyn RunUnderWay> {
        Box::new(Self::start(self, tests, options, events))
    }

    fn replay<'a>(&'a self, test: &'a SelectedTest) -> BoxFuture<'a, Option<TestResult>> {
        Self::replay(self, test).boxed()
    }
}

impl RunUnderWay for RunHandle {
    fn id(&self) -> &RunId {
        Self::id(self)
    }

    fn cancel(&self) {
        Self::cancel(self);
    }

    fn cancel_scenario(&self, scenario: &ScenarioId) {
        Self::cancel_scenario(self, scenario);
    }
}
