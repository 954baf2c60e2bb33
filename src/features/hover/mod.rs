//! What stands at a place, explained: keys and values of the format, names in template tags, what a construct rendered to,
//! rules. One file for each kind of thing; [`card::Card`] holds the answer, as Markdown or as plain text.
//!
//! What is secret by its name is never shown (see [`super::secrets`]).

pub mod card;
mod glob;
mod key;
mod keyword;
mod name;
mod regex;
mod rendered;
mod rule;
mod symbol;
mod value;

use self::card::Card;
use super::DocumentView;
use super::cursor::{Cursor, PathStep, TomlCursor, TomlPlace};
use super::known_spans::KnownSpans;
use super::syntax::KeyPart;
use crate::text::Span;

/// What is said about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is said about: the very name, value or tag.
    pub span: Span,
    /// What is said.
    pub card: Card,
}

/// What is to be said about `offset`; `None` where there is nothing. `known` are the spans of the last run.
pub fn hover(view: &DocumentView, known: &KnownSpans, offset: usize) -> Option<Hover> {
    let hover = match Cursor::at(view, offset) {
        Cursor::Template { index, .. } => tag(view, index, offset),
        Cursor::Comment(comment) => rule::in_comment(view.text(), comment, offset),
        Cursor::Toml(cursor) => toml(view, known, offset, &cursor),
    };
    hover.filter(|hover| !hover.card.is_empty())
}

/// What the tag `index` wrote; `None` where it writes nothing by itself, or the document is not rendered.
pub fn of_tag(view: &DocumentView, index: usize) -> Option<Card> {
    rendered::of_tag(view, index)
}

/// A name in a tag, with what the tag rendered to; the latter alone between the names.
fn tag(view: &DocumentView, index: usize, offset: usize) -> Option<Hover> {
    let token = view.template().lexed.tokens.get(index)?;
    let rendered = rendered::of_tag(view, index);
    match name::at(view, index, offset) {
        Some(name) => Some(Hover { card: name.card.and(rendered.unwrap_or_default()), ..name }),
        None => Some(Hover { span: token.span, card: rendered? }),
    }
}

fn toml(view: &DocumentView, known: &KnownSpans, offset: usize, cursor: &TomlCursor<'_>) -> Option<Hover> {
    match &cursor.place {
        TomlPlace::Header { header, part } => part_of_key(view, known, offset, &cursor.path, header.path.get(*part)?),
        TomlPlace::Key { pair, part } => part_of_key(view, known, offset, &cursor.path, pair.key.get(*part)?),
        TomlPlace::Value { value: Some(value), .. } => value::at(view, known, offset, &cursor.path, value),
        TomlPlace::Value { value: None, .. } | TomlPlace::Blank { .. } => None,
    }
}

fn part_of_key(
    view: &DocumentView,
    known: &KnownSpans,
    offset: usize,
    path: &[PathStep],
    part: &KeyPart,
) -> Option<Hover> {
    // The cursor also counts white space around a key as part of it.
    if part.is_templated || offset < part.span.start || part.span.end < offset {
        return None;
    }
    let card = symbol::at(view, known, offset).or_else(|| key::of(view, known, path, &part.text))?;
    Some(Hover { span: part.span, card })
}
