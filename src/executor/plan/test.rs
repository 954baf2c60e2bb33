//! A test that is to run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Place, PlannedScenario, PlannedService};
use crate::analysis::Analysis;
use crate::executor::{Failure, TestId};

/// One test: a file and one combination of its matrix.
#[derive(Clone, Debug)]
pub struct PlannedTest {
    /// The test.
    pub id: TestId,
    /// The file.
    pub path: PathBuf,
    /// The root of its project.
    pub root: PathBuf,
    /// Its name for people; that of the file where it has none.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The text and its reading, for all places and for its expectations. What it says of strings is rendered.
    pub analysis: Arc<Analysis>,
    /// The services, in the order of the file. What a scenario needs of them it says itself.
    pub services: Vec<PlannedService>,
    /// The scenarios that run, in the order of the file: those that were selected, and what they depend on.
    pub scenarios: Vec<PlannedScenario>,
    /// What all its scenarios together may use.
    pub limits: TestLimits,
    /// How long the whole test may take.
    pub timeout: Option<(Duration, Place)>,
    /// Its own seed.
    pub seed: Option<u64>,
    /// The time at which its clock stands still, in RFC 3339.
    pub freeze_clock: Option<String>,
    /// Where it wants its results written.
    pub reports: Reports,
    /// What is wrong with it. Where there is anything, nothing of it may run: its outcome is `NotRun(InvalidTest)`.
    pub mistakes: Vec<Failure>,
    /// What is worth knowing and changes nothing.
    pub notes: Vec<String>,
}

/// What all scenarios of a test that run at one time may use together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestLimits {
    /// Thousandths of a processor.
    pub cpu_millis: Option<u64>,
    /// Memory, in MiB.
    pub memory_mb: Option<u64>,
    /// Containers.
    pub containers: Option<u64>,
}

/// Files that a test wants its results in, relative to the root of its project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// Results as JSON.
    pub json: Option<PathBuf>,
    /// Results as JUnit XML.
    pub junit: Option<PathBuf>,
    /// The digests of the trace.
    pub digest: Option<PathBuf>,
}

impl PlannedTest {
    /// Whether something keeps it from running.
    pub const fn is_invalid(&self) -> bool {
        !self.mistakes.is_empty()
    }
}
