//! `clnrm record`: expectations from a recorded trace.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ColorChoice;

use crate::cli::input::InputOptions;
use crate::cli::replace::replace;
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::features::recorded_expectations::Recorded;
use crate::trace::recorded;

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

    /// Keep the spans as those of the test's last run, for hovers, completion and hints in the editor
    #[arg(long, requires = "test")]
    keep: bool,

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
    if let Some((path, _)) = test.as_ref().filter(|_| arguments.keep)
        && let Err(reason) = keep(&arguments.traces, path, &current)
    {
        output::complain(&reason);
        return TROUBLE;
    }
    let known = test.as_ref().map(|(_, test)| (&test.analysis, &test.tree));
    let Some(recorded) = Recorded::new(&traces.trace, known) else {
        output::complain("the test expects all of it already");
        return CLEAN;
    };
    match (&test, arguments.write) {
        (Some((path, test)), true) => insert(path, test, &recorded, &arguments.input, &current),
        _ => print(&recorded.text),
    }
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

/// Adds the expectations to the file, if it can be proved that they fit.
fn insert(path: &Path, test: &TestFile, recorded: &Recorded, input: &InputOptions, current: &Path) -> u8 {
    let before = test.source().text;
    let read = |text: &str| test.with_text(text, input, current).ok().map(|test| test.tree);
    let after = match recorded.added_to(&before, &test.tree, read) {
        Ok(after) => after,
        Err(reason) => {
            let path = path.display();
            output::complain(&format!("nothing was written to `{path}`: {reason}; add them there by hand"));
            return match print(&recorded.text) {
                CLEAN => NOT_INSERTED,
                trouble => trouble,
            };
        }
    };
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
