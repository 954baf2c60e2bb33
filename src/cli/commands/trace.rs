//! `clnrm trace`: the spans of what ran last, as a waterfall.

use std::io;
use std::path::{Path, PathBuf};

use clap::{ColorChoice, ValueEnum};
use serde_json::{Value, json};

use super::is_test;
use crate::cli::run::find_stored;
use crate::cli::{CLEAN, TROUBLE, output, paths};
use crate::report::span_object;
use crate::trace::waterfall::{self, Layout, LayoutOptions, TextOptions, Theme};
use crate::trace::{Trace, recorded};

const EXAMPLES: &str = "\
Examples:
  clnrm trace                            the spans of the last run
  clnrm trace tests/login.clnrm.toml     those of the last run of a test
  clnrm trace tests/login.clnrm.toml --html spans.html
`clnrm spans` shows spans of files in the same way, and lists and searches them.";

/// Show the spans of a recorded run as a waterfall
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A test, the id of a run, or `last`
    #[arg(value_name = "TEST|RUN")]
    what: Option<String>,

    /// How spans are shown
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,

    /// Write the waterfall as a picture to this file; of one test only
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Write the waterfall as a page to this file; of one test only
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// As a waterfall
    Human,
    /// One object
    Json,
}

/// Shows, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let traces = match traces(arguments.what.as_deref(), &current) {
        Ok(traces) => traces,
        Err(why) => {
            output::complain(&why);
            return TROUBLE;
        }
    };
    let pictures: Vec<(&PathBuf, Picture)> = [(&arguments.svg, Picture::Svg), (&arguments.html, Picture::Html)]
        .into_iter()
        .filter_map(|(path, picture)| Some((path.as_ref()?, picture)))
        .collect();
    if let [(title, trace)] = traces.as_slice() {
        let layout = Layout::new(trace, LayoutOptions::default());
        for (path, picture) in &pictures {
            let text = match picture {
                Picture::Svg => waterfall::svg(&layout),
                Picture::Html => waterfall::html(&layout, title),
            };
            if let Err(error) = output::write_file(&current.join(path), text.as_bytes()) {
                output::complain(&format!("can't write `{}`: {error}", path.display()));
                return TROUBLE;
            }
        }
        if !pictures.is_empty() {
            return CLEAN;
        }
    } else if !pictures.is_empty() {
        output::complain("a picture shows one test: name it");
        return TROUBLE;
    }
    if matches!(arguments.format, Format::Json) {
        return tell(&format!("{:#}\n", document(&traces)));
    }
    let theme = if output::color(color, &io::stdout()) { Theme::colored() } else { Theme::plain() };
    let options = TextOptions { width: output::width(), theme, ascii: false };
    let shown = traces.iter().map(|(title, trace)| {
        let layout = Layout::new(trace, LayoutOptions::default());
        format!("{title}\n{}", waterfall::text(&layout, &options))
    });
    tell(&shown.collect::<Vec<_>>().join("\n"))
}

/// The spans of each test, as `clnrm spans --format json` has them.
fn document(traces: &[(String, Trace)]) -> Value {
    let test = |(title, trace): &(String, Trace)| {
        let spans: Vec<Value> = trace.iter().map(|(_, span)| span_object(span)).collect();
        json!({ "test": title, "spans": spans })
    };
    json!({ "version": 1, "tests": traces.iter().map(test).collect::<Vec<_>>() })
}

fn tell(text: &str) -> u8 {
    match output::write_stdout(text.as_bytes()) {
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}

enum Picture {
    Svg,
    Html,
}

/// The spans that are meant, each with its test.
fn traces(what: Option<&str>, current: &Path) -> Result<Vec<(String, Trace)>, String> {
    if let Some(test) = what.filter(|what| is_test(Path::new(what))) {
        let path = paths::tidy(&current.join(test));
        let file = recorded::file(&path).filter(|file| file.is_file());
        let file = file.ok_or_else(|| format!("no spans of `{test}` are recorded: `clnrm run {test}` records them"))?;
        let trace = recorded::read(&file).ok_or_else(|| format!("there are no spans in `{}`", file.display()))?;
        return Ok(vec![(test.to_owned(), trace)]);
    }
    let stored = find_stored(what, current).map_err(|error| error.to_string())?;
    let tests = stored.document.tests.iter();
    let traces: Vec<_> = tests.filter_map(|test| Some((test.id.clone(), stored.trace(test)?))).collect();
    match traces.is_empty() {
        true => Err(format!("run `{}` has no spans: none came, or they were removed since", stored.document.run)),
        false => Ok(traces),
    }
}
