//! `clnrm record`: expectations from a recorded trace.

use std::path::{Path, PathBuf};

use clap::ColorChoice;

use crate::analysis::ReadingMode;
use crate::cli::input::InputOptions;
use crate::cli::replace::replace;
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::expectation::ExpectationTree;
use crate::expectation::diff::Expectation;
use crate::expectation::record::{Entry, Quote, compose, entries, missing};
use crate::formatting::{FormatOptions, Formatter};
use crate::template::SourceFile;
use crate::template::variables::VariableOrigin;

/// The expectations could not be inserted.
const NOT_INSERTED: u8 = 1;

/// Turn a recorded trace into expectations: few, and such as hold in the next run too
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A test: only what it does not expect yet is told, with its variables
    #[arg(value_name = "TEST")]
    test: Option<PathBuf>,

    /// The spans of a good run: files in any format, or `-` for standard input
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    traces: Vec<PathBuf>,

    /// Add them to the end of the test
    #[arg(long, requires = "test")]
    write: bool,

    #[command(flatten)]
    input: InputOptions,
}

/// Records, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let test = match &arguments.test {
        None => None,
        Some(path) => match TestFile::read(path, &arguments.input, &current) {
            Ok(test) => Some((path, test)),
            Err(unusable) => {
                unusable.tell(path, color);
                return TROUBLE;
            }
        },
    };
    let Some(traces) = Traces::read(&arguments.traces, &current) else { return TROUBLE };
    traces.tell_problems();
    if traces.trace.is_empty() {
        output::complain("there are no spans to expect");
        return TROUBLE;
    }
    let mut entries = entries(&traces.trace);
    let mut quote = Quote::default();
    if let Some((_, test)) = &test {
        entries = missing(entries, &test.tree);
        quote = quote_of(test);
    }
    if entries.is_empty() {
        output::complain("the test expects all of it already");
        return CLEAN;
    }
    let text = formatted(&compose(&entries, &quote));
    match (&test, arguments.write) {
        (Some((path, test)), true) => insert(path, test, &text, &entries, &arguments.input, &current),
        _ => print(&text),
    }
}

/// The texts that variables of the file hold, where expressions are rendered.
fn quote_of(test: &TestFile) -> Quote {
    let document = test.source();
    if test.analysis.mode != ReadingMode::Rendered {
        return Quote::default();
    }
    let variables = test.analysis.sources.variables(&document.text);
    let of_file = |name: &&str| matches!(variables.origin(name), Some(VariableOrigin::File(_)));
    // `vars.image` tells more than `image`, and both are names of the same.
    let spelled = |name: &str| match format!("vars.{name}") {
        longer if variables.get(&longer).is_some() => longer,
        _ => name.to_owned(),
    };
    let named =
        variables.names().filter(of_file).filter_map(|name| Some((spelled(name), variables.get(name)?.as_str()?)));
    let named: Vec<(String, &str)> = named.collect();
    Quote::with_variables(named.iter().map(|(name, value)| (name.as_str(), *value)))
}

fn formatted(text: &str) -> String {
    let document = SourceFile { name: "recorded.clnrm.toml".to_owned(), path: None, text: text.into() };
    let options = FormatOptions::default();
    Formatter { options: &options, surroundings: None }.format(&document).apply(text)
}

/// Adds the text to the file, if the file then expects what it did before and what was recorded, and nothing else.
fn insert(path: &Path, test: &TestFile, text: &str, entries: &[Entry], input: &InputOptions, current: &Path) -> u8 {
    let before = test.source().text;
    let gap = if before.ends_with('\n') { "\n" } else { "\n\n" };
    let after = format!("{before}{gap}{text}");
    let meanings = |expectations: &[Expectation]| {
        let mut meanings: Vec<String> = expectations.iter().map(|it| format!("{:?}", it.meaning())).collect();
        meanings.sort_unstable();
        meanings
    };
    let wanted: Vec<Expectation> =
        Expectation::of(&test.tree).into_iter().chain(entries.iter().flat_map(Entry::expectations)).collect();
    let got: Option<ExpectationTree> = test.with_text(&after, input, current).ok().map(|test| test.tree);
    let fits = got.is_some_and(|tree| meanings(&Expectation::of(&tree)) == meanings(&wanted));
    if !fits {
        output::complain(&format!(
            "nothing was written: a table of these stands in `{}` already; add them there by hand",
            path.display()
        ));
        return match print(text) {
            CLEAN => NOT_INSERTED,
            trouble => trouble,
        };
    }
    match replace(path, &before, &after) {
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("`{}`: {error}", path.display()));
            TROUBLE
        }
    }
}

fn print(text: &str) -> u8 {
    match output::write_stdout(text.as_bytes()) {
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}
