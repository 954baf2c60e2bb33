//! A baseline: the document of a green run, to be run again and compared.

use std::path::{Path, PathBuf};

use clap::ColorChoice;
use serde_json::{Value, json};

use super::{Arguments, Format, print};
use crate::cli::commands::run::{Reports, nothing_to_run, run_and_report, selected};
use crate::cli::run::{digest, find_stored};
use crate::cli::{CLEAN, TROUBLE, output};
use crate::report::Style;
use crate::report::run::{RunDocument, RunFormat};
use crate::trace::recorded;

/// Runs, or takes the last run, and writes the baseline. Only a green run is one.
pub(super) fn run(arguments: &Arguments, color: ColorChoice, current: &Path) -> u8 {
    let document = match arguments.last {
        true => match find_stored(None, current) {
            Ok(stored) => stored.document,
            Err(error) => {
                output::complain(&error.to_string());
                return TROUBLE;
            }
        },
        false => match ran(arguments, color) {
            Ok(document) => document,
            Err(code) => return code,
        },
    };
    if document.exit_code != CLEAN {
        output::complain("nothing was recorded: a baseline is a run in which every test passed");
        return document.exit_code;
    }
    match write(&document, &current.join(&arguments.output)) {
        Ok(sum) if arguments.format == Format::Json => {
            let object: Value = json!({
                "version": 1,
                "kind": "baseline",
                "run": document.run,
                "tests": document.tests.len(),
                "path": arguments.output.to_string_lossy(),
                "sha256": sum,
            });
            print(&format!("{object:#}\n"))
        }
        Ok(_) => {
            if !arguments.input.quiet {
                let path = arguments.output.display();
                output::complain(&format!("recorded run {} in `{path}`", document.run));
            }
            CLEAN
        }
        Err(error) => {
            output::complain(&format!("can't write `{}`: {error}", arguments.output.display()));
            TROUBLE
        }
    }
}

/// The document of a new run, with paths from the root of the project; else the exit code.
fn ran(arguments: &Arguments, color: ColorChoice) -> Result<RunDocument, u8> {
    let Arguments { tests, input, filter, execution, .. } = arguments;
    let selected = selected(tests, input, filter, execution.seed).ok_or(TROUBLE)?;
    if let Some(code) = nothing_to_run(&selected) {
        return Err(code);
    }
    let root = selected.tests.first().map(|test| recorded::root(&test.path)).unwrap_or_else(|| PathBuf::from("."));
    // One object is all that a program gets.
    let reports = match arguments.format {
        Format::Human => Reports::default(),
        Format::Json => Reports::silent(),
    };
    let (performed, code) =
        run_and_report(&selected, execution.run_options(), &reports, input, color).ok_or(TROUBLE)?;
    match code {
        // A report that a test asks for could not be written, which was told.
        TROUBLE => Err(TROUBLE),
        _ => Ok(performed.document(&root)),
    }
}

/// Writes the baseline, and its SHA-256, which is the answer, beside it.
fn write(document: &RunDocument, path: &Path) -> std::io::Result<String> {
    let mut text = Vec::new();
    document.write(RunFormat::Json, Style::default(), &mut text)?;
    output::write_file(path, &text)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // The form of `sha256sum --check`.
    let sum = digest(&String::from_utf8_lossy(&text));
    let line = format!("{sum}  {name}\n");
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sha256");
    output::write_file(Path::new(&beside), line.as_bytes())?;
    Ok(sum)
}
