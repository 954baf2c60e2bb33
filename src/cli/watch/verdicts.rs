//! The last verdict on each test, whichever run it came of, and what is to be said of all of them together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::executor::{NotRun, Outcome, TestId, TestResult};
use crate::report::counted;

/// The last verdicts.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    by_file: BTreeMap<PathBuf, BTreeMap<TestId, Arc<TestResult>>>,
}

/// What a test, or all of them, are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// Everything that is stated holds.
    Green,
    /// Nothing is said about it.
    Unknown,
    /// Something that is stated does not hold.
    Red,
}

impl Colour {
    /// Of an outcome. What was flaky is green unless that fails a run.
    pub const fn of(outcome: Outcome, fail_on_flaky: bool) -> Self {
        match outcome {
            Outcome::Passed => Self::Green,
            Outcome::Flaky if fail_on_flaky => Self::Red,
            Outcome::Flaky => Self::Green,
            Outcome::Failed | Outcome::TimedOut => Self::Red,
            Outcome::NotRun(_) | Outcome::Cancelled | Outcome::Infrastructure => Self::Unknown,
        }
    }
}

impl Verdicts {
    /// A file is about to run: what its combinations were is only kept until they have new verdicts.
    pub fn begin(&mut self, file: &Path, tests: BTreeSet<TestId>) {
        if let Some(known) = self.by_file.get_mut(file) {
            known.retain(|id, _| tests.contains(id));
        }
    }

    /// Takes a new one.
    pub fn insert(&mut self, result: Arc<TestResult>) {
        self.by_file.entry(result.path.clone()).or_default().insert(result.id.clone(), result);
    }

    /// Forgets those of files that are not watched any more.
    pub fn retain(&mut self, is_watched: impl Fn(&Path) -> bool) {
        self.by_file.retain(|file, _| is_watched(file));
    }

    /// Those of a file.
    pub fn of(&self, file: &Path) -> impl Iterator<Item = &Arc<TestResult>> {
        self.by_file.get(file).into_iter().flat_map(BTreeMap::values)
    }

    /// What is said of these files together: a word, and the counts behind it. A file without a verdict has none.
    pub fn summary<'a>(&self, files: impl Iterator<Item = &'a PathBuf>, fail_on_flaky: bool) -> (&'static str, String) {
        let mut counts: BTreeMap<(u8, &'static str), usize> = BTreeMap::new();
        let (mut worst, mut total) = (Colour::Green, 0);
        for file in files {
            let mut outcomes: Vec<Option<Outcome>> = self.of(file).map(|result| Some(result.outcome)).collect();
            if outcomes.is_empty() {
                outcomes.push(None);
            }
            for outcome in outcomes {
                total += 1;
                worst = worst.max(outcome.map_or(Colour::Unknown, |outcome| Colour::of(outcome, fail_on_flaky)));
                *counts.entry(counted_as(outcome)).or_default() += 1;
            }
        }
        let word = match worst {
            Colour::Green => "passed",
            Colour::Unknown => "incomplete",
            Colour::Red => "failed",
        };
        let counts: Vec<String> = counts.into_iter().map(|((_, word), count)| format!("{count} {word}")).collect();
        (word, format!("{}: {}", counted(total, "test"), counts.join(", ")))
    }
}

/// Under which word an outcome is counted, and where that stands.
const fn counted_as(outcome: Option<Outcome>) -> (u8, &'static str) {
    match outcome {
        Some(Outcome::Failed) => (0, "failed"),
        Some(Outcome::TimedOut) => (1, "timed out"),
        Some(Outcome::Passed) => (2, "passed"),
        Some(Outcome::Flaky) => (3, "flaky"),
        Some(Outcome::NotRun(NotRun::InvalidTest)) => (4, "invalid"),
        Some(Outcome::NotRun(NotRun::NoEngine)) => (5, "without an engine"),
        Some(Outcome::NotRun(_)) => (6, "not run"),
        Some(Outcome::Cancelled) => (7, "cancelled"),
        Some(Outcome::Infrastructure) => (8, "not judged for want of infrastructure"),
        None => (9, "without a verdict"),
    }
}
