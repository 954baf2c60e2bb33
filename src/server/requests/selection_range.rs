//! `textDocument/selectionRange`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{SelectionRange, SelectionRangeParams};

use super::feature::{self, Subject};
use crate::features::selection_ranges;
use crate::server::session::Session;
use crate::text::Span;

/// For each position what can be selected around it, each range with its parent.
pub async fn handle(session: &Session, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
    let positions = params.positions;
    feature::answer(session, params.text_document.uri, move |subject| {
        positions
            .into_iter()
            .map(|position| nested(subject, &selection_ranges::around(subject.view(), subject.offset(position))))
            .collect()
    })
    .await
}

fn nested(subject: &Subject, spans: &[Span]) -> SelectionRange {
    let mut spans = spans.iter().rev().map(|&span| subject.range(span));
    let outermost = SelectionRange { range: spans.next().unwrap_or_default(), parent: None };
    spans.fold(outermost, |parent, range| SelectionRange { range, parent: Some(Box::new(parent)) })
}
