//! `textDocument/definition` and `textDocument/declaration`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{GotoDefinitionParams, GotoDefinitionResponse, Location, LocationLink};

use super::feature::{self, Subject};
use crate::features::references::{self, Definition};
use crate::server::neighbourhood::Neighbourhood;
use crate::server::session::Session;

/// Where the thing at a place is defined.
pub async fn definition(session: &Session, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
    let with_links = session.state().facts.definition_links;
    find(session, params, with_links, |subject, offset, files| references::definition(subject.view(), offset, files))
        .await
}

/// Where the thing at a place is declared.
pub async fn declaration(session: &Session, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
    let with_links = session.state().facts.declaration_links;
    find(session, params, with_links, |subject, offset, files| references::declaration(subject.view(), offset, files))
        .await
}

async fn find(
    session: &Session,
    params: GotoDefinitionParams,
    with_links: bool,
    find: impl FnOnce(&Subject, usize, &Neighbourhood) -> Option<Definition> + Send + 'static,
) -> Result<Option<GotoDefinitionResponse>> {
    let place = params.text_document_position_params;
    let token = params.work_done_progress_params.work_done_token;
    let answer = feature::answer_with_files(session, place.text_document.uri, token, move |subject, files| {
        let definition = find(subject, subject.offset(place.position), files)?;
        (!definition.destinations.is_empty()).then(|| to_lsp(subject, files, &definition, with_links))
    });
    Ok(answer.await?.flatten())
}

fn to_lsp(
    subject: &Subject,
    files: &Neighbourhood,
    definition: &Definition,
    with_links: bool,
) -> GotoDefinitionResponse {
    let links = definition.destinations.iter().filter_map(|destination| {
        let ranges = files.ranges(&destination.source, [destination.whole, destination.name]);
        let &[target_range, target_selection_range] = ranges.as_slice() else { return None };
        Some(LocationLink {
            origin_selection_range: Some(subject.range(definition.origin)),
            target_uri: files.uri(&destination.source)?,
            target_range,
            target_selection_range,
        })
    });
    if with_links {
        return GotoDefinitionResponse::Link(links.collect());
    }
    let location = |link: LocationLink| Location { uri: link.target_uri, range: link.target_selection_range };
    GotoDefinitionResponse::Array(links.map(location).collect())
}
