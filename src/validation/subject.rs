//! What rules look at.

use crate::config::TestConfig;
use crate::template::{Problem, ReadingMode};

use super::Severity;

/// One parsed test, as far as the mistakes in it allow.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The parsed text.
    pub text: &'a str,
    /// The typed model.
    pub config: &'a TestConfig,
    /// Mistakes in the template.
    pub template: &'a [Problem],
    /// How the document is read. In mode `InString` an expression that can't be evaluated leaves a valid test behind.
    pub mode: ReadingMode,
}

impl Subject<'_> {
    /// How bad an expression that can't be evaluated is at worst: in a file that is TOML as it stands the string around it
    /// just stays as it is, and the test runs.
    pub fn worst_of_expressions(&self) -> Severity {
        match self.mode {
            ReadingMode::InString => Severity::Warning,
            ReadingMode::Plain | ReadingMode::Rendered => Severity::Error,
        }
    }
}
