//! Accepts the last recorded run: adds what it has and the test does not expect yet, below everything else.

use super::{ActionKind, ActionRequest, CodeAction, insertion};
use crate::expectation::ExpectationTree;
use crate::features::expectation_changes;
use crate::features::recorded_expectations::Recorded;
use crate::formatting::Surroundings;
use crate::template::SourceFile;

/// The action, where a run is recorded that has something more.
pub(super) fn action(request: &ActionRequest<'_>) -> Option<CodeAction> {
    let trace = request.last_run.filter(|trace| !trace.is_empty())?;
    let view = request.view;
    let tree = view.expectations()?;
    let recorded = Recorded::new(trace, Some((view.analysis(), tree)))?;
    let text = view.text();
    let added = recorded.added_to(text, tree, |after| expected(request, after));
    let change = added.map(|after| vec![insertion(text.len(), after.get(text.len()..).unwrap_or_default())]);
    Some(CodeAction {
        title: "expect what the last recorded run emitted".to_owned(),
        kind: ActionKind::AcceptRun,
        mends: Vec::new(),
        is_preferred: false,
        change: change.map_err(|reason| reason.to_string()),
    })
}

/// What a text of the document expects.
fn expected(request: &ActionRequest<'_>, text: &str) -> Option<ExpectationTree> {
    let Surroundings { analyzer, options, loader, .. } = request.surroundings;
    let document = SourceFile { text: text.into(), ..request.document.clone() };
    let analysis = analyzer.analyze_with(&document, options, loader);
    expectation_changes::expectations(&analysis)
}
