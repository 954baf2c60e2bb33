//! `textDocument/foldingRange`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};

use super::feature;
use crate::features::folding::{self, Fold, FoldKind};
use crate::server::encoded::Encoded;
use crate::server::session::Session;

/// What can be folded, by lines.
pub async fn handle(session: &Session, params: FoldingRangeParams) -> Result<Encoded> {
    let answer = feature::answer_from_text(session, params.text_document.uri, |page| {
        let mut ranges: Vec<FoldingRange> = folding::folds(&page.written)
            .into_iter()
            .map(|Fold { span, kind }| {
                let range = page.range(span);
                // A fold that ends at the start of a line leaves that line visible.
                let end_line =
                    range.end.line - u32::from(range.end.character == 0 && range.end.line > range.start.line);
                FoldingRange {
                    start_line: range.start.line,
                    end_line,
                    kind: match kind {
                        FoldKind::Region => None,
                        FoldKind::Comment => Some(FoldingRangeKind::Comment),
                        FoldKind::Imports => Some(FoldingRangeKind::Imports),
                    },
                    ..FoldingRange::default()
                }
            })
            .filter(|range| range.end_line > range.start_line)
            .collect();
        // Editors fold by lines: of those that start on one line, the longest is meant.
        ranges.sort_by_key(|range| (range.start_line, std::cmp::Reverse(range.end_line)));
        ranges.dedup_by_key(|range| range.start_line);
        Encoded::new(&ranges)
    });
    Encoded::or_null(answer.await?)
}
