//! `clnrm mutate`: how much a green means.

use std::io;
use std::path::PathBuf;

use clap::{ColorChoice, ValueEnum};

use super::analyze::GradeName;
use crate::cli::input::InputOptions;
use crate::cli::numbers::whole;
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::expectation::mutate::{Limits, NotPassing, mutate};
use crate::report::MutantsReport;
use crate::trace::Grade;

/// Some constraint can't fail, too few mutants were caught, or the trace does not pass.
const RED: u8 = 1;

const HELP: &str = "\
Examples:
  clnrm mutate a.clnrm.toml --traces spans.jsonl
  clnrm mutate a.clnrm.toml --traces spans.jsonl --fail-under 80

Exit codes:
  0  every expectation can fail, and enough mutants were caught
  1  an expectation that can't fail, too few mutants caught, or a trace that does not pass
  2  wrong usage, a test with mistakes, or a file that can't be read";

/// Tell how much a green means: change a passing trace in every way that a test should notice
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The test: a file, `-` for standard input, or `REV:PATH`
    #[arg(value_name = "TEST")]
    test: PathBuf,

    /// The spans of a run that passes: files in any format, or `-` for standard input
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    traces: Vec<PathBuf>,

    /// How sure it is that these are all spans of the run
    #[arg(long, value_enum, value_name = "GRADE")]
    completeness: Option<GradeName>,

    /// Fail where fewer mutants than this are caught, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: u8,

    /// Evaluate no more mutants than that
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().mutants, value_parser = whole::<usize>)]
    limit: usize,

    /// How the result is written
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,

    #[command(flatten)]
    input: InputOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

/// Mutates, reports, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let test = match TestFile::read(&arguments.test, &arguments.input, &current) {
        Ok(test) => test,
        Err(unusable) => {
            unusable.tell(&arguments.test, color);
            return TROUBLE;
        }
    };
    let Some(traces) = Traces::read(&arguments.traces, &current) else { return TROUBLE };
    traces.tell_problems();
    let reception = traces.reception(arguments.completeness.map(Grade::from));
    let limits = Limits { mutants: arguments.limit, ..Limits::default() };
    let mutants = match mutate(&test.tree, &traces.trace, &reception, limits) {
        Ok(mutants) => mutants,
        Err(error @ NotPassing(_)) => {
            output::complain(&format!("{error}; `clnrm analyze` tells why"));
            return RED;
        }
    };
    let located = test.analysis.locate(test.tree.constraints.iter().map(|constraint| constraint.span));
    let report = MutantsReport {
        document: test.source(),
        tree: &test.tree,
        places: located.into_iter().map(|located| located.span).collect(),
        trace: &traces.trace,
        mutants: &mutants,
    };
    let mut text = Vec::new();
    let written = match arguments.format {
        Format::Human => report.write_human(output::style(color, &io::stdout(), &arguments.input), &mut text),
        Format::Json => report.write_json(&mut text),
    };
    match written.and_then(|()| output::write_stdout(&text)) {
        Ok(()) if mutants.never_red.is_empty() && mutants.score() >= usize::from(arguments.fail_under) => CLEAN,
        Ok(()) => RED,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}
