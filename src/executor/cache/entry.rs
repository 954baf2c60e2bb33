//! What is kept of a test that ran.

use serde::{Deserialize, Serialize};

/// A run of a test whose programs passed, all spans of which had come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The test, as in [`TestId`](crate::executor::TestId).
    pub test: String,
    /// The run.
    pub run: String,
    /// When: seconds since 1970.
    pub at: u64,
    /// What decides on what its scenarios do, but for images, as a digest.
    pub inputs: String,
    /// The images that ran: each reference with its id.
    pub images: Vec<(String, String)>,
    /// What the test expected when it was last judged, as a digest.
    pub expectations: String,
    /// Whether all of that held.
    pub passed: bool,
    /// How it is known that all spans had come.
    pub reason: String,
    /// Hosts that are the test's own.
    pub own_hosts: Vec<String>,
    /// Spans of the runner, which are nobody's missing parents.
    pub own_parents: Vec<String>,
    /// Its scenarios.
    pub scenarios: Vec<ScenarioRecord>,
    /// The spans, as lines of OTLP with secrets covered.
    pub spans: String,
}

/// A scenario of the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioRecord {
    /// Its name.
    pub name: String,
    /// How much of the outside world it could reach.
    pub hermeticity: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}
