//! What the scheduler is told, and what it says is to be done.

use std::time::Duration;

use super::{Decision, ItemEnd};
use crate::executor::Outcome;
use crate::executor::resources::Resources;

/// How a run is scheduled.
#[derive(Clone, Debug)]
pub struct ScheduleOptions {
    /// What there is.
    pub capacity: Resources,
    /// Nothing is started any more after so much has failed.
    pub max_fail: Option<usize>,
    /// An item that fails runs again so often, and so does a test whose expectations do not hold.
    pub retries: u32,
    /// An item that was overtaken so often is next.
    pub overtakes: u32,
    /// How long it must be calm before one more may run at once.
    pub calm: Duration,
}

impl ScheduleOptions {
    /// The usual options for what there is.
    pub const fn new(capacity: Resources) -> Self {
        Self { capacity, max_fail: None, retries: 0, overtakes: 8, calm: Duration::from_secs(10) }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Time has passed; also the first event of all.
    Tick,
    /// An attempt at an item has ended.
    Ended {
        /// The item.
        item: usize,
        /// How.
        end: ItemEnd,
    },
    /// All items of a test have ended, and its expectations are judged. Only where it may run again does anything wait for this.
    Judged {
        /// The test.
        test: usize,
        /// Whether they hold.
        passed: bool,
    },
    /// Somebody cancelled the run.
    Cancel,
    /// Somebody cancelled one item.
    CancelItem {
        /// The item.
        item: usize,
    },
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// An item is to be started.
    Start {
        /// The item.
        item: usize,
        /// Which attempt, from 1.
        attempt: u32,
        /// Whether nothing else runs beside it.
        alone: bool,
    },
    /// An item that runs is to be ended; that it has ended is still to be told.
    Stop {
        /// The item.
        item: usize,
    },
    /// What came of an item is certain now. Of each item once.
    Settle {
        /// The item.
        item: usize,
        /// What came of it: `Flaky` where it passed but not at first.
        outcome: Outcome,
        /// Whether it had to run alone because something was short.
        degraded: bool,
    },
    /// Something was decided that is worth telling.
    Decide(Decision),
    /// All items are settled. Once.
    Done,
}
