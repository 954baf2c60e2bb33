//! Places with the lines around them, so that they can be shown when the files have changed long since.

use std::collections::BTreeMap;

use super::document::{FailureDocument, Place, PlaceExcerpt, Position};
use crate::analysis::Related;
use crate::executor::Redaction;
use crate::report::Source;
use crate::report::excerpt::Excerpt;
use crate::template::FileId;
use crate::text::Span;

impl Place {
    /// The place of `span` in `source`.
    pub(super) fn new(source: &Source, span: Span, redaction: &Redaction) -> Self {
        let position = |byte: usize| {
            let place = source.position(byte);
            Position { line: place.line, column: place.column, byte }
        };
        let excerpt = Excerpt::new(source, span)
            .map(|excerpt| PlaceExcerpt { line: excerpt.first_line, text: redaction.mask(&excerpt.text).into_owned() });
        let (start, end) = (position(span.start), position(span.end));
        Self { path: source.path.clone(), built_in: source.built_in, start, end, excerpt }
    }

    /// `path:line:column`.
    pub(super) fn shown(&self) -> String {
        format!("{}:{}:{}", self.path, self.start.line, self.start.column)
    }
}

/// The texts that a failure points into, as far as they were kept: lines that were not are empty. The first one is that of
/// its place, whose span follows, then the related places.
pub(super) fn sources(failure: &FailureDocument) -> (Vec<Source>, Span, Vec<Related>) {
    let places = || [&failure.place].into_iter().chain(failure.related.iter().map(|related| &related.place));
    let mut lines: BTreeMap<&str, BTreeMap<usize, &str>> = BTreeMap::new();
    let mut order: Vec<(&str, bool)> = Vec::new();
    for place in places() {
        if !order.iter().any(|(path, _)| *path == place.path) {
            order.push((&place.path, place.built_in));
        }
        let known = lines.entry(&place.path).or_default();
        let excerpt = place.excerpt.iter();
        known.extend(excerpt.flat_map(|excerpt| (excerpt.line..).zip(excerpt.text.lines())));
    }
    let sources: Vec<Source> = order
        .iter()
        .map(|(path, built_in)| {
            let known = &lines[path];
            let last = known.keys().next_back().copied().unwrap_or_default();
            let text: Vec<&str> = (1..=last).map(|line| known.get(&line).copied().unwrap_or_default()).collect();
            Source::new((*path).to_owned(), *built_in, text.join("\n").into())
        })
        .collect();
    let find = |place: &Place| sources.iter().position(|source| source.path == place.path).unwrap_or_default();
    let related = failure.related.iter().map(|related| {
        let index = find(&related.place);
        let span = span_in(&sources[index], &related.place);
        // A failure has few places: the index is small.
        Related { file: FileId(index as u32), span, message: related.message.clone() }
    });
    let related = related.collect();
    let span = span_in(&sources[0], &failure.place);
    (sources, span, related)
}

/// Whether the lines of a place were kept.
pub(super) fn has_lines(place: &Place) -> bool {
    place.excerpt.is_some()
}

/// The place in a text of which only some lines are known: by line and column, for bytes are others there.
fn span_in(source: &Source, place: &Place) -> Span {
    let offset = |position: Position| {
        let line = source.lines.line_span(&source.text, position.line);
        let text = source.slice(line);
        let within = text.char_indices().nth(position.column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
        line.start + within
    };
    let start = offset(place.start);
    Span::new(start, offset(place.end).max(start))
}
