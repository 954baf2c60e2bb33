//! The formats, and what they all take.

use std::io::{self, Write};

use super::{CheckedFile, Outcome, Summary, Timing};
use crate::analysis::Diagnostic;
use crate::validation::Severity;

/// A check that is to be told.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// All files, in the order in which they are shown.
    pub files: Vec<CheckedFile>,
    /// Whether warnings fail, as errors do.
    pub strict: bool,
    /// How long it took, where this was asked for.
    pub timing: Option<Timing>,
    /// How it looks on a terminal.
    pub style: Style,
}

/// How a report looks to people. Formats that are for programs alone take no notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours, as ANSI escapes.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Show hints too (`json`, `jsonl` and `sarif` always hold them).
    pub hints: bool,
    /// Leave out everything but the findings.
    pub quiet: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 120, hints: false, quiet: false }
    }
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: each finding with its lines, help and call stack.
    Human,
    /// One JSON object; see docs/check-json.md.
    Json,
    /// JSON, one object a line; see docs/check-json.md.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Code quality report of GitLab.
    Gitlab,
    /// JUnit XML, one test case a file.
    Junit,
}

impl Report {
    /// Writes the report in this format. Errors are those of `out`.
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Human => super::human::write(self, out),
            Format::Json => super::json::write(self, out),
            Format::Jsonl => super::jsonl::write(self, out),
            Format::Sarif => super::sarif::write(self, out),
            Format::Github => super::github::write(self, out),
            Format::Gitlab => super::gitlab::write(self, out),
            Format::Junit => super::junit::write(self, out),
        }
    }

    /// Sums over all files.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.files)
    }

    /// The exit code: 2 where a file could not be checked, else 1 where a finding fails the check, else 0.
    pub fn exit_code(&self) -> u8 {
        let failed = |file: &CheckedFile| matches!(file.outcome, Outcome::Failed(_));
        if self.files.iter().any(failed) {
            return 2;
        }
        u8::from(self.files.iter().any(|file| self.fails(file)))
    }

    /// Whether findings of this file fail the check.
    pub fn fails(&self, file: &CheckedFile) -> bool {
        let Outcome::Checked(checked) = &file.outcome else { return true };
        checked.diagnostics.iter().any(|diagnostic| {
            diagnostic.severity == Severity::Error || self.strict && diagnostic.severity == Severity::Warning
        })
    }

    /// Whether people are shown this finding.
    pub(super) fn shows(&self, diagnostic: &Diagnostic) -> bool {
        self.style.hints || diagnostic.severity != Severity::Hint
    }
}
