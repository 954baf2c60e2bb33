//! `workspace/symbol`.

use std::collections::HashMap;

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Location, OneOf, SymbolKind as LspKind, WorkspaceSymbol, WorkspaceSymbolParams};

use super::feature::SEARCHING;
use crate::features::symbol_search::{self, Match};
use crate::features::symbols::SymbolKind;
use crate::server::encoded::Encoded;
use crate::server::neighbourhood::Neighbourhood;
use crate::server::progress;
use crate::server::session::Session;
use crate::text::LineIndex;

/// What the workspace defines, by a part of its name.
pub async fn handle(session: &Session, params: WorkspaceSymbolParams) -> Result<Encoded> {
    let reading = session.clone();
    let work = session.runtime().spawn_blocking(move || {
        let files = Neighbourhood::new(&reading, None);
        let found = symbol_search::search(crate::features::references::Workspace::files(&files), &params.query);
        let mut lines = HashMap::new();
        Encoded::new(&found.iter().filter_map(|found| to_lsp(&files, &mut lines, found)).collect::<Vec<_>>())
    });
    progress::shown(session, params.work_done_progress_params.work_done_token, SEARCHING, work).await?
}

/// `lines` are those of the texts that were met, by the addresses of these.
fn to_lsp(
    files: &Neighbourhood,
    lines: &mut HashMap<*const u8, LineIndex>,
    found: &Match<'_>,
) -> Option<WorkspaceSymbol> {
    let source = found.view.source();
    let lines = lines.entry(source.text.as_ptr()).or_insert_with(|| LineIndex::new(&source.text));
    let location = Location { uri: files.uri(source)?, range: files.range_in(source, lines, found.span) };
    Some(WorkspaceSymbol {
        name: found.symbol.name.clone(),
        kind: kind(found.symbol.kind),
        tags: None,
        container_name: Some(match &found.symbol.owner {
            Some(owner) => format!("{} of `{owner}`", found.symbol.kind.noun()),
            None => found.symbol.kind.noun().to_owned(),
        }),
        location: OneOf::Left(location),
        data: None,
    })
}

/// The kind that editors have an icon for.
fn kind(kind: SymbolKind) -> LspKind {
    match kind {
        SymbolKind::Service => LspKind::CLASS,
        SymbolKind::Scenario => LspKind::METHOD,
        SymbolKind::Step => LspKind::EVENT,
        SymbolKind::SpanName => LspKind::INTERFACE,
        SymbolKind::Variable | SymbolKind::SetVariable | SymbolKind::LoopVariable | SymbolKind::Parameter => {
            LspKind::VARIABLE
        }
        SymbolKind::MatrixAxis => LspKind::ENUM,
        SymbolKind::Macro => LspKind::FUNCTION,
        SymbolKind::ImportAlias | SymbolKind::Block => LspKind::MODULE,
        SymbolKind::Component => LspKind::CONSTRUCTOR,
    }
}
