//! Decides the order in which the statements of a file are written.

use std::borrow::Cow;

use super::layout::{Pair, Statement, StatementKind};
use super::options::Style;
use super::order::{keys_of, section_rank};
use crate::text::Span;

/// The statements in the order in which they are written, as indices.
pub(super) struct Arrangement {
    /// A permutation of the statements.
    pub order: Vec<usize>,
    /// Whether sections have moved, so that the blank lines between them are to be made anew.
    pub moved: bool,
}

/// Arranges `statements`. Nothing moves across a header, a blank line or a verbatim statement; comments move with what stands
/// below them. Sections move as a whole, and only where all statements are understood.
pub(super) fn arrange(text: &str, statements: &[Statement], style: Style) -> Arrangement {
    let mut order: Vec<usize> = (0..statements.len()).collect();
    if style == Style::Keep {
        return Arrangement { order, moved: false };
    }
    let mut path: Vec<Cow<'_, str>> = Vec::new();
    let mut run: Vec<usize> = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        let mut ends = statement.verbatim;
        match &statement.kind {
            StatementKind::Header(header) => {
                sort_run(text, statements, style, &path, &mut order, &mut run);
                path = header.name.iter().map(|part| key_text(text, *part)).collect();
                continue;
            }
            StatementKind::Pair(pair) => ends |= pair.pinned,
            StatementKind::Comment(_) => {}
            StatementKind::Blank | StatementKind::Construct | StatementKind::Unknown => ends = true,
        }
        if ends {
            sort_run(text, statements, style, &path, &mut order, &mut run);
        } else {
            run.push(index);
        }
    }
    sort_run(text, statements, style, &path, &mut order, &mut run);
    let moved = style == Style::Canonical && sort_sections(text, statements, &mut order);
    Arrangement { order, moved }
}

/// The text of a part of a key; an escape in it stays as written.
pub(super) fn key_text(text: &str, part: Span) -> Cow<'_, str> {
    let part = part.slice(text).unwrap_or_default();
    let bare = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
    Cow::Borrowed(bare.or_else(|| part.strip_prefix('\'')?.strip_suffix('\'')).unwrap_or(part))
}

/// One pair with the comments above it.
struct Entry<'a> {
    statements: Vec<usize>,
    pair: &'a Pair,
}

/// Sorts the pairs of a run (indices that follow one another) in `order`.
fn sort_run(
    text: &str,
    statements: &[Statement],
    style: Style,
    path: &[Cow<'_, str>],
    order: &mut [usize],
    run: &mut Vec<usize>,
) {
    let run = std::mem::take(run);
    let Some(&start) = run.first() else { return };
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut lead = Vec::new();
    for index in run {
        lead.push(index);
        if let StatementKind::Pair(pair) = &statements[index].kind {
            entries.push(Entry { statements: std::mem::take(&mut lead), pair });
        }
    }
    // A comment above the first pair may be the heading of all of them.
    let heading = entries.first().is_some_and(|entry| entry.statements.len() > 1);
    let movable = entries.get_mut(usize::from(heading)..).unwrap_or_default();
    if style == Style::Alphabetical {
        movable.sort_by_cached_key(|entry| {
            entry.pair.key.iter().map(|part| key_text(text, *part).into_owned()).collect::<Vec<_>>()
        });
    } else {
        let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        let Some(keys) = keys_of(&path) else { return };
        movable.sort_by_key(|entry| {
            let first = entry.pair.key.first().map(|part| key_text(text, *part)).unwrap_or_default();
            keys.iter().position(|key| *key == first).unwrap_or(keys.len())
        });
    }
    let sorted = entries.into_iter().flat_map(|entry| entry.statements).chain(lead);
    for (place, index) in order[start..].iter_mut().zip(sorted) {
        *place = index;
    }
}

/// A header with its pairs, and the comments directly above it.
struct Section {
    /// Where it starts and ends in the order.
    places: Span,
    rank: usize,
    /// Whether a comment stands directly above its header.
    has_lead: bool,
}

/// Sorts the sections in `order`; tells whether any has moved. Tables below one top-level table keep their order.
fn sort_sections(text: &str, statements: &[Statement], order: &mut Vec<usize>) -> bool {
    if statements.iter().any(|statement| statement.verbatim) {
        return false;
    }
    let mut sections: Vec<Section> = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        let StatementKind::Header(header) = &statement.kind else { continue };
        let above = statements[..index].iter().rev();
        let comments = above.take_while(|statement| matches!(statement.kind, StatementKind::Comment(_))).count();
        let start = index - comments;
        if let Some(last) = sections.last_mut() {
            last.places.end = start;
        }
        let name = header.name.first().map(|part| key_text(text, *part)).unwrap_or_default();
        let rank = section_rank(&name);
        sections.push(Section { places: Span::new(start, statements.len()), rank, has_lead: comments > 0 });
    }
    if sections.is_sorted_by_key(|section| section.rank) {
        return false;
    }
    let start = sections.first().map_or(0, |first| first.places.start);
    let floats = |section: &Section| {
        // A comment that stands alone between sections may belong to either of them, or to several.
        let body = &statements[section.places.range()];
        let last = body.iter().rposition(|statement| matches!(statement.kind, StatementKind::Pair(_)));
        let header = body.iter().position(|statement| matches!(statement.kind, StatementKind::Header(_)));
        body[last.or(header).map_or(0, |last| last + 1)..]
            .iter()
            .any(|statement| matches!(statement.kind, StatementKind::Comment(_)))
    };
    // The comment at the very beginning is about the file.
    if sections.iter().any(floats) || (start == 0 && sections.first().is_some_and(|first| first.has_lead)) {
        return false;
    }
    sections.sort_by_key(|section| section.rank);
    let mut sorted = order[..start].to_vec();
    sorted.extend(sections.iter().flat_map(|section| order[section.places.range()].iter().copied()));
    *order = sorted;
    true
}
