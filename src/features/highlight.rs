//! What in a document belongs together with what stands at a place: all places of a name, all tags of a block.

use super::DocumentView;
use super::references::{matching_patterns, symbol_at};
use super::symbols::Role;
use crate::template::lexer::{Token, TokenKind};
use crate::text::Span;

/// A place that belongs to what the cursor stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Highlight {
    /// Where.
    pub span: Span,
    /// What the place does.
    pub kind: HighlightKind,
}

/// What a highlighted place does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HighlightKind {
    /// It gives the name its meaning.
    Write,
    /// It refers to it.
    Read,
    /// It only belongs to the same block, or matches the name.
    Text,
}

/// The places that belong to what stands at `offset`, sorted.
pub fn highlights(view: &DocumentView, offset: usize) -> Vec<Highlight> {
    let tags = block_tags(view, offset);
    if !tags.is_empty() {
        return tags;
    }
    let Some((symbol, _)) = symbol_at(view, offset) else { return Vec::new() };
    let places = symbol.occurrences.iter().map(|occurrence| Highlight {
        span: occurrence.span,
        kind: if occurrence.role == Role::Definition { HighlightKind::Write } else { HighlightKind::Read },
    });
    let patterns = matching_patterns(view, symbol).into_iter();
    let matches = patterns.map(|occurrence| Highlight { span: occurrence.span, kind: HighlightKind::Text });
    let mut all: Vec<Highlight> = places.chain(matches).collect();
    all.sort();
    all
}

/// The first words of all tags of the block, if `offset` stands on one of them.
fn block_tags(view: &DocumentView, offset: usize) -> Vec<Highlight> {
    let lexed = &view.template().lexed;
    let tag = |index: usize| lexed.tokens.get(index).filter(|token| token.kind == TokenKind::Tag);
    let on_word = |token: &Token| {
        !token.keyword_span.is_empty() && token.keyword_span.start <= offset && offset <= token.keyword_span.end
    };
    let Some(index) = lexed.token_at(offset) else { return Vec::new() };
    let Some(token) = tag(index).filter(|token| on_word(token)) else { return Vec::new() };
    let opener = match (token.owner, token.mate) {
        (Some(owner), _) => owner,
        (None, Some(mate)) => index.min(mate),
        (None, None) => return Vec::new(),
    };
    let Some(opening) = tag(opener) else { return Vec::new() };
    let tags = std::iter::once(opener).chain(opening.middles.iter().copied()).chain(opening.mate);
    let words = tags.filter_map(|index| Some(tag(index)?.keyword_span));
    words.map(|span| Highlight { span, kind: HighlightKind::Text }).collect()
}
