//! What came out of a run, in every format: one file for each, each a function from a [`RunDocument`] to a writer.
//!
//! A document is made of a run once, with all secrets covered and all places told by line and column; it is what
//! `--format json` writes and what a project keeps of its runs, so that any other format can be written of it later.
//! Reads no file, no clock and no environment.

mod build;
mod digest;
mod document;
mod exit;
mod github;
mod html;
mod human;
mod jsonl;
mod junit;
mod place;
mod sarif;
mod tap;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use super::Style;

pub use document::{
    AttemptDocument, ExpectationsDocument, FailureDocument, Place, PlaceExcerpt, Position, RelatedDocument,
    RequestDocument, RunDocument, ScenarioDocument, StepDocument, TestDocument, Unreadable, ValidityDocument,
};
pub use exit::ExitCode;
pub use html::Waterfalls;
pub use human::RunLines;
pub use jsonl::{end_line, event_line};

/// How a run is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum)]
pub enum RunFormat {
    /// For people: a line for each scenario, failures with their lines, a summary
    Human,
    /// One JSON object; see docs/run.md
    Json,
    /// JSON, one object a line, as things happen; see docs/run.md
    Jsonl,
    /// JUnit XML, one suite a test, one case a scenario
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// Test Anything Protocol, version 14
    Tap,
    /// One line a test: the digests of its spans
    Digest,
    /// A page that needs nothing besides itself, with waterfalls
    Html,
}

impl RunDocument {
    /// Writes the run in this format. A page is written without waterfalls; see [`RunDocument::write_html`].
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, format: RunFormat, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            RunFormat::Human => RunLines::new(style).write(self, out),
            RunFormat::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                writeln!(out)
            }
            RunFormat::Jsonl => jsonl::write(self, out),
            RunFormat::Junit => junit::write(self, out),
            RunFormat::Sarif => sarif::write(self, out),
            RunFormat::Github => github::write(self, out),
            RunFormat::Tap => tap::write(self, out),
            RunFormat::Digest => digest::write(self, out),
            RunFormat::Html => self.write_html(&Waterfalls::default(), out),
        }
    }
}
