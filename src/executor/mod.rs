//! Running tests: from a selection of scenarios to verdicts. Knows containers by the room `engine` alone, and neither the protocol
//! nor the terminal: who starts a run hears of it by [`RunEvent`]s and gets a [`RunReport`].
//!
//! The unit of execution is the scenario, the unit of judgement is the test (one file, one combination of its matrix): the
//! `[expect.*]` tables of a file speak of the spans of all its scenarios together.

pub mod cache;
mod event;
pub mod filter;
mod identity;
pub mod monitor;
pub mod plan;
mod redaction;
mod request;
pub mod resources;
mod result;
pub mod run;
pub mod schedule;
mod selection;
mod shard;

pub use event::{OutputStream, Phase, RunEvent};
pub use identity::{RunId, ScenarioId, TestId};
pub use plan::{PlannedScenario, PlannedService, PlannedStep, PlannedTest, ScenarioPlan};
pub use redaction::{COVER, RedactedStream, Redaction};
pub use request::{Limits, PullPolicy, RunOptions, Shard};
pub use result::{
    Attempt, ExitStatus, Failure, FailureKind, Hermeticity, Judged, NotRun, Outcome, RunReport, ScenarioResult,
    StepResult, TestResult, Validity,
};
pub use run::{Executor, ExecutorSettings, RunHandle};
pub use selection::{ScenarioFilter, SelectedTest, Selection};
