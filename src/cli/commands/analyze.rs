//! `clnrm analyze`: judges recorded spans by a test.

use std::io;
use std::path::{Path, PathBuf};

use clap::{ColorChoice, ValueEnum};

use crate::cli::input::InputOptions;
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::expectation::explain::Explainer;
use crate::expectation::judge;
use crate::report::{JudgedConstraint, Source, Style, VerdictFormat, VerdictReport};
use crate::trace::Grade;

/// Some expectation does not hold.
const RED: u8 = 1;

/// Judge recorded spans by what a test expects
#[derive(Debug, clap::Args)]
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
            output::complain(&format!("can't write the report: {error}"));
            TROUBLE
        }
    }
}

fn report(test: &TestFile, traces: &Traces, grade: Option<Grade>, style: Style, current: &Path) -> VerdictReport {
    let reception = traces.reception(grade);
    let judgement = judge(&test.tree, &traces.trace, &reception);
    let explainer = Explainer::new(&test.tree, &traces.trace, &reception, &judgement);
    let located = test.analysis.locate(test.tree.constraints.iter().map(|constraint| constraint.span));
    let constraints = test.tree.constraints.iter().zip(located).zip(&judgement.verdicts).enumerate();
    let constraints = constraints.map(|(index, ((constraint, located), verdict))| JudgedConstraint {
        path: constraint.path.to_string(),
        verdict: verdict.verdict.clone(),
        explanation: explainer.explain(index),
        text: explainer.text(index),
        notes: verdict.notes.clone(),
        span: located.span,
        related: located.related,
    });
    let constraints = constraints.collect();
    let unjudged = test.analysis.locate(test.tree.unjudged.iter().map(|unjudged| unjudged.span));
    let unjudged = test.tree.unjudged.iter().zip(unjudged);
    let unjudged = unjudged.map(|(it, located)| (it.path.to_string(), located.span, it.why.clone())).collect();
    let sources = test.analysis.files.iter().enumerate().map(|(index, file)| {
        let built_in = index > 0 && file.path.is_none();
        Source::new(test.shown_source(file, current), built_in, file.text.clone())
    });
    VerdictReport {
        path: test.shown.clone(),
        sources: sources.collect(),
        constraints,
        unjudged,
        problems: traces.problems.clone(),
        judgement,
        style,
    }
}
