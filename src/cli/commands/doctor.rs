//! `clnrm doctor`: whether everything is there that runs and editors need, and what to do where it is not. Changes nothing.

mod editors;
mod engine;
mod finding;
mod project;

use std::io;
use std::path::PathBuf;

use clap::{ColorChoice, ValueEnum};
use tokio::runtime::Runtime;

use super::run::without_checks;
use super::usage;
use crate::cli::input::InputOptions;
use crate::cli::run::images;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::report::run::ExitCode;
use finding::{Area, Finding, State, document, human};

const EXAMPLES: &str = "\
Examples:
  clnrm doctor                   everything, for the tests below the current directory
  clnrm doctor --no-engine       only what needs no container engine
  clnrm doctor --strict          for a workflow: warnings fail too
  clnrm doctor --format json     for a program

Exit codes:
  0  nothing is in the way of runs
  1  a problem was found; with --strict: or a warning
  2  wrong usage, or a path that can't be read
  3  no container engine answers";

/// Tell whether engine, images, editors and project are as they should be, and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_args(without_checks))]
pub struct Arguments {
    /// Files, directories or globs of the tests [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Look at no container engine
    #[arg(long)]
    no_engine: bool,

    /// Fail on warnings too
    #[arg(long)]
    strict: bool,

    /// How the result is told
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,

    #[command(flatten)]
    input: InputOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object
    Json,
}

/// Looks at everything, tells it, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let paths = arguments.input.paths_or_here(&arguments.paths, || usage("doctor"));
    let (mut findings, selected) = project::look(paths, &arguments.input);
    if !arguments.no_engine {
        let needed = selected.as_ref().map(images).unwrap_or_default();
        match Runtime::new() {
            Ok(runtime) => findings.extend(runtime.block_on(engine::look(&needed))),
            Err(error) => {
                output::complain(&format!("can't start: {error}"));
                return TROUBLE;
            }
        }
    }
    findings.extend(editors::look(&editors::Machine::of_process()));
    // In the order of the areas, each in the order in which it was looked at.
    findings.sort_by_key(|finding| finding.area);
    let text = match arguments.format {
        Format::Human => human(&findings, output::style(color, &io::stdout(), &arguments.input)),
        Format::Json => format!("{:#}\n", document(&findings)),
    };
    if let Err(error) = output::write_stdout(text.as_bytes()) {
        output::complain(&format!("can't write: {error}"));
        return TROUBLE;
    }
    code(&findings, arguments.strict)
}

fn code(findings: &[Finding], strict: bool) -> u8 {
    let is_unreachable = |it: &Finding| it.area == Area::Engine && it.check == "engine" && it.state == State::Problem;
    let is_unreadable = |it: &Finding| it.area == Area::Project && it.check == "paths" && it.state == State::Problem;
    let fails = |it: &Finding| it.state == State::Problem || (strict && it.state == State::Warning);
    if findings.iter().any(is_unreadable) {
        TROUBLE
    } else if findings.iter().any(is_unreachable) {
        ExitCode::Infrastructure.code()
    } else if findings.iter().any(fails) {
        ExitCode::Failed.code()
    } else {
        CLEAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_way_of_runs_decides_on_the_exit_code() {
        let ok = || Finding::ok(Area::Engine, "engine", "x");
        let warning = || Finding::warning(Area::Editors, "server", "x", "y");
        let image = || Finding::problem(Area::Images, "image", "x", "y");
        let engine = || Finding::problem(Area::Engine, "engine", "x", "y");
        let paths = || Finding::problem(Area::Project, "paths", "x", "y");
        assert_eq!(code(&[ok()], true), 0);
        assert_eq!(code(&[ok(), warning()], false), 0);
        assert_eq!(code(&[ok(), warning()], true), 1);
        assert_eq!(code(&[warning(), image()], false), 1);
        assert_eq!(code(&[image(), engine()], false), 3);
        assert_eq!(code(&[engine(), paths()], false), 2);
    }
}
