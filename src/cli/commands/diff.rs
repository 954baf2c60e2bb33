//! `clnrm diff`: what changed between two tests, two traces, or a test and a trace.

use std::io;
use std::path::{Path, PathBuf};

use clap::{ColorChoice, ValueEnum};
use serde_json::json;

use super::is_test;
use crate::cli::input::InputOptions;
use crate::cli::noise::NoiseOptions;
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::expectation::diff::{DiffStrategy, Expectation, LevenshteinDiff, SemanticDiff, SetDiff};
use crate::expectation::explain::Explainer;
use crate::expectation::judge;
use crate::report::{Comparison, DiffReport, DiffSide, SpanGraph};
use crate::trace;

/// There are differences.
const DIFFERENT: u8 = 1;

const HELP: &str = "\
Examples:
  clnrm diff old.clnrm.toml new.clnrm.toml
  clnrm diff HEAD:a.clnrm.toml a.clnrm.toml --strategy semantic   is it weaker now?
  clnrm diff before.json after.json                               two traces
  clnrm diff a.clnrm.toml spans.jsonl                             a test and a trace

Exit codes:
  0  no difference
  1  differences
  2  wrong usage, a test with mistakes, or a file that can't be read";

/// Tell what changed between two tests, and whether the new one is weaker
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The old test or trace: a file, or `REV:PATH` for a file in a revision of git
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The new one
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// How tests are compared: `semantic` also says whether the test became stronger or weaker, and shows a trace for it
    #[arg(long, value_enum, default_value = "set")]
    strategy: Strategy,

    /// Show the differences as a tree
    #[arg(long, conflicts_with = "format")]
    tree: bool,

    /// Show nothing that is equal, which is what happens anyway
    #[arg(long)]
    only_changes: bool,

    /// How differences are written
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,

    #[command(flatten)]
    noise: NoiseOptions,

    #[command(flatten)]
    input: InputOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Strategy {
    /// Expectations are sets: equal, about the same, or neither
    Set,
    /// The lowest number of edits
    Levenshtein,
    /// What was renamed and moved, and whether the test became stronger or weaker
    Semantic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    /// As `--tree` has it
    Tree,
}

impl Strategy {
    fn strategy(self) -> Box<dyn DiffStrategy> {
        match self {
            Self::Set => Box::new(SetDiff),
            Self::Levenshtein => Box::new(LevenshteinDiff),
            Self::Semantic => Box::new(SemanticDiff),
        }
    }
}

/// Compares, writes, and gives the exit code: 0 for no difference, 1 for some.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    match [&arguments.old, &arguments.new].map(|argument| is_test(argument)) {
        [true, true] => tests(arguments, color, &current),
        [false, false] => traces(arguments, &current),
        [true, false] => test_and_trace(arguments, &arguments.old, &arguments.new, color, &current),
        [false, true] => test_and_trace(arguments, &arguments.new, &arguments.old, color, &current),
    }
}

/// Compares two traces as trees.
fn traces(arguments: &Arguments, current: &Path) -> u8 {
    let sides = [&arguments.old, &arguments.new].map(|file| Traces::read(std::slice::from_ref(file), current));
    let [Some(old), Some(new)] = sides else { return TROUBLE };
    old.tell_problems();
    new.tell_problems();
    let diff = trace::diff::diff(&old.trace, &new.trace, &arguments.noise.noise());
    let text = match arguments.format {
        // Traces are compared as trees anyway.
        Format::Human | Format::Tree if diff.is_empty() => {
            format!("no difference but noise: ids, times, hosts\n{diff}\n")
        }
        Format::Human | Format::Tree => format!("{diff}\n"),
        Format::Json => {
            let changes = diff.changes.iter().map(ToString::to_string);
            let algorithm = diff.algorithm.to_string();
            format!(
                "{:#}\n",
                json!({ "version": 1, "kind": "traces", "algorithm": algorithm, "changes": changes.collect::<Vec<_>>() })
            )
        }
    };
    finish(output::write_stdout(text.as_bytes()), diff.is_empty())
}

/// Compares what a test expects with what a trace holds.
fn test_and_trace(arguments: &Arguments, test: &Path, file: &PathBuf, color: ColorChoice, current: &Path) -> u8 {
    let test = match TestFile::read(test, &arguments.input, current) {
        Ok(test) => test,
        Err(unusable) => {
            unusable.tell(test, color);
            return TROUBLE;
        }
    };
    let Some(traces) = Traces::read(std::slice::from_ref(file), current) else { return TROUBLE };
    traces.tell_problems();
    let reception = traces.reception(None);
    let judgement = judge(&test.tree, &traces.trace, &reception);
    let explainer = Explainer::new(&test.tree, &traces.trace, &reception, &judgement);
    let source = test.source();
    let located = test.analysis.locate(test.tree.constraints.iter().map(|constraint| constraint.span));
    let unsatisfied = judgement.failures().filter_map(|index| {
        let constraint = test.tree.constraints.get(index)?;
        let line = source.position(located.get(index)?.span.start).line;
        Some((constraint.path.to_string(), line, explainer.explain(index)?.message))
    });
    let comparison = Comparison {
        test: test.shown.clone(),
        unsatisfied: unsatisfied.collect(),
        graph: SpanGraph::new(Some(&test.tree), Some(&traces.trace)),
    };
    let mut text = Vec::new();
    let style = output::style(color, &io::stdout(), &arguments.input);
    let written = match arguments.format {
        Format::Human | Format::Tree => comparison.write_human(style, &mut text),
        Format::Json => comparison.write_json(&mut text),
    };
    finish(written.and_then(|()| output::write_stdout(&text)), comparison.is_empty())
}

/// The exit code, once everything is written.
fn finish(written: io::Result<()>, is_same: bool) -> u8 {
    match written {
        Ok(()) if is_same => CLEAN,
        Ok(()) => DIFFERENT,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}

fn tests(arguments: &Arguments, color: ColorChoice, current: &Path) -> u8 {
    let style = output::style(color, &io::stdout(), &arguments.input);
    let sides = [&arguments.old, &arguments.new].map(|argument| {
        TestFile::read(argument, &arguments.input, current).map_err(|unusable| unusable.tell(argument, color))
    });
    let [Ok(old), Ok(new)] = sides else { return TROUBLE };
    let diff = arguments.strategy.strategy().diff(&old.tree, &new.tree);
    let expectations = |side: fn(&crate::expectation::diff::Change) -> &Option<Expectation>| {
        diff.changes.iter().filter_map(move |change| side(change).as_ref())
    };
    let report = DiffReport {
        diff: &diff,
        old: side(&old, expectations(|change| &change.old)),
        new: side(&new, expectations(|change| &change.new)),
    };
    let mut text = Vec::new();
    let written = match arguments.format {
        _ if arguments.tree => report.write_tree(&mut text),
        Format::Tree => report.write_tree(&mut text),
        Format::Human => report.write_human(style, &mut text),
        Format::Json => report.write_json(&mut text),
    };
    finish(written.and_then(|()| output::write_stdout(&text)), diff.is_empty())
}

/// The places of these expectations in the document.
fn side<'a>(test: &TestFile, expectations: impl Iterator<Item = &'a Expectation>) -> DiffSide {
    let spans: Vec<_> = expectations.map(|expectation| expectation.span).collect();
    let source = test.source();
    let located = test.analysis.locate(spans.iter().copied());
    let places =
        located.into_iter().map(|located| (source.position(located.span.start), source.position(located.span.end)));
    DiffSide { path: test.shown.clone(), places: spans.into_iter().zip(places).collect() }
}
