//! `clnrm redgreen`: proves that tests are red before the work is done, and green after it.

use std::path::PathBuf;

use clap::{ColorChoice, ValueEnum};

use super::run::{EXIT_CODES, Reports, nothing_to_run, run_and_report, selected};
use crate::cli::input::InputOptions;
use crate::cli::run::{ExecutionOptions, Filter};
use crate::cli::{CLEAN, TROUBLE, log, output};
use crate::executor::Outcome;
use crate::report::run::ExitCode;

const EXAMPLES: &str = "\
Examples:
  clnrm redgreen tests/new.clnrm.toml --expect red     before the feature is there
  clnrm redgreen tests/new.clnrm.toml --expect green   when it is";

/// Run tests that are meant to be red, or green, and fail where one is not
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}\n(0 and 1: whether every test is what it is meant to be)"), mut_args(super::run::without_checks))]
pub struct Arguments {
    /// Files, directories or globs
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// What every test is meant to be
    #[arg(long, value_enum, value_name = "COLOUR", required_unless_present_any = ["verify_red", "verify_green"])]
    expect: Option<Expected>,

    /// The same as `--expect red`
    #[arg(long, conflicts_with_all = ["expect", "verify_green"])]
    verify_red: bool,

    /// The same as `--expect green`
    #[arg(long, conflicts_with = "expect")]
    verify_green: bool,

    #[command(flatten)]
    filter: Filter,

    #[command(flatten)]
    execution: ExecutionOptions,

    #[command(flatten)]
    reports: Reports,

    #[command(flatten)]
    input: InputOptions,
}

/// What tests are meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Expected {
    /// Something that is stated does not hold
    Red,
    /// Everything that is stated holds
    Green,
}

/// Runs, compares, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    log::exporting(arguments.execution.trace_endpoint.as_ref(), || run_and_compare(arguments, color))
}

fn run_and_compare(arguments: &Arguments, color: ColorChoice) -> u8 {
    let expected = match arguments.expect {
        Some(expected) => expected,
        None if arguments.verify_red => Expected::Red,
        None => Expected::Green,
    };
    let seed = arguments.execution.seed;
    let Some(selected) = selected(&arguments.paths, &arguments.input, &arguments.filter, seed) else { return TROUBLE };
    if let Some(code) = nothing_to_run(&selected) {
        return code;
    }
    let options = arguments.execution.run_options();
    let Some((performed, code)) = run_and_report(&selected, options, &arguments.reports, &arguments.input, color)
    else {
        return TROUBLE;
    };
    let other = performed.report.tests.iter().filter(|test| colour(test.outcome) != Some(expected));
    let (unclear, wrong): (Vec<_>, Vec<_>) = other.partition(|test| colour(test.outcome).is_none());
    let word = if expected == Expected::Red { "red" } else { "green" };
    for test in &wrong {
        output::complain(&format!("`{}` is {}, but is meant to be {word}", test.id, test.outcome.word()));
    }
    for test in &unclear {
        output::complain(&format!("`{}` is neither red nor green: {}", test.id, test.outcome.word()));
    }
    match (wrong.is_empty(), unclear.is_empty()) {
        (true, true) if code == ExitCode::Cancelled.code() => code,
        // A report that could not be written.
        (true, true) if code == TROUBLE => TROUBLE,
        (true, true) => {
            if !arguments.input.quiet {
                output::complain(&format!("every test is {word}, as it is meant to be"));
            }
            CLEAN
        }
        (false, _) => ExitCode::Failed.code(),
        (true, false) => code.max(ExitCode::Failed.code()),
    }
}

/// What a test is; `None` where nothing is said about it.
const fn colour(outcome: Outcome) -> Option<Expected> {
    match outcome {
        Outcome::Passed | Outcome::Flaky => Some(Expected::Green),
        Outcome::Failed | Outcome::TimedOut => Some(Expected::Red),
        Outcome::NotRun(_) | Outcome::Cancelled | Outcome::Infrastructure => None,
    }
}
