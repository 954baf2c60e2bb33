//! Sums over all files of a check.

use std::ops::AddAssign;
use std::time::Duration;

use super::{CheckedFile, Outcome};
use crate::analysis::{FileKind, StageDurations};
use crate::validation::Severity;

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All files, failed ones included.
    pub files: usize,
    /// Files that are tests and were judged.
    pub tests: usize,
    /// Files that are no tests.
    pub not_judged: usize,
    /// Files that could not be checked.
    pub failed: usize,
    /// Tests with at least one error or warning.
    pub with_problems: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity information.
    pub information: usize,
    /// Findings of severity hint.
    pub hints: usize,
}

impl Summary {
    /// Counts.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a CheckedFile>) -> Self {
        let mut summary = Self::default();
        for file in files {
            summary.files += 1;
            match &file.outcome {
                Outcome::Failed(_) => summary.failed += 1,
                Outcome::Checked(checked) => {
                    if checked.kind == FileKind::Test {
                        summary.tests += 1;
                    } else {
                        summary.not_judged += 1;
                    }
                    let [errors, warnings] = [Severity::Error, Severity::Warning].map(|level| checked.count(level));
                    summary.with_problems += usize::from(errors + warnings > 0);
                    summary.errors += errors;
                    summary.warnings += warnings;
                    summary.information += checked.count(Severity::Information);
                    summary.hints += checked.count(Severity::Hint);
                }
            }
        }
        summary
    }
}

/// How long a check took. Stages are summed over all files, so with several threads they exceed the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// Finding the files.
    pub discovery: Duration,
    /// Reading them.
    pub reading: Duration,
    /// The stages of the analysis.
    pub stages: StageDurations,
    /// From the start of the program's work to the begin of the report, as a clock on the wall sees it.
    pub total: Duration,
}

impl AddAssign<StageDurations> for Timing {
    fn add_assign(&mut self, other: StageDurations) {
        self.stages.render += other.render;
        self.stages.parse += other.parse;
        self.stages.semantic += other.semantic;
        self.stages.structure += other.structure;
        self.stages.expectations += other.expectations;
    }
}

/// The stages with their names, in the order in which they run.
pub fn named_stages(durations: &StageDurations) -> [(&'static str, Duration); 5] {
    [
        ("render", durations.render),
        ("parse", durations.parse),
        ("semantic", durations.semantic),
        ("structure", durations.structure),
        ("expectations", durations.expectations),
    ]
}
