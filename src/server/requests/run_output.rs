//! `clnrm/runOutput`: what programs wrote in the last runs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::Uri;

use crate::executor::RunId;
use crate::server::runs::names::Key;
use crate::server::session::Session;

/// Parameters of `clnrm/runOutput`: a file, a combination or a scenario of it, or a run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunOutputParams {
    /// The file.
    pub uri: Option<Uri>,
    /// The scenario.
    pub scenario: Option<String>,
    /// Several scenarios.
    #[serde(default)]
    pub scenarios: Vec<String>,
    /// The combination.
    pub combination: Option<String>,
    /// The run.
    pub run_id: Option<String>,
}

/// The answer to `clnrm/runOutput`.
#[derive(Clone, Debug, Serialize)]
pub struct RunOutput {
    /// What it is of, for people.
    pub title: String,
    /// What was written, with a line before each step.
    pub text: String,
    /// Where the whole is, if it was kept.
    pub artifacts: Option<PathBuf>,
}

/// What was written; `None` where nothing of it has run in this session, and nothing of it is known.
pub fn handle(session: &Session, params: &RunOutputParams) -> Option<RunOutput> {
    let path = params.uri.as_ref().and_then(|uri| uri.to_file_path()).map(std::borrow::Cow::into_owned);
    let names: Vec<&String> = params.scenarios.iter().chain(&params.scenario).collect();
    let of_run: Option<Vec<Key>> = params.run_id.as_ref().map(|run| {
        let run = RunId(run.clone());
        let records = session.runs().records().into_iter().filter(|record| record.run == run);
        records.flat_map(|record| record.scenarios).map(|scenario| scenario.key).collect()
    });
    let is_meant = |key: &Key| {
        path.as_ref().is_none_or(|path| *path == key.path)
            && (names.is_empty() || names.contains(&&key.scenario))
            && params.combination.as_ref().is_none_or(|it| Some(it) == key.combination.as_ref())
            && of_run.as_ref().is_none_or(|keys| keys.contains(key))
    };
    let outputs = session.runs().outputs(is_meant);
    let artifacts = path.as_deref().and_then(|path| session.runs().artifacts(path, is_meant));
    if outputs.is_empty() && artifacts.is_none() {
        return None;
    }
    let title = match outputs.as_slice() {
        [(key, _)] => format!("output of `{}`", key.scenario),
        outputs => format!("output of {} scenarios", outputs.len()),
    };
    let many = outputs.len() > 1;
    let mut text = String::new();
    for (key, output) in outputs {
        if many {
            let combination = key.combination.map(|it| format!(" [{it}]")).unwrap_or_default();
            text += &format!("===== {}{combination} =====\n", key.scenario);
        }
        text += &output;
        if !text.ends_with('\n') && !text.is_empty() {
            text.push('\n');
        }
    }
    Some(RunOutput { title, text, artifacts })
}
