//! What the mutants of a trace say about a test, for people and for programs.

mod human;
mod json;

use super::Source;
use crate::expectation::ExpectationTree;
use crate::expectation::mutate::MutationReport;
use crate::text::Span;
use crate::trace::Trace;

/// The mutants of a trace, and who noticed them.
pub struct MutantsReport<'a> {
    /// The test, with its path.
    pub document: Source,
    /// What it expects.
    pub tree: &'a ExpectationTree,
    /// The place of each constraint in the document.
    pub places: Vec<Span>,
    /// The trace that was mutated.
    pub trace: &'a Trace,
    /// The mutants.
    pub mutants: &'a MutationReport,
}

impl MutantsReport<'_> {
    /// The path of a constraint.
    fn path(&self, index: usize) -> &str {
        self.tree.constraints.get(index).map_or("", |constraint| constraint.path.as_str())
    }

    /// The place of a constraint.
    fn place(&self, index: usize) -> Span {
        self.places.get(index).copied().unwrap_or_default()
    }
}
