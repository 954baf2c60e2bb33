//! `textDocument/selectionRange`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{SelectionRange, SelectionRangeParams};

use super::feature::{self, Page};
use crate::features::selection_ranges;
use crate::server::session::Session;
use crate::text::Span;

/// For each position what can be selected around it, each range with its parent.
pub async fn handle(session: &Session, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
    let positions = params.positions;
    feature::answer_from_text(session, params.text_document.uri, move |page| {
        positions
            .into_iter()
            .map(|position| nested(page, &selection_ranges::around(&page.written, page.offset(position))))
            .collect()
    })
    .await
}

fn nested(page: &Page, spans: &[Span]) -> SelectionRange {
    let mut spans = spans.iter().rev().map(|&span| page.range(span));
    let outermost = SelectionRange { range: spans.next().unwrap_or_default(), parent: None };
    spans.fold(outermost, |parent, range| SelectionRange { range, parent: Some(Box::new(parent)) })
}
