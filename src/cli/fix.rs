//! `--check --fix`: makes the fixes that need nobody's look, and tells of it.

use std::path::Path;

use similar::TextDiff;

use super::replace::replace;
use super::{CLEAN, TROUBLE, output};
use crate::features::code_actions::FixedAll;
use crate::template::SourceFile;

/// What `--fix --diff` says with when there is something to fix.
const UNFIXED: u8 = 1;

/// What was done to one file.
#[derive(Debug, Default)]
pub struct FixedFile {
    /// How many fixes were made, or would be.
    count: usize,
    /// The changes, where they are only shown.
    diff: String,
    /// Why the file could not be written, with its name.
    failure: Option<String>,
}

impl FixedFile {
    /// Writes what was fixed, or only shows it.
    pub fn make(path: &Path, document: &SourceFile, fixed: FixedAll, shows_only: bool) -> Self {
        let FixedAll { text, count, .. } = fixed;
        if count == 0 {
            return Self::default();
        }
        if shows_only {
            let (before, after) = (format!("a/{}", document.name), format!("b/{}", document.name));
            let diff = TextDiff::from_lines(&*document.text, &text).unified_diff().header(&before, &after).to_string();
            return Self { count, diff, failure: None };
        }
        match replace(path, &document.text, &text) {
            Ok(()) => Self { count, ..Self::default() },
            Err(error) => {
                Self { failure: Some(format!("`{}` can't be written: {error}", document.name)), ..Self::default() }
            }
        }
    }

    /// A file at which this program failed.
    pub fn failed(name: &str, message: &str) -> Self {
        let failure = format!("`{name}`: this is a mistake of clnrm-lsp, please report it: {message}");
        Self { failure: Some(failure), ..Self::default() }
    }
}

/// What was done to all files, in their order.
#[derive(Debug)]
pub struct Fixed {
    files: Vec<FixedFile>,
}

impl Fixed {
    /// All files.
    pub const fn of(files: Vec<FixedFile>) -> Self {
        Self { files }
    }

    /// Says what was done, and gives the exit code that it asks for.
    pub fn tell(&self, shows_only: bool, quiet: bool) -> u8 {
        let diffs: String = self.files.iter().map(|file| file.diff.as_str()).collect();
        let written = output::write_stdout(diffs.as_bytes());
        let failures: Vec<&String> = self.files.iter().filter_map(|file| file.failure.as_ref()).collect();
        failures.iter().for_each(|failure| output::complain(failure));
        let count: usize = self.files.iter().map(|file| file.count).sum();
        let files = self.files.iter().filter(|file| file.count > 0).count();
        if !quiet {
            let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
            let verb = if shows_only { "can be fixed" } else { "fixed" };
            let line = format!("{} {verb} in {}\n", plural(count, "finding"), plural(files, "file"));
            output::write_stderr(line.as_bytes());
        }
        match written {
            Ok(()) if !failures.is_empty() => TROUBLE,
            Ok(()) if shows_only && count > 0 => UNFIXED,
            Ok(()) => CLEAN,
            Err(error) => {
                output::complain(&format!("can't write to standard output: {error}"));
                TROUBLE
            }
        }
    }
}
