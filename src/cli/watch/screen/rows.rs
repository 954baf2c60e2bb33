//! The list: each test with what it is just now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ratatui::style::Color;

use super::state::State;
use crate::cli::watch::look::{Looked, Unfit};
use crate::cli::watch::verdicts::Colour;
use crate::cli::watch::view::Known;
use crate::report::Outcome;
use crate::validation::Severity;

/// What a test is just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It runs.
    Running,
    /// It is to run.
    Waiting,
    /// It has mistakes.
    Invalid,
    /// Everything that is stated holds.
    Passed,
    /// Something does not.
    Failed,
    /// Nothing is said about it.
    Unknown,
    /// It was only checked, and nothing is wrong.
    Fine,
    /// It was only checked, and has warnings.
    Doubtful,
}

impl Mark {
    /// The word before its name, four letters wide.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "RUN ",
            Self::Waiting => "... ",
            Self::Invalid => "BAD ",
            Self::Passed => "PASS",
            Self::Failed => "FAIL",
            Self::Unknown => "  ? ",
            Self::Fine => "OK  ",
            Self::Doubtful => "WARN",
        }
    }

    /// Its colour.
    pub const fn color(self) -> Color {
        match self {
            Self::Running | Self::Waiting => Color::Cyan,
            Self::Invalid | Self::Failed => Color::Red,
            Self::Passed | Self::Fine => Color::Green,
            Self::Unknown | Self::Doubtful => Color::Yellow,
        }
    }
}

/// A line of the list.
pub struct Row<'a> {
    /// The file.
    pub path: &'a Path,
    /// What is known of it.
    pub looked: &'a Looked,
    /// What it is.
    pub mark: Mark,
    /// How long its scenarios took together when it last ran.
    pub took: Option<Duration>,
}

/// The tests that are shown.
pub fn rows<'a>(known: Known<'a>, state: &State) -> Vec<Row<'a>> {
    let due: BTreeSet<&PathBuf> = known.watched.due().collect();
    let shown = known.watched.tests().filter(|(_, looked)| state.shows(&looked.shown));
    let row = |(path, looked): (&'a PathBuf, &'a Looked)| {
        let durations = known.verdicts.of(path).flat_map(|test| &test.scenarios).map(|scenario| scenario.duration);
        let took: Duration = durations.sum();
        Row { path, looked, mark: mark(known, &due, path, looked), took: (!took.is_zero()).then_some(took) }
    };
    shown.map(row).collect()
}

fn mark(known: Known<'_>, due: &BTreeSet<&PathBuf>, path: &PathBuf, looked: &Looked) -> Mark {
    let is_asked = looked.unfit != Some(Unfit::Unasked);
    if looked.unfit == Some(Unfit::Mistakes) || !is_asked && looked.is_wrong() {
        return Mark::Invalid;
    }
    if known.running.is_some_and(|running| running.contains(path)) {
        return Mark::Running;
    }
    if due.contains(path) {
        return Mark::Waiting;
    }
    let colours = known.verdicts.of(path).map(|test| Colour::of(test.outcome, known.fail_on_flaky));
    match (colours.max(), &looked.checked.outcome) {
        (Some(Colour::Green), _) => Mark::Passed,
        (Some(Colour::Red), _) => Mark::Failed,
        (Some(Colour::Unknown), _) => Mark::Unknown,
        (None, Outcome::Checked(checked)) if !is_asked => match checked.count(Severity::Warning) {
            0 => Mark::Fine,
            _ => Mark::Doubtful,
        },
        (None, _) => Mark::Unknown,
    }
}
