//! `experimental/discoverTest`: what there is to run, for a test explorer.

use serde::Deserialize;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{TextDocumentIdentifier, Uri};

use crate::server::runs::explorer::{self, Discovered};
use crate::server::runs::names::{parts_of_id, test_id};
use crate::server::session::Session;
use crate::server::workspace;

/// Parameters of `experimental/discoverTest`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiscoverTestParams {
    /// What is below this; all files, where it is absent.
    #[serde(default)]
    pub test_id: Option<String>,
}

/// The files of the workspace, or what is in one. Reads files.
pub async fn handle(session: &Session, params: DiscoverTestParams) -> Result<Discovered> {
    let file = match &params.test_id {
        None => None,
        Some(id) => Some(parts_of_id(id).ok_or_else(|| Error::invalid_params(format!("`{id}` is no test")))?.0),
    };
    let working = session.clone();
    let discovered = session.runtime().spawn_blocking(move || match file {
        None => files(&working),
        Some(uri) => in_file(&working, &uri),
    });
    discovered.await.map_err(|_| Error::internal_error())
}

fn files(session: &Session) -> Discovered {
    let tests = workspace::test_paths(session).into_iter();
    let tests = tests.map(|(uri, _)| explorer::file(&uri, session.label(&uri))).collect();
    // No scope: scenarios that were told already stay.
    Discovered { tests, scope: None, scope_file: None }
}

fn in_file(session: &Session, uri: &Uri) -> Discovered {
    let encoding = session.state().facts.encoding;
    let mut tests = vec![explorer::file(uri, session.label(uri))];
    if let Some(view) = workspace::view(session, uri) {
        let places = session.run_places(uri, &view);
        tests.extend(explorer::items(uri, &view, &places, encoding));
    }
    let scope_file = Some(vec![TextDocumentIdentifier { uri: uri.clone() }]);
    Discovered { tests, scope: Some(vec![test_id(uri, None, None)]), scope_file }
}
