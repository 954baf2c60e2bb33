//! The form of a run that programs read: `docs/run.md` describes it, `docs/run.schema.json` defines it; whatever changes there
//! incompatibly raises [`RunDocument::VERSION`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::report::words::and_more;

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunDocument {
    /// The version of the form.
    pub version: u32,
    /// The run's id.
    pub run: String,
    /// When it began, in RFC 3339.
    pub started: String,
    /// How long it took.
    pub duration_ms: f64,
    /// The seed.
    pub seed: u64,
    /// What `clnrm run` ended with.
    pub exit_code: u8,
    /// Whether somebody cancelled it.
    pub cancelled: bool,
    /// Why there was no run, where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was asked for, where it is known: what it takes to run the same again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestDocument>,
    /// Tests, and how many of them ended how.
    pub summary: Summary,
    /// The tests, in the order of the plan.
    pub tests: Vec<TestDocument>,
}

/// What a run was asked for. Values of secret variables are covered: who runs it again has to say them again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDocument {
    /// Template variables of the command line.
    pub variables: BTreeMap<String, String>,
    /// Scenarios at once, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<usize>,
    /// How often failed scenarios are run again.
    pub retries: u32,
    /// How often each scenario runs.
    pub repeat: usize,
    /// By the file of a test, from the root of its project: the SHA-256 of its text.
    pub files: BTreeMap<String, String>,
    /// By the reference of an image: the digest or id of what ran.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, String>,
}

/// How many tests ended how. Scenarios are counted where it is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// All tests.
    pub tests: usize,
    /// All their scenarios that were selected.
    pub scenarios: usize,
    /// Tests that passed at once.
    pub passed: usize,
    /// Tests that passed when they ran again.
    pub flaky: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that took too long.
    pub timed_out: usize,
    /// Tests that never ran.
    pub not_run: usize,
    /// Tests that were cancelled.
    pub cancelled: usize,
    /// Tests of which nothing is known, because the engine failed them.
    pub infrastructure: usize,
    /// Scenarios of which a proven pass was known.
    pub cached: usize,
    /// Scenarios whose recorded spans were judged again.
    pub replayed: usize,
    /// Scenarios that ran alone because resources were short.
    pub degraded: usize,
}

/// One test: a file, and a combination of its matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestDocument {
    /// The file and the combination.
    pub id: String,
    /// The file, from the root of its project.
    pub file: String,
    /// The combination of the matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combination: Option<String>,
    /// The file, from where the run was started.
    pub path: String,
    /// How it ended: `passed`, `flaky`, `failed`, `timed out`, `not run`, `cancelled`, `infrastructure error`.
    pub outcome: String,
    /// Why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long its scenarios took together.
    pub duration_ms: f64,
    /// Its scenarios.
    pub scenarios: Vec<ScenarioDocument>,
    /// What became of its expectations, where spans were judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectations: Option<ExpectationsDocument>,
    /// What the test states as a whole and does not hold.
    pub failures: Vec<FailureDocument>,
    /// What weakens or surprises.
    pub notes: Vec<String>,
    /// The digest of the shape of its trace, and that of all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digests: Option<Digests>,
}

/// The digests of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// Names, kinds, edges, status.
    pub shape: String,
    /// With attributes and events.
    pub full: String,
}

/// The expectations of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpectationsDocument {
    /// How many there are.
    pub total: usize,
    /// How many of them hold.
    pub holding: usize,
    /// How many spans were judged.
    pub spans: usize,
    /// `proved`, `idle` or `unknown`.
    pub completeness: String,
    /// How that is known.
    pub completeness_reason: String,
    /// Each of them, as `clnrm analyze --format json` tells it.
    pub verdicts: Value,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioDocument {
    /// The test and the name.
    pub id: String,
    /// The name.
    pub name: String,
    /// See [`TestDocument::outcome`].
    pub outcome: String,
    /// Why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether containers ran.
    pub validity: ValidityDocument,
    /// `open`, `internal` or `sealed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hermeticity: Option<String>,
    /// Whether it ran alone because resources were short.
    pub degraded: bool,
    /// How long all its attempts took.
    pub duration_ms: f64,
    /// Its header.
    pub place: Place,
    /// All attempts, the first one first.
    pub attempts: Vec<AttemptDocument>,
    /// The folder of what it left: spans, outputs, what the engine said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<String>,
}

/// How fresh a result is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ValidityDocument {
    /// Containers ran.
    Ran,
    /// A proven pass of the same inputs was known.
    Cached {
        /// From this run.
        run: String,
        /// When, in RFC 3339.
        at: String,
    },
    /// Recorded spans were judged again.
    Replayed {
        /// Of this run.
        run: String,
        /// When, in RFC 3339.
        at: String,
    },
}

