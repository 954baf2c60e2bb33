//! A command that is to run, and what is asked of it.

use std::time::Duration;

use regex::Regex;

use super::{Place, TimeLimit};

/// One command.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Its name; that of the scenario for its `run`.
    pub name: String,
    /// Its header.
    pub place: Place,
    /// The service in whose container it runs, as an index into the services of the test.
    pub service: usize,
    /// The argument vector. Never empty.
    pub command: Vec<String>,
    /// Where the command is stated.
    pub command_place: Place,
    /// Its working directory; `None`: that of the container.
    pub workdir: Option<String>,
    /// Its environment variables, beside those of the container. A name stands there once.
    pub env: Vec<(String, String)>,
    /// How it must end.
    pub exit: ExpectedExit,
    /// What it must and must not write. Judged together: all that do not hold are told.
    pub output: Vec<OutputCheck>,
    /// How long one attempt may take.
    pub timeout: Option<TimeLimit>,
    /// Whether it is tried again where it fails.
    pub retry: Option<Retry>,
    /// Whether the steps behind it run though it failed. The scenario fails all the same.
    pub continue_on_failure: bool,
    /// Steps that must have passed before, as indices into the steps of the scenario; they stand before this one.
    pub depends_on: Vec<usize>,
}

/// How a command must end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedExit {
    /// With this code.
    Code {
        /// The code.
        code: i32,
        /// Where it is stated; the header of the step where it is not.
        place: Place,
    },
    /// With any code but 0.
    Failure {
        /// Where it is stated.
        place: Place,
    },
}

/// Something that is asked of the output of a command. Both streams count, standard output first.
#[derive(Clone, Debug)]
pub struct OutputCheck {
    /// What.
    pub requirement: OutputRequirement,
    /// Where it is stated.
    pub place: Place,
}

/// What may be asked of output.
#[derive(Clone, Debug)]
pub enum OutputRequirement {
    /// The expression matches somewhere.
    Matches(Regex),
    /// The expression matches nowhere.
    MatchesNot(Regex),
    /// The text is there.
    Contains(String),
}

/// How a command is tried again where it fails. The first failure is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often it runs at most beside the first time.
    pub retries: u32,
    /// How long to wait between two attempts.
    pub delay: Duration,
}

impl ExpectedExit {
    /// Whether this exit code is what is asked for.
    pub const fn accepts(&self, exit: i32) -> bool {
        match self {
            Self::Code { code, .. } => *code == exit,
            Self::Failure { .. } => exit != 0,
        }
    }

    /// Where it is stated.
    pub const fn place(&self) -> &Place {
        match self {
            Self::Code { place, .. } | Self::Failure { place } => place,
        }
    }
}

impl OutputRequirement {
    /// Whether this output is what is asked for.
    pub fn accepts(&self, output: &str) -> bool {
        match self {
            Self::Matches(regex) => regex.is_match(output),
            Self::MatchesNot(regex) => !regex.is_match(output),
            Self::Contains(text) => output.contains(text.as_str()),
        }
    }
}
