//! The door of the room: from text to model and mistakes.

use toml::de::DeTable;

use super::model::TestConfig;
use super::read::{self, Source};
use super::schema::ROOT;
use super::shape::{self, ShapeProblem};
use super::syntax::{self, OffsetMap, SyntaxError};
use super::unmet;
use crate::text::Span;

/// What a text says, and what is wrong with its TOML and its shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The typed model, as far as the mistakes allow.
    pub config: TestConfig,
    /// Mistakes in the TOML, sorted by place; each once.
    pub syntax: Vec<SyntaxError>,
    /// Differences from the format, sorted by place.
    pub shape: Vec<ShapeProblem>,
}

/// Reads the text of a test.
///
/// `opaque` are places whose content is unknown because the template has a mistake there (sorted, without overlap):
/// nothing that touches them is judged. With `in_string`, strings may hold template expressions that are rendered at
/// run time; such strings are unknown. Works on any text, costs about what the bare TOML parse costs, and never fails.
pub fn parse(text: &str, opaque: &[Span], in_string: bool) -> Parsed {
    with_table(text, opaque, in_string, |Table { root, source, syntax }| Parsed {
        config: config(root, source),
        syntax,
        shape: shape::check(root, &ROOT, source),
    })
}

/// Reads the text of a test whose strings may hold template expressions, for a run: `render` says what such a string is. Where it
/// says nothing, the string stays unknown.
pub fn parse_for_run(text: &str, render: &(dyn Fn(&str) -> Option<String> + Sync)) -> TestConfig {
    with_table(text, &[], true, |Table { root, source, .. }| {
        let source = Source {
            text: source.text,
            holes: source.holes,
            offsets: source.offsets,
            in_string: true,
            render: Some(render),
        };
        config(root, &source)
    })
}

fn config(root: &DeTable<'_>, source: &Source<'_>) -> TestConfig {
    TestConfig { unmet: unmet::find(root, &ROOT, source), ..read::read(root, source) }
}

/// The table of a text, with what is needed to read it.
pub(super) struct Table<'r, 't> {
    /// The table.
    pub root: &'r DeTable<'t>,
    /// The text behind it.
    pub source: &'r Source<'t>,
    /// Mistakes in the TOML.
    pub syntax: Vec<SyntaxError>,
}

/// Parses `text`, with all repairs that it takes, and hands the table to `read`.
pub(super) fn with_table<T>(text: &str, opaque: &[Span], in_string: bool, read: impl FnOnce(Table<'_, '_>) -> T) -> T {
    let (root, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let offsets = OffsetMap::default();
        let source = Source { text, holes: opaque, offsets: &offsets, in_string, render: None };
        return read(Table { root: root.get_ref(), source: &source, syntax: Vec::new() });
    }
    let mut recovered = syntax::recover(text);
    recovered.errors.retain(|error| !opaque.iter().any(|hole| touches(*hole, error.span)));
    let mut holes: Vec<Span> =
        recovered.errors.iter().filter(|error| error.kind.hides_content()).map(|error| error.span).collect();
    holes.extend(opaque);
    let holes = merged(holes);
    let (root, _) = DeTable::parse_recoverable(&recovered.text);
    let source = Source { text, holes: &holes, offsets: &recovered.offsets, in_string, render: None };
    read(Table { root: root.get_ref(), source: &source, syntax: recovered.errors })
}

fn touches(hole: Span, span: Span) -> bool {
    hole.start <= span.end && span.start <= hole.end
}

/// The spans sorted, with those that overlap made one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}
