//! What `clnrm run` and its like end with, from what came out.

use crate::executor::{NotRun, Outcome, RunReport};

/// What the program ends with. The same in every command that runs tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Every test passed.
    Passed = 0,
    /// Something failed.
    Failed = 1,
    /// Wrong usage, or a test with mistakes that leave unclear what it says.
    Invalid = 2,
    /// The engine, the network or this program failed: nothing is said about some test.
    Infrastructure = 3,
    /// Nothing was selected.
    NoScenario = 4,
    /// Nothing failed, but not everything ran.
    Incomplete = 5,
    /// Somebody cancelled the run.
    Cancelled = 130,
}

impl ExitCode {
    /// Of a run. A failure is certain whatever else went wrong, so it comes before what leaves others unsaid.
    pub fn of(report: &RunReport, fail_on_flaky: bool) -> Self {
        let scenarios = report.tests.iter().flat_map(|test| test.scenarios.iter().map(|scenario| scenario.outcome));
        let outcomes: Vec<Outcome> = report.tests.iter().map(|test| test.outcome).chain(scenarios).collect();
        let any = |wanted: fn(&Outcome) -> bool| outcomes.iter().any(wanted);
        if report.cancelled {
            Self::Cancelled
        } else if any(|it| matches!(it, Outcome::NotRun(NotRun::InvalidTest))) {
            Self::Invalid
        } else if any(|it| matches!(it, Outcome::Failed | Outcome::TimedOut))
            || fail_on_flaky && any(|it| matches!(it, Outcome::Flaky))
        {
            Self::Failed
        } else if any(|it| matches!(it, Outcome::Infrastructure | Outcome::NotRun(NotRun::NoEngine))) {
            Self::Infrastructure
        } else if report.tests.iter().all(|test| test.scenarios.is_empty()) {
            Self::NoScenario
        } else if any(|it| matches!(it, Outcome::NotRun(_) | Outcome::Cancelled)) {
            Self::Incomplete
        } else {
            Self::Passed
        }
    }

    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}
