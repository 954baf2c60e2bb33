//! `clnrm diff`: what changed between two tests, two traces, or a test and a trace.

use std::io;
use std::path::{Path, PathBuf};

use clap::{ColorChoice, ValueEnum};

use crate::cli::input::InputOptions;
use crate::cli::test_file::TestFile;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::expectation::diff::{DiffStrategy, Expectation, LevenshteinDiff, SemanticDiff, SetDiff};
use crate::report::{DiffReport, DiffSide, Source};

/// There are differences.
const DIFFERENT: u8 = 1;

/// Tell what changed between two tests, and whether the new one is weaker
#[derive(Debug, clap::Args)]
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

    /// How differences are written
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,

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
    tests(arguments, color, &current)
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
        Format::Human => report.write_human(style, &mut text),
        Format::Json => report.write_json(&mut text),
    };
    match written.and_then(|()| output::write_stdout(&text)) {
        Ok(()) if diff.is_empty() => CLEAN,
        Ok(()) => DIFFERENT,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}

/// The places of these expectations in the document.
fn side<'a>(test: &TestFile, expectations: impl Iterator<Item = &'a Expectation>) -> DiffSide {
    let spans: Vec<_> = expectations.map(|expectation| expectation.span).collect();
    let text = test.analysis.files.first().map(|file| file.text.clone()).unwrap_or_default();
    let source = Source::new(test.shown.clone(), false, text);
    let located = test.analysis.locate(spans.iter().copied());
    let places =
        located.into_iter().map(|located| (source.position(located.span.start), source.position(located.span.end)));
    DiffSide { path: test.shown.clone(), places: spans.into_iter().zip(places).collect() }
}
