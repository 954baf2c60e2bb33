//! `clnrm analyze`: judges recorded spans by a test.

use std::io;
use std::path::{Path, PathBuf};

use clap::{ColorChoice, ValueEnum};

use crate::cli::input::InputOptions;
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::expectation::judge;
use crate::report::{Style, VerdictFormat, VerdictReport};
use crate::template::SourceFile;
use crate::trace::Grade;

/// Some expectation does not hold.
const RED: u8 = 1;

const HELP: &str = "\
Examples:
  clnrm analyze a.clnrm.toml --traces spans.jsonl
  clnrm analyze a.clnrm.toml --traces one.json two.json --completeness proved
  clnrm analyze a.clnrm.toml --traces spans.jsonl --format junit -o out.xml

Exit codes:
  0  green: spans came, and every expectation holds
  1  red
  2  wrong usage, a test with mistakes, or a file that can't be read or written";

/// Judge recorded spans by what a test expects
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The test: a file, `-` for standard input, or `REV:PATH`
    #[arg(value_name = "TEST")]
    test: PathBuf,

    /// The spans: files in any format, or `-` for standard input
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    traces: Vec<PathBuf>,

    /// How sure it is that these are all spans of the run: absence and upper bounds mean no more than this
    #[arg(long, value_enum, value_name = "GRADE")]
    completeness: Option<GradeName>,

    /// How verdicts are written
    #[arg(long, short, value_enum, default_value = "human")]
    format: VerdictFormat,

    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    input: InputOptions,
}

/// The grades under their names.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum GradeName {
    /// Every process that could send has ended, and every connection was drained
    Proved,
    /// Nothing came for a while
    Idle,
    /// Nobody can tell
    Unknown,
}

impl From<GradeName> for Grade {
    fn from(name: GradeName) -> Self {
        match name {
            GradeName::Proved => Self::Proved,
            GradeName::Idle => Self::Idle,
            GradeName::Unknown => Self::Unknown,
        }
    }
}

/// Judges, reports, and gives the exit code: 0 for green, 1 for red.
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
    let style = match arguments.output {
        Some(_) if color == ColorChoice::Auto => Style { quiet: arguments.input.quiet, ..Style::default() },
        _ => output::style(color, &io::stdout(), &arguments.input),
    };
    let report = report(&test, &traces, arguments.completeness.map(Grade::from), style, &current);
    let mut text = Vec::new();
    let written = report.write(arguments.format, &mut text).and_then(|()| match &arguments.output {
        Some(path) => output::write_file(path, &text),
        None => output::write_stdout(&text),
    });
    if arguments.format != VerdictFormat::Human {
        traces.tell_problems();
    }
    match written {
        Ok(()) if report.passed() => CLEAN,
        Ok(()) => RED,
        Err(error) => {
            let to = arguments.output.as_ref().map(|path| format!(" to `{}`", path.display())).unwrap_or_default();
            output::complain(&format!("can't write the report{to}: {error}"));
            TROUBLE
        }
    }
}

fn report(test: &TestFile, traces: &Traces, grade: Option<Grade>, style: Style, current: &Path) -> VerdictReport {
    let reception = traces.reception(grade);
    let judgement = judge(&test.tree, &traces.trace, &reception);
    let display = |file: &SourceFile| test.shown_source(file, current);
    let report = VerdictReport::of(&test.analysis, display, (&test.tree, &traces.trace), (&reception, judgement));
    VerdictReport { path: test.shown.clone(), problems: traces.problems.clone(), style, ..report }
}