/// One attempt at a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptDocument {
    /// See [`TestDocument::outcome`].
    pub outcome: String,
    /// How long it took.
    pub duration_ms: f64,
    /// Its steps, as far as they were begun.
    pub steps: Vec<StepDocument>,
    /// What went wrong, the cause first.
    pub failures: Vec<FailureDocument>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepDocument {
    /// Its name.
    pub name: String,
    /// The service.
    pub service: String,
    /// The argument vector.
    pub command: Vec<String>,
    /// What its program ended with, where it ended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The signal that ended its program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// How long it took.
    pub duration_ms: f64,
    /// The end of what it wrote.
    pub stdout: String,
    /// See `stdout`.
    pub stderr: String,
    /// Where it stands.
    pub place: Place,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailureDocument {
    /// The kind: a stable code.
    pub code: String,
    /// The path of what was stated.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// More, at most twelve lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where it was stated.
    pub place: Place,
    /// Macro lines, calls and rounds that led there.
    pub related: Vec<RelatedDocument>,
    /// The path of the failure of the same test that tells the reason already, where this one only follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_by: Option<String>,
}

/// A failure as people are told of it.
pub struct ToldFailure<'a> {
    /// The scenario that it belongs to; `None`: the test as a whole.
    pub scenario: Option<&'a ScenarioDocument>,
    /// What went wrong.
    pub failure: &'a FailureDocument,
    /// What only follows from it.
    pub following: Vec<&'a FailureDocument>,
}

impl ToldFailure<'_> {
    /// What is said of all that follows, where something does.
    pub fn and_more(&self) -> Option<String> {
        and_more(self.following.iter().map(|failure| failure.place.start.line).collect())
    }
}

/// Another place that belongs to a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedDocument {
    /// The place.
    pub place: Place,
    /// What is there.
    pub message: String,
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, from where the run was started.
    pub path: String,
    /// Whether the text is part of this program and no file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub built_in: bool,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The lines around it, as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<PlaceExcerpt>,
}

/// A position in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in Unicode scalar values.
    pub column: usize,
    /// From 0.
    pub byte: usize,
}

impl Default for Position {
    fn default() -> Self {
        Self { line: 1, column: 1, byte: 0 }
    }
}

/// Some lines of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceExcerpt {
    /// The number of the first one.
    pub line: usize,
    /// The lines, each ended by a line break.
    pub text: String,
}

impl RunDocument {
    /// The version of the form.
    pub const VERSION: u32 = 1;

    /// Reads what `--format json` wrote.
    ///
    /// # Errors
    /// Where it is no such document, or one of another version.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let object: Value = serde_json::from_str(text).map_err(Unreadable::NoJson)?;
        match object.get("version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(Self::VERSION) => {
                serde_json::from_value(object).map_err(Unreadable::NoRun)
            }
            Some(version) => Err(Unreadable::OtherVersion(version)),
            None => Err(Unreadable::NoVersion),
        }
    }
}

impl TestDocument {
    /// Everything that went wrong in its last attempts, scenarios first, each with the scenario that it belongs to.
    pub fn all_failures(&self) -> impl Iterator<Item = (Option<&ScenarioDocument>, &FailureDocument)> {
        let of_scenarios = self.scenarios.iter().filter(|scenario| !scenario.passed()).flat_map(|scenario| {
            scenario
                .last()
                .into_iter()
                .flat_map(move |attempt| attempt.failures.iter().map(move |it| (Some(scenario), it)))
        });
        of_scenarios.chain(self.failures.iter().map(|failure| (None, failure)))
    }

    /// The same for people: what only follows from another failure stands behind that.
    pub fn told_failures(&self) -> Vec<ToldFailure<'_>> {
        let is_told = |(scenario, failure): &(Option<&ScenarioDocument>, &FailureDocument)| {
            let teller = scenario.is_none().then_some(failure.told_by.as_ref()).flatten();
            !teller.is_some_and(|teller| {
                self.failures.iter().any(|other| other.path == *teller && other.told_by.is_none())
            })
        };
        let told = self.all_failures().filter(is_told);
        told.map(|(scenario, failure)| {
            let follows =
                |other: &&FailureDocument| scenario.is_none() && other.told_by.as_ref() == Some(&failure.path);
            ToldFailure { scenario, failure, following: self.failures.iter().filter(follows).collect() }
        })
        .collect()
    }

    /// Whether it is green.
    pub fn passed(&self) -> bool {
        is_green(&self.outcome)
    }

    /// Whether something is known of what it states as a whole, beside its scenarios.
    pub(super) fn has_whole(&self) -> bool {
        self.expectations.is_some() || !self.failures.is_empty()
    }
}

impl ScenarioDocument {
    /// Whether its programs did what was stated, at once or when they ran again.
    pub fn passed(&self) -> bool {
        is_green(&self.outcome)
    }

    /// The attempt that counts.
    pub(super) fn last(&self) -> Option<&AttemptDocument> {
        self.attempts.last()
    }
}

fn is_green(outcome: &str) -> bool {
    matches!(outcome, "passed" | "flaky")
}

/// Why a document can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no JSON.
    #[error("is no JSON: {0}")]
    NoJson(serde_json::Error),
    /// It has no version.
    #[error("is no report of a run: it has no `version`")]
    NoVersion,
    /// It is of another version.
    #[error("has version {0}, this program reads version {version}", version = RunDocument::VERSION)]
    OtherVersion(u64),
    /// It is another object.
    #[error("is no report of a run: {0}")]
    NoRun(serde_json::Error),
}
