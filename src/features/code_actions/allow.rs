//! "Allow on this line": the comment that silences a finding.

use super::{ActionKind, ActionRequest, CodeAction, replacement, touched};
use crate::template::ReadingMode;
use crate::validation::silencing;

/// Where a selection holds more findings than this, a comment for each is no help. Each costs a few passes over the text.
const MOST: usize = 8;

pub(super) fn actions(request: &ActionRequest<'_>) -> Vec<CodeAction> {
    let (text, analysis) = (request.view.text(), request.view.analysis());
    let rendered = analysis.mode == ReadingMode::Rendered;
    let mut actions: Vec<CodeAction> = Vec::new();
    for (index, diagnostic) in touched(request).take(MOST) {
        let code = diagnostic.rule.code;
        // A comment about a comment helps nobody.
        if matches!(code, "unused-allow" | "unknown-rule") {
            continue;
        }
        let Some((span, comment)) =
            silencing(text, diagnostic.rule, diagnostic.severity, diagnostic.span.start, rendered)
        else {
            continue;
        };
        let edits = vec![replacement(span, comment)];
        match actions.iter_mut().find(|action| action.change.as_ref() == Ok(&edits)) {
            Some(same) => same.mends.push(index),
            None => actions.push(CodeAction {
                title: format!("allow `{code}` here"),
                kind: ActionKind::QuickFix,
                mends: vec![index],
                is_preferred: false,
                change: Ok(edits),
            }),
        }
    }
    actions
}
