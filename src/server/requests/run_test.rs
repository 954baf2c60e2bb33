//! `experimental/runTest`: runs what a test explorer has chosen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, Result};

use crate::executor::RunId;
use crate::server::runs::Parts;
use crate::server::runs::explorer;
use crate::server::runs::launch::{Wanted, launch};
use crate::server::runs::names::{parts_of_id, test_id};
use crate::server::session::Session;
use crate::server::workspace;

/// Parameters of `experimental/runTest`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RunTestParams {
    /// These, with all below them; everything, where it is absent.
    #[serde(default)]
    pub include: Option<Vec<String>>,
    /// But not these, nor what is below them.
    #[serde(default)]
    pub exclude: Option<Vec<String>>,
}

/// The answer to `experimental/runTest`. It tells a client which of the runs that it hears of is the one that it asked for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartedTests {
    run_ids: Vec<RunId>,
}

/// Starts a run. Answers at once.
pub async fn handle(session: &Session, params: RunTestParams) -> Result<StartedTests> {
    let exclude = params.exclude.unwrap_or_default();
    let wanted = match params.include {
        None if exclude.is_empty() => Wanted::Workspace,
        include => {
            let working = session.clone();
            let parts = session.runtime().spawn_blocking(move || parts(&working, include, &exclude));
            Wanted::Parts(parts.await.map_err(|_| Error::internal_error())?)
        }
    };
    launch(session, wanted, false).await.map(|run_ids| StartedTests { run_ids })
}

/// The scenarios that are meant. What is excluded is taken out of what is below the included ones, item by item.
fn parts(session: &Session, include: Option<Vec<String>>, exclude: &[String]) -> Vec<(PathBuf, Parts)> {
    let files = || workspace::test_paths(session).into_iter().map(|(uri, _)| test_id(&uri, None, None)).collect();
    let include: Vec<String> = include.unwrap_or_else(files);
    let mut parts: BTreeMap<PathBuf, Parts> = BTreeMap::new();
    let is_below = |id: &str, above: &str| {
        let rest = id.strip_prefix(above);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('[') || rest.starts_with("::"))
    };
    for id in include {
        let Some((uri, combination, scenario)) = parts_of_id(&id) else { continue };
        let Some(path) = uri.to_file_path() else { continue };
        if exclude.iter().any(|excluded| is_below(&id, excluded)) {
            continue;
        }
        let mut wanted = BTreeSet::new();
        if exclude.iter().any(|excluded| is_below(excluded, &id)) {
            let Some(view) = workspace::view(session, &uri) else { continue };
            let encoding = session.state().facts.encoding;
            let items = explorer::items(&uri, &view, &session.run_places(&uri, &view), encoding);
            for item in items.iter().filter(|item| item.is_scenario() && is_below(item.id(), &id)) {
                if exclude.iter().any(|excluded| is_below(item.id(), excluded)) {
                    continue;
                }
                wanted.extend(parts_of_id(item.id()).map(|(_, combination, scenario)| (combination, scenario)));
            }
        } else {
            wanted.insert((combination, scenario));
        }
        if !wanted.is_empty() {
            parts.entry(path.into_owned()).or_default().extend(wanted);
        }
    }
    parts.into_iter().collect()
}
