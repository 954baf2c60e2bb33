//! `textDocument/linkedEditingRange`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{LinkedEditingRangeParams, LinkedEditingRanges};

use super::feature;
use crate::features::linked_editing;
use crate::server::session::Session;

/// What a name in a tag consists of.
const WORD: &str = "[A-Za-z_][A-Za-z0-9_.]*";

/// The names of the opening and the closing tag of a block.
pub async fn handle(session: &Session, params: LinkedEditingRangeParams) -> Result<Option<LinkedEditingRanges>> {
    let place = params.text_document_position_params;
    let answer = feature::answer_from_text(session, place.text_document.uri, move |page| {
        let names = linked_editing::linked_names(&page.written, page.offset(place.position))?;
        let ranges = names.map(|span| page.range(span)).into();
        Some(LinkedEditingRanges { ranges, word_pattern: Some(WORD.to_owned()) })
    });
    Ok(answer.await?.flatten())
}
