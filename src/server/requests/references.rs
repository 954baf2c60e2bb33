//! `textDocument/references`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Location, ReferenceParams};

use super::feature::{self, Subject};
use crate::features::references::{self, matching_patterns, symbol_at};
use crate::features::symbols::Role;
use crate::server::encoded::Encoded;
use crate::server::neighbourhood::Neighbourhood;
use crate::server::session::Session;
use crate::text::Span;

/// Every place that names what stands at a place. Patterns of span names that match the name are among them.
pub async fn handle(session: &Session, params: ReferenceParams) -> Result<Encoded> {
    let place = params.text_document_position;
    let token = params.work_done_progress_params.work_done_token;
    let with_definitions = params.context.include_declaration;
    let answer = feature::answer_with_files(session, place.text_document.uri, token, move |subject, files| {
        Encoded::new(&find(subject, subject.offset(place.position), with_definitions, files))
    });
    Encoded::or_null(answer.await?)
}

fn find(subject: &Subject, offset: usize, with_definitions: bool, files: &Neighbourhood) -> Option<Vec<Location>> {
    let (symbol, _) = symbol_at(subject.view(), offset)?;
    let mut locations = Vec::new();
    for found in references::references(subject.view(), symbol, files) {
        let places = found.symbol.occurrences.iter().copied().chain(matching_patterns(&found.view, &found.symbol));
        let wanted = places.filter(|it| with_definitions || it.role == Role::Reference);
        let mut spans: Vec<Span> = wanted.map(|occurrence| occurrence.span).collect();
        spans.sort_unstable();
        let file = found.view.source();
        let Some(uri) = files.uri(file) else { continue };
        let ranges = files.ranges(file, spans);
        locations.extend(ranges.into_iter().map(|range| Location { uri: uri.clone(), range }));
    }
    Some(locations)
}
