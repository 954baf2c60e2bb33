//! What came out of a run. Every place is one of the author's own text, so that a failure can be shown on the line that stated it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{RunId, ScenarioId, TestId};
use crate::analysis::{Analysis, Related};
use crate::expectation::{ExpectationTree, Judgement, Reception};
use crate::text::Span;
use crate::trace::Trace;

/// How something ended. The words are nextest's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Everything that was stated holds.
    Passed,
    /// It failed first, and passed when it was run again.
    Flaky,
    /// Something that was stated does not hold.
    Failed,
    /// It took longer than it may.
    TimedOut,
    /// It was never started.
    NotRun(NotRun),
    /// Somebody cancelled the run.
    Cancelled,
    /// The engine, the network or this program failed it: nothing is said about the test.
    Infrastructure,
}

/// Why something was never started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotRun {
    /// Enough had failed already.
    FailFast,
    /// What it depends on did not pass.
    Dependency,
    /// The file has mistakes that leave unclear what it says.
    InvalidTest,
    /// No engine answers.
    NoEngine,
    /// Its expectations speak of scenarios that were not selected. Of tests only.
    Partial,
}

/// How fresh a result is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Containers ran.
    Ran,
    /// A proven pass of exactly these inputs is known.
    Cached {
        /// The run that proved it.
        run: RunId,
        /// When.
        at: SystemTime,
    },
    /// Only expectations changed: the recorded spans were judged again.
    Replayed {
        /// The run that recorded them.
        run: RunId,
        /// When.
        at: SystemTime,
    },
}

/// How much of the outside world a scenario could reach. Ordered: more is tighter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hermeticity {
    /// The engine's usual network.
    Open,
    /// A network of its own without a way out.
    Internal,
    /// No network at all.
    Sealed,
}

/// What came out of one run.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The run.
    pub run: RunId,
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// The seed.
    pub seed: u64,
    /// The tests, in the order of the plan.
    pub tests: Vec<Arc<TestResult>>,
    /// Why there was no run at all, where there was none: no engine, no scenario selected.
    pub error: Option<String>,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// What came out of one test.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// The test.
    pub id: TestId,
    /// The file, as it was read.
    pub path: PathBuf,
    /// The worst of its scenarios and its expectations.
    pub outcome: Outcome,
    /// Its scenarios, in file order: those that were selected.
    pub scenarios: Vec<Arc<ScenarioResult>>,
    /// What became of its expectations; `None` where nothing could be judged, which is then a failure or an outcome of its scenarios.
    pub judged: Option<Judged>,
    /// What was stated by the test as a whole and does not hold: its expectations first, in the order of the file.
    pub failures: Vec<Failure>,
    /// What weakens or surprises.
    pub notes: Vec<String>,
    /// The text and its reading that all places point into.
    pub analysis: Arc<Analysis>,
    /// Digests of the trace (`ct1:…`): shape, and in full.
    pub digests: Option<(String, String)>,
    /// The images that ran, sorted: each reference with its id.
    pub images: Vec<(String, String)>,
}

/// The expectations of a test and what became of them.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What it expects.
    pub tree: Arc<ExpectationTree>,
    /// The spans of all its scenarios.
    pub trace: Arc<Trace>,
    /// How they were received.
    pub reception: Reception,
    /// The verdicts.
    pub judgement: Judgement,
}

/// What came out of one scenario.
#[derive(Clone, Debug)]
pub struct ScenarioResult {
    /// The scenario.
    pub id: ScenarioId,
    /// How it ended: its programs alone, not the expectations of the test.
    pub outcome: Outcome,
    /// Whether containers ran for it.
    pub validity: Validity,
    /// Its header in the document.
    pub header: Span,
    /// All attempts, the first one first; empty where none was made.
    pub attempts: Vec<Attempt>,
    /// How much of the outside world it could reach, where it ran.
    pub hermeticity: Option<Hermeticity>,
    /// Whether it had to run alone because resources were short.
    pub degraded: bool,
    /// How long all attempts took, without the time for images.
    pub duration: Duration,
    /// Where its artifacts are: spans, outputs, what the engine said.
    pub artifacts: Option<PathBuf>,
}

/// One attempt at a scenario.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, without the time for images.
    pub duration: Duration,
    /// Its steps, as far as they were begun.
    pub steps: Vec<StepResult>,
    /// Everything that went wrong, the cause first.
    pub failures: Vec<Failure>,
}

/// What came out of one step.
#[derive(Clone, Debug)]
pub struct StepResult {
    /// Its name; that of the scenario for its `run`.
    pub name: String,
    /// The service in which it ran.
    pub service: String,
    /// The argument vector.
    pub command: Vec<String>,
    /// How its program ended; `None` where it never began.
    pub status: Option<ExitStatus>,
    /// How long it took.
    pub duration: Duration,
    /// The end of what it wrote on both streams, at most 64 KiB each; the whole is in the artifacts.
    pub stdout: String,
    /// See `stdout`.
    pub stderr: String,
    /// Its place in the document.
    pub span: Span,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// Something that went wrong, at the place that stated it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// The path of what was stated: `expect.span[0].parent`, `scenario[1].steps[0].expected_exit_code`.
    pub path: String,
    /// What is wrong, in one line; lower case, no full stop.
    pub message: String,
    /// More for people, at most twelve lines: what was asked for beside what came, the last lines of a log.
    pub detail: Option<String>,
    /// What to do; lower case, no full stop.
    pub help: Option<String>,
    /// The place in the document.
    pub span: Span,
    /// Macro lines, calls and rounds that led there, innermost first.
    pub related: Vec<Related>,
    /// The path of the failure of the same test that tells the reason already, where this one only follows from it.
    pub told_by: Option<String>,
}

/// What kind of thing went wrong. Each has a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// An expectation does not hold, or could not be decided.
    Expectation,
    /// A program ended with another status than was stated.
    ExitStatus,
    /// What a program wrote is not what was stated.
    Output,
    /// A program could not be started.
    Command,
    /// A step or scenario took too long.
    Timeout,
    /// A service ended, or was not ready in time.
    Service,
    /// An image is missing or could not be pulled.
    Image,
    /// A port of the host is taken.
    Port,
    /// Memory, disk or another resource ran out.
    Resource,
    /// The engine failed, or went away.
    Engine,
    /// The digests of repetitions differ.
    Divergence,
    /// The test has mistakes.
    InvalidTest,
    /// The scenario reached further than the test allows.
    Hermeticity,
}

impl Outcome {
    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Flaky => "flaky",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::NotRun(_) => "not run",
            Self::Cancelled => "cancelled",
            Self::Infrastructure => "infrastructure error",
        }
    }
}

impl Hermeticity {
    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Internal => "internal",
            Self::Sealed => "sealed",
        }
    }
}

impl FailureKind {
    /// The stable code, as diagnostics and reports have it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Expectation => "expectation-failed",
            Self::ExitStatus => "exit-status",
            Self::Output => "output-mismatch",
            Self::Command => "command-not-started",
            Self::Timeout => "timed-out",
            Self::Service => "service-not-ready",
            Self::Image => "image-unavailable",
            Self::Port => "port-taken",
            Self::Resource => "resource-exhausted",
            Self::Engine => "engine-failed",
            Self::Divergence => "digest-differs",
            Self::InvalidTest => "invalid-test",
            Self::Hermeticity => "not-hermetic",
        }
    }
}
