//! `clnrm fmt`: brings tests into shape; `clnrm-lsp --format` by another name.

use std::path::PathBuf;

use clap::ValueEnum;

use super::usage;
use crate::cli::format::{self, FormatRun};
use crate::cli::input::InputOptions;

const HELP: &str = "\
Examples:
  clnrm fmt                    all tests below the current directory
  clnrm fmt --check            list those that are not in shape, and fail
  clnrm fmt --diff tests       show what would change
  clnrm fmt - --stdin-filename a.clnrm.toml < a.clnrm.toml

Exit codes:
  0  done
  1  with --check: a file is not in shape
  2  wrong usage, or a file that can't be read or written";

/// Bring tests into shape, without changing what they mean
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// Files, directories, globs, or `-` for standard input [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Write nothing; list the files that are not in shape, and fail if there are any
    #[arg(long)]
    check: bool,

    /// Write nothing; show what would change
    #[arg(long, visible_alias = "dry-run")]
    diff: bool,

    /// Prove of each change that it changes no meaning, which is what happens anyway
    #[arg(long)]
    verify: bool,

    /// How it is told what was done
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,

    #[command(flatten)]
    input: InputOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object; see docs/formatting.md
    Json,
}

/// Formats, reports, and gives the exit code.
pub fn run(arguments: &Arguments) -> u8 {
    let Arguments { paths, check, diff, verify: _, format, input } = arguments;
    let paths = input.paths_or_here(paths, || usage("fmt"));
    format::run(&FormatRun { paths, check: *check, diff: *diff, json: *format == Format::Json, input })
}
