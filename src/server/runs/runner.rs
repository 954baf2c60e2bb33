//! What runs tests, as the server sees it: the executor, or what stands in for it.

use tokio::sync::mpsc::UnboundedSender;

use crate::executor::{Executor, ExecutorSettings, RunEvent, RunHandle, RunId, RunOptions, SelectedTest, TestResult};

/// Runs tests.
pub trait Runner: Send + Sync {
    /// Starts a run within the present runtime and returns at once; what happens is told to `events`.
    fn start(
        &self,
        tests: Vec<SelectedTest>,
        options: RunOptions,
        events: UnboundedSender<RunEvent>,
    ) -> Box<dyn RunUnderWay>;

    /// Judges the spans of a test's last run by what it expects now; `None` where no complete run is recorded. Reads files.
    fn replay(&self, test: &SelectedTest) -> Option<TestResult>;
}

/// A run under way.
pub trait RunUnderWay: Send + Sync {
    /// The run.
    fn id(&self) -> &RunId;

    /// Ends it; its last event comes when nothing of it is left.
    fn cancel(&self);
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

    fn replay(&self, test: &SelectedTest) -> Option<TestResult> {
        Self::replay(self, test)
    }
}

impl RunUnderWay for RunHandle {
    fn id(&self) -> &RunId {
        Self::id(self)
    }

    fn cancel(&self) {
        Self::cancel(self);
    }
}
