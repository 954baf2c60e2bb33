//! Completion in the TOML of a document: headers, keys and values, by what the schema says about the place.

mod headers;
mod keys;
mod sample;
mod values;

use super::document_names::DocumentNames;
use super::{Completions, Surroundings};
use crate::config::schema;
use crate::features::DocumentView;
use crate::features::cursor::{PathStep, TomlCursor, TomlPlace};
use crate::features::format_path::{self, FormatPlace};
use crate::features::syntax::ValueKind;
use crate::text::Span;

/// Where something is completed, and what is known there.
struct Request<'v> {
    view: &'v DocumentView,
    offset: usize,
    cursor: &'v TomlCursor<'v>,
    root: &'static schema::Table,
    names: DocumentNames,
    around: Surroundings<'v>,
}

impl Request<'_> {
    fn place(&self, path: &[PathStep]) -> FormatPlace {
        format_path::resolve_from(self.root, path)
    }

    /// What stands on the line before `offset`.
    fn line_before(&self, offset: usize) -> &str {
        let before = self.view.text().get(..offset).unwrap_or_default();
        before.rfind('\n').map_or(before, |end| &before[end + 1..])
    }

    /// Whether the text holds a template tag, so that only the render tells what it is.
    fn is_templated(&self, span: Span) -> bool {
        span.slice(self.view.text()).is_none_or(|text| text.contains("{{") || text.contains("{%"))
    }
}

/// What the table at the cursor calls itself.
fn own_name<'v>(view: &'v DocumentView, cursor: &TomlCursor<'_>) -> Option<&'v str> {
    let named = cursor.table.pairs.iter().find(|pair| matches!(&pair.key[..], [part] if part.text == "name"));
    match named?.value.as_ref()?.kind {
        ValueKind::String { content } => content.slice(view.text()),
        _ => None,
    }
}

pub(super) fn complete(
    view: &DocumentView,
    offset: usize,
    cursor: &TomlCursor<'_>,
    around: Surroundings<'_>,
) -> Completions {
    let mut names = DocumentNames::of(view, offset);
    // Nothing refers to itself.
    let table: Vec<&str> = cursor.table.path().iter().map(|part| part.text.as_str()).collect();
    match table.as_slice() {
        ["services" | "service", own, ..] => names.services.retain(|name| name != own),
        [.., "steps"] => {
            let own = own_name(view, cursor);
            names.steps.retain(|name| Some(name.as_str()) != own);
        }
        _ => {}
    }
    let request = Request { view, offset, cursor, root: format_path::root(view), names, around };
    match &cursor.place {
        TomlPlace::Header { header, .. } => headers::in_header(&request, header),
        TomlPlace::Key { pair, part } => keys::in_key(&request, pair, *part),
        TomlPlace::Value { pair, value } => values::in_value(&request, pair, *value),
        TomlPlace::Blank { pairs, inline } => keys::in_blank(&request, pairs, inline.is_some()),
    }
}
