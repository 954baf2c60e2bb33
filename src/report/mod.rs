//! Findings as text for people and as files for programs: one file per format, each a function from a [`Report`] to a
//! writer. Reads no file, no clock and no environment: the same report gives the same bytes.

mod checked_file;
mod comparison;
mod excerpt;
mod expectation_diff;
mod fingerprint;
mod format;
mod frame;
mod github;
mod gitlab;
mod human;
mod json;
mod jsonl;
mod junit;
mod mutants;
mod outline;
mod render_map;
pub mod run;
mod sarif;
mod span_graph;
mod span_object;
mod summary;
mod verdicts;
mod words;

#[cfg(test)]
mod tests;

pub use checked_file::{Checked, CheckedFile, Failure, FailureKind, Outcome, Source};
pub use comparison::Comparison;
pub use expectation_diff::{DiffReport, DiffSide};
pub use format::{Format, Report, Style};
pub use human::{write_failure, write_note, write_warning};
pub use mutants::MutantsReport;
pub use outline::span_line;
pub use render_map::RenderMap;
pub use span_graph::{GraphFormat, SpanGraph};
pub use span_object::span_object;
pub use summary::{Summary, Timing};
pub use verdicts::{JudgedConstraint, VerdictFormat, VerdictReport};
pub use words::{counted, listed, not_judged};
