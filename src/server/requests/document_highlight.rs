//! `textDocument/documentHighlight`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams};

use super::feature;
use crate::features::highlight::{self, HighlightKind};
use crate::server::encoded::Encoded;
use crate::server::session::Session;

/// What belongs together with what stands at a place.
pub async fn handle(session: &Session, params: DocumentHighlightParams) -> Result<Encoded> {
    let place = params.text_document_position_params;
    let answer = feature::answer(session, place.text_document.uri, move |subject| {
        let found = highlight::highlights(subject.view(), subject.offset(place.position)).into_iter();
        let to_lsp = |highlight: highlight::Highlight| DocumentHighlight {
            range: subject.range(highlight.span),
            kind: Some(match highlight.kind {
                HighlightKind::Write => DocumentHighlightKind::WRITE,
                HighlightKind::Read => DocumentHighlightKind::READ,
                HighlightKind::Text => DocumentHighlightKind::TEXT,
            }),
        };
        Encoded::new(&found.map(to_lsp).collect::<Vec<_>>())
    });
    Encoded::or_null(answer.await?)
}
