//! `clnrm validate`: everything that can be known about a test without a container; `clnrm-lsp --check` by another name.

use std::path::PathBuf;

use clap::ColorChoice;

use super::usage;
use crate::cli::check::{self, Check, CheckOptions};
use crate::cli::input::InputOptions;
use crate::telemetry::Endpoint;

const HELP: &str = "\
Examples:
  clnrm validate                          all tests below the current directory
  clnrm validate tests 'e2e/**/*.tera'    a directory and a glob
  clnrm validate --strict -f github       for a workflow of GitHub Actions
  clnrm validate --fix                    mend what can be mended without a look
  clnrm validate --fix --diff             show that, and write nothing

Exit codes:
  0  no error (with --strict: and no warning)
  1  findings; with --fix --diff: there is something to mend
  2  wrong usage, a file that can't be read, or a mistake of clnrm itself";

/// Check tests without running them
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// Files, directories, globs, or `-` for standard input [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    options: CheckOptions,

    #[command(flatten)]
    input: InputOptions,

    /// Export spans and metrics as OTLP over HTTP to this base address (`docs/telemetry.md`)
    #[arg(long, value_name = "URL")]
    trace_endpoint: Option<Endpoint>,
}

/// Checks, reports, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let Arguments { paths, options, input, trace_endpoint } = arguments;
    let paths = input.paths_or_here(paths, || usage("validate"));
    check::run(&Check { paths, options, input, color, trace_endpoint: trace_endpoint.as_ref() })
}

/// The same with no options, for tests that were just made: findings, and no remarks about other versions.
pub(super) fn of_paths(paths: &[PathBuf], color: ColorChoice) -> u8 {
    let (options, input) = (CheckOptions::default(), InputOptions { quiet: true, ..InputOptions::default() });
    check::run(&Check { paths, options: &options, input: &input, color, trace_endpoint: None })
}
