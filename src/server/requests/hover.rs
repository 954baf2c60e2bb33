//! `textDocument/hover`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use super::feature;
use crate::features::hover;
use crate::server::session::Session;

/// What stands at a place, explained: as Markdown where the client shows it, else as plain text.
pub async fn handle(session: &Session, params: HoverParams) -> Result<Option<Hover>> {
    let place = params.text_document_position_params;
    let is_markdown = session.state().facts.hover_markdown;
    let found = feature::answer(session, place.text_document.uri, move |subject| {
        let hover = hover::hover(subject.view(), &subject.known_spans(), subject.offset(place.position))?;
        let contents = match is_markdown {
            true => MarkupContent { kind: MarkupKind::Markdown, value: hover.card.markdown() },
            false => MarkupContent { kind: MarkupKind::PlainText, value: hover.card.plain_text() },
        };
        Some(Hover { contents: HoverContents::Markup(contents), range: Some(subject.range(hover.span)) })
    });
    Ok(found.await?.flatten())
}
