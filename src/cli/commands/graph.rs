//! `clnrm graph`: who calls whom, as a test expects it and as a trace has it.

use std::path::PathBuf;

use clap::ColorChoice;

use crate::cli::commands::is_test;
use crate::cli::input::InputOptions;
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::report::{GraphFormat, SpanGraph};

const HELP: &str = "\
Examples:
  clnrm graph a.clnrm.toml                                        as the test expects it
  clnrm graph spans.jsonl                                         as a trace has it
  clnrm graph a.clnrm.toml --traces spans.jsonl --format mermaid  both, with what is missing
  clnrm graph spans.jsonl --format svg -o graph.svg

Exit codes:
  0  drawn
  2  wrong usage, a test with mistakes, or a file that can't be read or written";

/// Draw who calls whom: as a test expects it, as a trace has it, or both laid over each other
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// A test, or a file of spans
    #[arg(value_name = "TEST|FILE")]
    file: PathBuf,

    /// The spans to lay over the test: what is missing and what is not expected is marked
    #[arg(long, value_name = "FILE", num_args = 1..)]
    traces: Vec<PathBuf>,

    /// Only names with this text in them, and edges between them
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Mark what is expected and missing, which is what happens anyway where there are both a test and spans
    #[arg(long)]
    highlight_missing: bool,

    /// How the graph is written
    #[arg(long, short, value_enum, default_value = "ascii")]
    format: GraphFormat,

    /// Write the graph to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    input: InputOptions,
}

/// Draws, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let (test, files) = match is_test(&arguments.file) {
        true => match TestFile::read(&arguments.file, &arguments.input, &current) {
            Ok(test) => (Some(test), arguments.traces.clone()),
            Err(unusable) => {
                unusable.tell(&arguments.file, color);
                return TROUBLE;
            }
        },
        false => (None, [std::slice::from_ref(&arguments.file), &arguments.traces[..]].concat()),
    };
    let traces = match files.is_empty() {
        true => None,
        false => match Traces::read(&files, &current) {
            Some(traces) => Some(traces),
            None => return TROUBLE,
        },
    };
    traces.iter().for_each(Traces::tell_problems);
    let graph = SpanGraph::new(test.as_ref().map(|test| &test.tree), traces.as_ref().map(|traces| &traces.trace));
    let graph = match &arguments.filter {
        Some(text) => graph.filtered(|name| name.contains(text.as_str())),
        None => graph,
    };
    if graph.is_empty() {
        let with = arguments.filter.as_ref().map(|text| format!(" with `{text}` in its name")).unwrap_or_default();
        output::complain(&format!("`{}` names no span{with}, so there is nothing to draw", arguments.file.display()));
    }
    let mut text = Vec::new();
    let written = graph.write(arguments.format, &mut text).and_then(|()| match &arguments.output {
        Some(path) => output::write_file(path, &text),
        None => output::write_stdout(&text),
    });
    match written {
        Ok(()) => CLEAN,
        Err(error) => {
            let to = arguments.output.as_ref().map(|path| format!(" `{}`", path.display())).unwrap_or_default();
            output::complain(&format!("can't write{to}: {error}"));
            TROUBLE
        }
    }
}
