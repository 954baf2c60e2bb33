//! What an editor may show between the characters of a document: what constructs rendered to, the names of positional macro
//! arguments, lengths of time and ports in full, how many spans a glob matched.
//!
//! A hint that repeats what stands there already is none. What is secret by its name is never shown.

mod arguments;
mod format;
mod values;

use serde::{Deserialize, Serialize};

use super::DocumentView;
use super::hover::{self, card::Card};
use super::known_spans::KnownSpans;
use crate::template::lexer::{Token, TokenKind};
use crate::text::Span;

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it is shown: before the character at this offset.
    pub offset: usize,
    /// What is shown.
    pub label: String,
    /// What it is about.
    pub kind: HintKind,
}

/// What a hint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HintKind {
    /// What the construct before it rendered to.
    Value,
    /// The parameter that the argument behind it is for.
    Parameter,
    /// The length of time before it, in people's words.
    Duration,
    /// The other side of the port before it.
    Port,
    /// How many spans the glob before it matched in the last run.
    Matches,
    /// Nothing that is changed in the last run turns the constraint before it red.
    NeverRed,
}

/// Which hints are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintKinds {
    /// [`HintKind::Value`].
    pub values: bool,
    /// [`HintKind::Parameter`].
    pub parameters: bool,
    /// [`HintKind::Duration`].
    pub durations: bool,
    /// [`HintKind::Port`].
    pub ports: bool,
    /// [`HintKind::Matches`].
    pub matches: bool,
    /// [`HintKind::NeverRed`].
    pub never_red: bool,
}

impl HintKinds {
    /// All of them.
    pub const ALL: Self =
        Self { values: true, parameters: true, durations: true, ports: true, matches: true, never_red: true };

    const fn has(self, kind: HintKind) -> bool {
        match kind {
            HintKind::Value => self.values,
            HintKind::Parameter => self.parameters,
            HintKind::Duration => self.durations,
            HintKind::Port => self.ports,
            HintKind::Matches => self.matches,
            HintKind::NeverRed => self.never_red,
        }
    }
}

/// The hints within a part of a document, sorted by place. `known` are the spans of the last run.
pub fn hints(view: &DocumentView, known: &KnownSpans, kinds: HintKinds, within: Span) -> Vec<Hint> {
    let mut hints = Vec::new();
    if kinds.values {
        values::collect(view, within, &mut hints);
    }
    if kinds.parameters {
        arguments::collect(view, within, &mut hints);
    }
    if kinds.durations || kinds.ports || kinds.matches {
        format::collect(view, known, within, &mut hints);
    }
    hints.retain(|hint| kinds.has(hint.kind) && within.start <= hint.offset && hint.offset <= within.end);
    hints.sort_by_key(|hint| (hint.offset, hint.kind));
    hints
}

/// The hints behind the constraints at these places, within a part of a document.
pub fn never_red(places: &[Span], within: Span) -> impl Iterator<Item = Hint> {
    let ends = places.iter().map(|place| place.end).filter(move |end| within.start <= *end && *end <= within.end);
    ends.map(|offset| Hint { offset, label: "never red".to_owned(), kind: HintKind::NeverRed })
}

/// What is shown beside a hint when somebody looks at it: the same as the hover over what it is about.
pub fn tooltip(view: &DocumentView, known: &KnownSpans, offset: usize, kind: HintKind) -> Option<Card> {
    match kind {
        // In front of the closing delimiter no name stands: the whole tag is meant.
        HintKind::Value => hover::of_tag(view, tag_ending_at(view, offset)?),
        HintKind::Parameter => arguments::tooltip(view, offset),
        HintKind::NeverRed => Some(Card::new(
            "nothing that was changed in the spans of the last recorded run turned this red: it may prove nothing; `clnrm mutate` shows \
             what was tried",
        )),
        HintKind::Duration | HintKind::Port | HintKind::Matches => {
            Some(hover::hover(view, known, previous(view.text(), offset)?)?.card)
        }
    }
}

fn tag_ending_at(view: &DocumentView, offset: usize) -> Option<usize> {
    let tokens = &view.template().lexed.tokens;
    let index = tokens.partition_point(|token| token.span.end < offset);
    tokens.get(index).filter(|token| token.span.end == offset).map(|_| index)
}

/// The start of the character before `offset`.
fn previous(text: &str, offset: usize) -> Option<usize> {
    Some(text.get(..offset)?.char_indices().next_back()?.0)
}

/// The tags that touch `within` and are evaluated, with their indices.
fn tags(view: &DocumentView, within: Span) -> impl Iterator<Item = (usize, &Token)> {
    let tokens = &view.template().lexed.tokens;
    let first = tokens.partition_point(|token| token.span.end < within.start);
    let touching = tokens.iter().enumerate().skip(first).take_while(move |(_, token)| token.span.start <= within.end);
    touching.filter(|(_, token)| {
        matches!(token.kind, TokenKind::Expression | TokenKind::Tag) && token.closed && !token.inert
    })
}
