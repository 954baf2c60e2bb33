//! What happens during a run, as it happens: for progress, live output, lenses and the JSON lines of `clnrm run`.

use std::sync::Arc;
use std::time::Duration;

use super::{RunId, RunReport, ScenarioId, ScenarioResult, TestId, TestResult};

/// Something that happened in a run. A run begins with `Started` and ends with `Finished`; each scenario has exactly one
/// `ScenarioFinished`, each test exactly one `TestFinished`, which comes behind those of its scenarios.
#[derive(Clone, Debug)]
pub enum RunEvent {
    /// It is known what runs: all scenarios of the selection, in the order of the plan.
    Started {
        /// The run.
        run: RunId,
        /// All scenarios that were selected.
        scenarios: Vec<ScenarioId>,
    },
    /// A scenario waits no longer. Of retries and repetitions each tells it again.
    ScenarioStarted {
        /// The scenario.
        scenario: ScenarioId,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// What a scenario is at.
    Progress {
        /// The scenario.
        scenario: ScenarioId,
        /// The phase.
        phase: Phase,
        /// For people: `pulling alpine:3.20, 12 of 40 MB`, `service api is ready`, `step 2 of 5: login`.
        message: String,
        /// How far the phase is, from 0 to 100, where that is known.
        percent: Option<u8>,
    },
    /// Something was written by a program of a scenario. Secrets are redacted already.
    Output {
        /// The scenario.
        scenario: ScenarioId,
        /// The service in whose container the program ran.
        service: String,
        /// The step, by its name; `None` for the service's own program.
        step: Option<String>,
        /// The stream.
        stream: OutputStream,
        /// What was written; need not end in a line break.
        text: String,
    },
    /// A scenario takes longer than is usual.
    Slow {
        /// The scenario.
        scenario: ScenarioId,
        /// How long it has taken so far.
        elapsed: Duration,
    },
    /// The scheduler decided something that is worth telling: admission paused, parallelism halved, a scenario that must run alone.
    Decision {
        /// The scenario that it is about, if any.
        scenario: Option<ScenarioId>,
        /// For people, with the reading behind it.
        message: String,
    },
    /// A scenario has ended, or never will begin.
    ScenarioFinished(Arc<ScenarioResult>),
    /// All scenarios of a test have ended, and its expectations are judged.
    TestFinished(Arc<TestResult>),
    /// All is done, and nothing of the run is left in the engine.
    Finished(Arc<RunReport>),
    /// Something is to be known about a test that does not change its outcome.
    Note {
        /// The test, if it is about one.
        test: Option<TestId>,
        /// For people.
        message: String,
    },
}

/// What a scenario is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Images are fetched. No timer runs.
    Images,
    /// Networks and containers are made, services started and waited for.
    Services,
    /// Steps run.
    Steps,
    /// Programs are ended and their last spans awaited.
    Draining,
    /// Containers and networks are removed.
    Cleanup,
}

/// A stream of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
