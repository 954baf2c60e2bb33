//! `clnrm record`: expectations from a recorded trace, or a baseline from a run.

mod baseline;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{ColorChoice, ValueEnum};
use serde_json::{Value, json};

use crate::cli::input::InputOptions;
use crate::cli::replace::replace;
use crate::cli::run::{ExecutionOptions, Filter};
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, log, output};
use crate::features::recorded_expectations::Recorded;
use crate::trace::recorded;

/// The expectations could not be inserted.
const NOT_INSERTED: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  clnrm record --traces spans.jsonl                  expectations from a good run
  clnrm record a.clnrm.toml --traces spans.jsonl --write
  clnrm record tests -o .clnrm/baseline.json         run, and keep what came out as a baseline
  clnrm record --last                                the same of the last run
`clnrm repro .clnrm/baseline.json --verify-digest` runs a baseline again.

Exit codes:
  0  recorded
  1  with --write: nothing was written, for it could not be proved to fit; else a test is red, and there is no baseline
  2  wrong usage, a test with mistakes, no spans, or a file that can't be read or written
A run that is recorded may end with those of `clnrm run`, too.";

/// Turn a recorded trace into expectations that hold in the next run too, or a run into a baseline
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_args(belonging))]
pub struct Arguments {
    /// With --traces a test: only what it does not expect yet is told, with its variables. Else what to run [default: .]
    #[arg(value_name = "TEST")]
    tests: Vec<PathBuf>,

    /// The spans of a good run: files in any format, or `-` for standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    traces: Vec<PathBuf>,

    /// Add the expectations to the end of the test
    #[arg(long, requires_all = ["tests", "traces"])]
    write: bool,

    /// Keep the spans as those of the test's last run, for hovers, completion and hints in the editor
    #[arg(long, requires_all = ["tests", "traces"])]
    keep: bool,

    /// Take the last run, and run nothing
    #[arg(long, conflicts_with_all = ["tests", "traces"])]
    last: bool,

    /// Where the baseline is written, and its SHA-256 beside it
    #[arg(long, short, value_name = "FILE", default_value = ".clnrm/baseline.json")]
    output: PathBuf,

    /// How it is told what was recorded
    #[arg(long, value_enum, default_value = "human")]
    format: Format,

    #[command(flatten)]
    filter: Filter,

    #[command(flatten)]
    execution: ExecutionOptions,

    #[command(flatten)]
    input: InputOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object; see docs/clnrm.md
    Json,
}

/// Puts what only a baseline needs under a heading of its own.
fn belonging(arg: clap::Arg) -> clap::Arg {
    match arg.get_id().as_str() {
        "tests" | "traces" | "write" | "keep" | "last" | "format" | "variables" | "untrusted" | "stdin_filename"
        | "quiet" | "help" => arg,
        _ => arg.help_heading("Options of a baseline"),
    }
}

/// Records, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    if arguments.traces.is_empty() {
        return log::exporting(arguments.execution.trace_endpoint.as_ref(), || {
            baseline::run(arguments, color, &current)
        });
    }
    if arguments.tests.len() > 1 {
        output::complain("spans are recorded for one test at a time: name one");
        return TROUBLE;
    }
    let test = match arguments.tests.first() {
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
        output::complain(&traces.none());
        return TROUBLE;
    }
    if let Some((path, _)) = test.as_ref().filter(|_| arguments.keep)
        && let Err(reason) = keep(&arguments.traces, path, &current)
    {
        output::complain(&reason);
        return TROUBLE;
    }
    let known = test.as_ref().map(|(_, test)| (&test.analysis, &test.tree));
    let Some(recorded) = Recorded::new(&traces.trace, known) else {
        return match arguments.format {
            Format::Human => {
                output::complain("the test expects all of it already");
                CLEAN
            }
            Format::Json => print(&object(&traces, None, None)),
        };
    };
    let inserted = match (&test, arguments.write) {
        (Some((path, test)), true) => {
            let inserted = insert(path, test, &recorded, &arguments.input, &current);
            if let Err((code, reason)) = &inserted {
                output::complain(reason);
                if *code == TROUBLE {
                    return TROUBLE;
                }
            }
            Some(inserted.is_ok())
        }
        _ => None,
    };
    let code = if inserted == Some(false) { NOT_INSERTED } else { CLEAN };
    let printed = match arguments.format {
        Format::Json => print(&object(&traces, Some(&recorded.text), inserted)),
        Format::Human if inserted == Some(true) => CLEAN,
        Format::Human => print(&recorded.text),
    };
    if printed == CLEAN { code } else { printed }
}

/// What was recorded, for programs. `inserted`: whether it was written to the test, where that was asked for.
fn object(traces: &Traces, expectations: Option<&str>, inserted: Option<bool>) -> String {
    let object: Value = json!({
        "version": 1,
        "kind": "expectations",
        "spans": traces.trace.len(),
        "expectations": expectations,
        "written": inserted,
    });
    format!("{object:#}\n")
}

/// Keeps the spans as those of the test's last run, where editors look for them.
fn keep(traces: &[PathBuf], test: &Path, current: &Path) -> Result<(), String> {
    let [traces] = traces else { return Err("`--keep` takes one file of spans, not several".to_owned()) };
    let place = recorded::file(&current.join(test)).ok_or_else(|| format!("`{}` is in no folder", test.display()))?;
    let folder = place.parent().unwrap_or(current);
    let kept = match traces.as_os_str() == "-" {
        true => return Err("`--keep` takes a file of spans, not standard input".to_owned()),
        false => fs::create_dir_all(folder).and_then(|()| fs::copy(traces, &place)),
    };
    kept.map(|_| ()).map_err(|error| format!("`{}`: {error}", place.display()))
}

/// Adds the expectations to the file, if it can be proved that they fit; else the exit code and the reason.
fn insert(
    path: &Path,
    test: &TestFile,
    recorded: &Recorded,
    input: &InputOptions,
    current: &Path,
) -> Result<(), (u8, String)> {
    let before = test.source().text;
    let read = |text: &str| test.with_text(text, input, current).ok().map(|test| test.tree);
    let shown = path.display();
    let after = recorded.added_to(&before, &test.tree, read).map_err(|reason| {
        (NOT_INSERTED, format!("nothing was written to `{shown}`: {reason}; add them there by hand"))
    })?;
    replace(path, &before, &after).map_err(|error| (TROUBLE, format!("`{shown}` can't be written: {error}")))
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
