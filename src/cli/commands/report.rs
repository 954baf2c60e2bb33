//! `clnrm report`: what a recorded run came to, in any format.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use clap::ColorChoice;

use crate::cli::run::{StoredRun, find_stored};
use crate::cli::{CLEAN, TROUBLE, output};
use crate::executor::Redaction;
use crate::report::Style;
use crate::report::run::{RunFormat, Waterfalls};

const EXAMPLES: &str = "\
Examples:
  clnrm report                           the last run once more
  clnrm report --format junit -o out.xml the same for a CI system
  clnrm report --format html -o out.html as a page with waterfalls
  clnrm report report.json --format sarif  of what `clnrm run --format json` wrote";

/// Report a recorded run in any format
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The run: its id, a file that `--format json` wrote, or `last`
    #[arg(value_name = "RUN", alias = "input")]
    run: Option<String>,

    /// How it is written
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "human")]
    format: RunFormat,

    /// Write it to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Print failures only: no summary
    #[arg(long, short)]
    quiet: bool,
}

/// Reports. The exit code tells whether that worked, not what the run came to.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let stored = match find_stored(arguments.run.as_deref(), &current) {
        Ok(stored) => stored,
        Err(error) => {
            output::complain(&error.to_string());
            return TROUBLE;
        }
    };
    let colored = match arguments.output {
        Some(_) if color == ColorChoice::Auto => false,
        _ => output::color(color, &io::stdout()),
    };
    let style = Style { color: colored, width: output::width(), quiet: arguments.quiet, ..Style::default() };
    let mut text = Vec::new();
    let written = match arguments.format {
        RunFormat::Html => stored.document.write_html(&waterfalls(&stored), &mut text),
        format => stored.document.write(format, style, &mut text),
    };
    let written = written.and_then(|()| match &arguments.output {
        Some(path) => output::write_file(&current.join(path), &text),
        None => output::write_stdout(&text),
    });
    match written {
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("can't write the report: {error}"));
            TROUBLE
        }
    }
}

/// Pictures of the spans that are still there. Secrets were covered when the spans were written.
fn waterfalls(stored: &StoredRun) -> Waterfalls {
    let mut waterfalls = Waterfalls::default();
    for test in &stored.document.tests {
        if let Some(trace) = stored.trace(test) {
            waterfalls.add(&test.id, &trace, BTreeMap::new(), &Redaction::default());
        }
    }
    waterfalls
}
