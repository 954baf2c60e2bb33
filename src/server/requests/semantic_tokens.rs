//! `textDocument/semanticTokens/full`, `/full/delta` and `/range`.

use std::sync::Arc;

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    Position, SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensEdit,
    SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, Uri,
};

use super::feature::{self, Page};
use crate::features::semantic_tokens;
use crate::server::encoded::Encoded;
use crate::server::positions::Ascending;
use crate::server::semantic_legend::TokenLegend;
use crate::server::session::Session;
use crate::text::Span;

/// How many numbers of the protocol one token is.
const NUMBERS: u32 = 5;

/// All tokens of a document.
pub async fn full(session: &Session, params: SemanticTokensParams) -> Result<Encoded> {
    let newest = newest(session, params.text_document.uri).await?;
    Encoded::or_null(
        newest.map(|Newest { id, tokens, .. }| {
            Encoded::new(&SemanticTokens { result_id: Some(id), data: tokens.to_vec() })
        }),
    )
}

/// What of the tokens changed since a result that the client has; all of them where that is not the last one that it got.
pub async fn delta(
    session: &Session,
    params: SemanticTokensDeltaParams,
) -> Result<Option<SemanticTokensFullDeltaResult>> {
    let Some(newest) = newest(session, params.text_document.uri).await? else { return Ok(None) };
    let Newest { id, tokens, before } = newest;
    let known = before.filter(|(known, _)| *known == params.previous_result_id);
    Ok(Some(match known {
        Some((_, before)) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
            result_id: Some(id),
            edits: difference(&before, &tokens).into_iter().collect(),
        }),
        None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id: Some(id), data: tokens.to_vec() }),
    }))
}

/// The tokens of a part of a document.
pub async fn range(session: &Session, params: SemanticTokensRangeParams) -> Result<Option<SemanticTokensRangeResult>> {
    let legend = Arc::clone(&session.state().legend);
    let tokens = feature::answer_from_text(session, params.text_document.uri, move |page| {
        encoded(page, &legend, page.span(params.range))
    });
    let data = tokens.await?;
    Ok(data.map(|data| SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })))
}

/// The tokens of the newest text, and those that the client got before.
struct Newest {
    id: String,
    tokens: Arc<[SemanticToken]>,
    before: Option<(String, Arc<[SemanticToken]>)>,
}

async fn newest(session: &Session, uri: Uri) -> Result<Option<Newest>> {
    let legend = Arc::clone(&session.state().legend);
    let answer = feature::answer_from_text(session, uri.clone(), move |page| {
        let tokens: Arc<[SemanticToken]> = encoded(page, &legend, Span::new(0, page.written.text().len())).into();
        (page.revision.to_string(), tokens)
    });
    let Some((id, tokens)) = answer.await? else { return Ok(None) };
    let mut state = session.state();
    let Some(document) = state.documents.get_mut(&uri) else { return Ok(None) };
    let before = document.semantic_tokens.replace((id.clone(), Arc::clone(&tokens)));
    Ok(Some(Newest { id, tokens, before }))
}

/// The tokens in the protocol's relative form: one pass over the text up to the end of `range`.
fn encoded(page: &Page, legend: &TokenLegend, range: Span) -> Vec<SemanticToken> {
    let text = page.written.text();
    let mut positions = Ascending::new(text, page.encoding);
    let mut data = Vec::new();
    let mut last = Position::default();
    for token in semantic_tokens::tokens(&page.written, range) {
        let Some(token_type) = legend.kind(token.kind) else { continue };
        let token_modifiers_bitset = legend.modifiers(token.modifiers);
        let pieces = if legend.multiline { vec![token.span] } else { lines(text, token.span) };
        for piece in pieces {
            let (start, end) = (positions.position(piece.start), positions.position(piece.end));
            let delta_line = start.line - last.line;
            let delta_start = if delta_line == 0 { start.character - last.character } else { start.character };
            last = start;
            let length = match end.line == start.line {
                true => end.character - start.character,
                // Counted as if the line breaks were characters.
                false => length(text, piece, page),
            };
            data.push(SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset });
        }
    }
    data
}

/// The length of a span over several lines in the client's unit.
fn length(text: &str, span: Span, page: &Page) -> u32 {
    use crate::text::Encoding;
    let written = span.slice(text).unwrap_or_default();
    let length = match page.encoding {
        Encoding::Utf8 => written.len(),
        Encoding::Utf16 => written.encode_utf16().count(),
        Encoding::Utf32 => written.chars().count(),
    };
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The span line by line, without line breaks and white space around.
fn lines(text: &str, span: Span) -> Vec<Span> {
    let written = span.slice(text).unwrap_or_default();
    let mut start = span.start;
    let mut lines = Vec::new();
    for line in written.split_inclusive(['\n', '\r']) {
        let indent = if start == span.start { 0 } else { line.len() - line.trim_start().len() };
        let is_cut = line.ends_with(['\n', '\r']);
        let end = start + if is_cut { line.trim_end().len() } else { line.len() };
        if start + indent < end {
            lines.push(Span::new(start + indent, end));
        }
        start += line.len();
    }
    lines
}

/// The one edit that leads from one list of tokens to another; none where they are equal.
fn difference(before: &[SemanticToken], after: &[SemanticToken]) -> Option<SemanticTokensEdit> {
    let shorter = before.len().min(after.len());
    let prefix = before.iter().zip(after).take_while(|(before, after)| before == after).count();
    let same_end = before.iter().rev().zip(after.iter().rev()).take_while(|(before, after)| before == after).count();
    let suffix = same_end.min(shorter - prefix);
    let gone = before.len() - prefix - suffix;
    let come = after[prefix..after.len() - suffix].to_vec();
    if gone == 0 && come.is_empty() {
        return None;
    }
    let count = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX).saturating_mul(NUMBERS);
    Some(SemanticTokensEdit { start: count(prefix), delete_count: count(gone), data: Some(come) })
}
