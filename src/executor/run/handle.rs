//! A run under way, for who started it.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::executor::{RunId, RunReport, ScenarioId};

/// A run under way. Dropping it lets the run go on; [`RunHandle::cancel`] ends it.
#[derive(Clone, Debug)]
pub struct RunHandle {
    pub(super) id: RunId,
    pub(super) cancelled: CancellationToken,
    pub(super) unwanted: mpsc::UnboundedSender<ScenarioId>,
    pub(super) report: watch::Receiver<Option<Arc<RunReport>>>,
}

impl RunHandle {
    /// The run.
    pub const fn id(&self) -> &RunId {
        &self.id
    }

    /// Ends the run: nothing is started any more, and the containers of the run go at once. [`RunHandle::finished`] comes when
    /// they are gone. May be called at any time and as often as one likes.
    pub fn cancel(&self) {
        self.cancelled.cancel();
    }

    /// Ends one scenario of the run: its containers go at once, and what depends on it does not run. Without effect where it has
    /// ended.
    pub fn cancel_scenario(&self, scenario: &ScenarioId) {
        // Where the run has ended, nobody listens.
        let _ = self.unwanted.send(scenario.clone());
    }

    /// Whether somebody cancelled it.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Waits for the end of the run.
    ///
    /// # Panics
    /// When the runtime in which the run was started was shut down before the run ended.
    pub async fn finished(&self) -> Arc<RunReport> {
        let mut report = self.report.clone();
        let ended = report.wait_for(Option::is_some).await.ok().and_then(|report| report.clone());
        let Some(report) = ended else { panic!("the runtime of run `{}` was shut down before it ended", self.id) };
        report
    }
}
