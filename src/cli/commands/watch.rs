//! `clnrm watch`: the loop. Tests are checked, and run, as soon as they or what they depend on change.

use std::path::PathBuf;

use clap::ColorChoice;

use super::usage;
use crate::cli::input::InputOptions;
use crate::cli::log;
use crate::cli::run::{ExecutionOptions, Filter};
use crate::cli::watch::{Watch, WatchOptions};

const EXAMPLES: &str = "\
Examples:
  clnrm watch                            all tests below the current directory
  clnrm watch tests --validate-only      check them, and run none
  clnrm watch --only login --timebox 3000
  clnrm watch --plain | tee watch.log    one line for each event

Exit codes:
    0  it was ended while nothing ran: `q`, Ctrl-C, or whoever read the lines went away
    2  wrong usage, or a path that is not there
  130  it was ended while tests ran: they were cancelled, and nothing of them is left";

/// Check and run tests as soon as they change
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_args(super::run::without_checks))]
pub struct Arguments {
    /// Files, directories or globs [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// As `clnrm dev --watch` has it: `watch` watches anyway
    #[arg(long, hide = true)]
    watch: bool,

    #[command(flatten)]
    options: WatchOptions,

    #[command(flatten)]
    filter: Filter,

    #[command(flatten)]
    execution: ExecutionOptions,

    #[command(flatten)]
    input: InputOptions,
}

/// Watches until it is ended, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let Arguments { paths, watch: _, options, filter, execution, input } = arguments;
    let paths = input.paths_or_here(paths, || usage("watch"));
    let watch = Watch { paths, options, filter, execution, targets: Vec::new(), input, color };
    log::exporting(execution.trace_endpoint.as_ref(), || watch.run())
}
