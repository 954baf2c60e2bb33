//! How the expectations of a document differ from those of an earlier text of it: in one line, for a lens above them, and in full.

use super::DocumentView;
use crate::analysis::Analysis;
use crate::expectation::ExpectationTree;
use crate::expectation::diff::{DiffStrategy, ExpectationDiff, SemanticDiff};
use crate::text::Span;
use crate::validation::{Level, Severity};

/// The tables that expectations stand in.
const TABLES: [&str; 3] = ["expect", "otel_validation", "assertions"];

/// Whether expectations stand in the table of this name.
pub fn is_expectation(table: &str) -> bool {
    TABLES.contains(&table)
}

/// The first header of an expectation, as the author wrote it.
pub fn first_header(view: &DocumentView) -> Option<Span> {
    let tables = view.syntax().tables.iter();
    let mut headers = tables.filter_map(|table| table.header.as_ref());
    headers.find(|header| header.path.first().is_some_and(|part| is_expectation(&part.text))).map(|header| header.span)
}

/// What a document expects; `None` while a mistake leaves unclear what that is. Of a view, [`DocumentView::expectations`] has it.
pub fn expectations(analysis: &Analysis) -> Option<ExpectationTree> {
    let is_unclear = analysis
        .diagnostics
        .iter()
        .any(|found| found.severity == Severity::Error && found.rule.level() == Level::Syntax);
    (!is_unclear).then(|| ExpectationTree::new(&analysis.config))
}

/// The differences from `old` to `new`; `None` where both ask for the same.
pub fn changes(old: &ExpectationTree, new: &ExpectationTree) -> Option<ExpectationDiff> {
    let diff = SemanticDiff.diff(old, new);
    (!diff.is_empty()).then_some(diff)
}
