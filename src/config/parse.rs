//! The door of the room: from text to model and mistakes.

use toml::de::DeTable;

use super::model::TestConfig;
use super::read::{self, Source};
use super::shape::ShapeProblem;
use super::syntax::{OffsetMap, SyntaxError, SyntaxErrorKind};
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
    let (root, errors) = DeTable::parse_recoverable(text);
    let syntax = errors
        .into_iter()
        .map(|error| SyntaxError {
            span: error.span().map(Span::from).unwrap_or_default(),
            kind: SyntaxErrorKind::Other { message: error.message().to_owned() },
            mend: Vec::new(),
        })
        .collect();
    let offsets = OffsetMap::default();
    let source = Source { text, holes: opaque, offsets: &offsets, in_string };
    Parsed { config: read::read(root.get_ref(), &source), syntax, shape: Vec::new() }
}
