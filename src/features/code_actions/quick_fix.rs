//! The fixes that the rules know, for the findings at a place.

use super::{ActionKind, ActionRequest, CodeAction, replacement, touched};
use crate::validation::Confidence;

pub(super) fn actions(request: &ActionRequest<'_>) -> Vec<CodeAction> {
    let mut actions: Vec<CodeAction> = Vec::new();
    for (index, diagnostic) in touched(request) {
        for (rank, fix) in diagnostic.fixes.iter().enumerate() {
            let edits: Vec<_> = fix.edits.iter().map(|(span, text)| replacement(*span, text)).collect();
            // Several findings may be mended by one and the same edit.
            if let Some(same) = actions.iter_mut().find(|action| action.change.as_ref() == Ok(&edits)) {
                same.mends.push(index);
                continue;
            }
            // The first fix is the best one. Of a guess there must be one alone.
            let is_preferred = rank == 0 && (fix.confidence == Confidence::Certain || diagnostic.fixes.len() == 1);
            let title = fix.title.clone();
            actions.push(CodeAction {
                title,
                kind: ActionKind::QuickFix,
                mends: vec![index],
                is_preferred,
                change: Ok(edits),
            });
        }
    }
    actions
}
