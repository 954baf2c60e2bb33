//! `clnrm.runScenario`.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{Position, Uri};

use super::{Command, argument, started};
use crate::server::positions;
use crate::server::runs::launch::{Wanted, launch, refused};
use crate::server::session::Session;

/// The command's argument.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Argument {
    uri: Uri,
    scenario: Option<String>,
    #[serde(default)]
    scenarios: Vec<String>,
    combination: Option<String>,
    position: Option<Position>,
    #[serde(default)]
    force: bool,
}

/// Starts scenarios of a file, by name or by a place in them.
pub async fn run(session: &Session, arguments: &[Value]) -> Result<Value> {
    let Argument { uri, scenario, scenarios, combination, position, force } =
        argument(Command::RunScenario, arguments)?;
    let mut names = scenarios;
    names.extend(scenario);
    if names.is_empty() {
        let position = position.ok_or_else(|| {
            Error::invalid_params("`clnrm.runScenario` needs a `scenario`, `scenarios` or a `position`")
        })?;
        names = at(session, &uri, position).await?;
    }
    Ok(started(&launch(session, Wanted::Scenarios { uri, names, combination }, force).await?))
}

/// The scenarios that a position stands in: those of the last header at or before it.
async fn at(session: &Session, uri: &Uri, position: Position) -> Result<Vec<String>> {
    let judged = session.judged(uri).await.ok_or_else(|| refused("the document is not open"))?;
    let offset = positions::offset(judged.view.written(), position, session.state().facts.encoding);
    let places = session.run_places(uri, &judged.view);
    let place = places.scenarios.iter().rev().find(|place| place.span.start <= offset);
    place.map(|place| place.names.clone()).ok_or_else(|| refused("no scenario stands here"))
}
