//! Names of what is run, the same in editor, terminal, reports and caches.

use std::fmt;
use std::hash::BuildHasher;
use std::time::SystemTime;

use serde::Serialize;

/// One test: a file, and one combination of its matrix.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct TestId {
    /// The path from the project's root, with `/` between its parts.
    pub file: String,
    /// `axis=value` of each axis of the matrix, in file order, joined by `,`; `None` without a matrix.
    pub combination: Option<String>,
}

/// One scenario of a test. The top-level `[[steps]]` of a file are one scenario too, named like the test.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ScenarioId {
    /// The test.
    pub test: TestId,
    /// The name of the scenario; of several with the same name all but the first have ` #2`, ` #3`, … behind it.
    pub scenario: String,
}

/// One run: what one request for scenarios started.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct RunId(pub String);

impl RunId {
    /// An id for a run that begins `now`. Ids sort by time; two runs of one moment differ by chance.
    pub fn new(now: SystemTime) -> Self {
        let time = jiff::Timestamp::try_from(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let chance = std::hash::RandomState::new().hash_one(std::process::id()) & 0xff_ffff;
        Self(format!("{}-{chance:06x}", time.strftime("%Y%m%d-%H%M%S")))
    }
}

impl fmt::Display for TestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.combination {
            Some(combination) => write!(formatter, "{}[{combination}]", self.file),
            None => formatter.write_str(&self.file),
        }
    }
}

impl fmt::Display for ScenarioId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}::{}", self.test, self.scenario)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
