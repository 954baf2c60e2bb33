//! `clnrm/expectationDiff`: how the expectations of a document differ from an earlier text of it.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Uri;

use super::feature::{self, Subject};
use crate::analysis::Analysis;
use crate::expectation::diff::{Expectation, ExpectationDiff};
use crate::features::expectation_changes;
use crate::report::Style;
use crate::report::{DiffReport, DiffSide};
use crate::server::baseline::Baseline;
use crate::server::session::Session;
use crate::text::LineIndex;

/// The differences of one document.
#[derive(Debug)]
pub struct Changed {
    baseline: Baseline,
    diff: ExpectationDiff,
    old: DiffSide,
    new: DiffSide,
}

impl Changed {
    /// In one line: `+2 −1 ~1, weaker than HEAD`.
    pub fn title(&self) -> String {
        let summary = self.diff.summary().replace('-', "−");
        format!("{summary} · {}", self.baseline.name())
    }

    /// In full.
    fn text(&self) -> String {
        let report = DiffReport { diff: &self.diff, old: self.old.clone(), new: self.new.clone() };
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _written = report.write_human(Style::default(), &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Parameters of `clnrm/expectationDiff`.
#[derive(Clone, Debug, Deserialize)]
pub struct ExpectationDiffParams {
    /// The document.
    pub uri: Uri,
}

/// The answer to `clnrm/expectationDiff`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectationDiffText {
    /// The document.
    pub uri: Uri,
    /// What it is compared with, for people.
    pub baseline: &'static str,
    /// In one line.
    pub summary: String,
    /// In full, as `clnrm diff` prints it.
    pub text: String,
}

/// The differences in full; `None` where there are none, or nothing to compare with.
pub async fn handle(session: &Session, params: ExpectationDiffParams) -> Result<Option<ExpectationDiffText>> {
    let working = session.clone();
    let answer = feature::answer(session, params.uri, move |subject| {
        let changed = changed(&working, subject)?;
        Some(ExpectationDiffText {
            uri: subject.page.uri.clone(),
            baseline: changed.baseline.name(),
            summary: changed.title(),
            text: changed.text(),
        })
    });
    Ok(answer.await?.flatten())
}

/// How the expectations of a document differ from those of its baseline. While the text is broken, what the last whole text said.
pub(super) fn changed(session: &Session, subject: &Subject) -> Option<Arc<Changed>> {
    let Some(new) = subject.view().expectations() else {
        return session.state().documents.get(&subject.page.uri)?.expectations_changed.clone();
    };
    let snapshot = session.state().snapshot(&subject.page.uri)?;
    let changed = session.baselines().of(&snapshot, session.judge()).and_then(|(baseline, old)| {
        let diff = expectation_changes::changes(&old.tree, new)?;
        let sides = diff.changes.iter();
        let old =
            side(baseline.name().to_owned(), &old.analysis, sides.clone().filter_map(|change| change.old.as_ref()));
        let name = snapshot.path.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let new = side(name.into_owned(), subject.view().analysis(), sides.filter_map(|change| change.new.as_ref()));
        Some(Arc::new(Changed { baseline, diff, old, new }))
    });
    if let Some(document) = session.state().documents.get_mut(&subject.page.uri) {
        document.expectations_changed = changed.clone();
    }
    changed
}

/// The places of expectations in the text that they are from.
fn side<'a>(path: String, analysis: &Analysis, expectations: impl Iterator<Item = &'a Expectation>) -> DiffSide {
    let spans: Vec<_> = expectations.map(|expectation| expectation.span).collect();
    let text = analysis.files.first().map(|file| Arc::clone(&file.text)).unwrap_or_default();
    let lines = LineIndex::new(&text);
    let located = analysis.locate(spans.iter().copied());
    let places = located
        .into_iter()
        .map(|located| (lines.position(&text, located.span.start), lines.position(&text, located.span.end)));
    DiffSide { path, places: spans.iter().copied().zip(places).collect() }
}
