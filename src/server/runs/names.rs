//! How clients call what runs: addresses, combinations, scenarios, and the one text that stands for all three in a test explorer.

use std::path::PathBuf;

use serde::Serialize;
use tower_lsp::ls_types::Uri;

use crate::executor::{Outcome, Validity};

/// A scenario by the path of its file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The file.
    pub path: PathBuf,
    /// The combination of its matrix.
    pub combination: Option<String>,
    /// The scenario.
    pub scenario: String,
}

/// A scenario, or a test where `scenario` is absent, as the client calls it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    /// The file.
    pub uri: Uri,
    /// The combination of its matrix.
    pub combination: Option<String>,
    /// The scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// All in one, for a test explorer.
    pub test_id: String,
}

impl Named {
    /// A scenario or a test of the file at `uri`.
    pub fn new(uri: &Uri, combination: Option<&str>, scenario: Option<&str>) -> Self {
        Self {
            uri: uri.clone(),
            combination: combination.map(str::to_owned),
            scenario: scenario.map(str::to_owned),
            test_id: test_id(uri, combination, scenario),
        }
    }
}

/// The id of a file, a combination or a scenario.
pub fn test_id(uri: &Uri, combination: Option<&str>, scenario: Option<&str>) -> String {
    let mut id = uri.as_str().to_owned();
    if let Some(combination) = combination {
        id += &format!("[{combination}]");
    }
    if let Some(scenario) = scenario {
        id += &format!("::{scenario}");
    }
    id
}

/// The parts of an id. An address holds neither `[` nor `::` as they stand here: both are written with `%` in it.
pub fn parts_of_id(id: &str) -> Option<(Uri, Option<String>, Option<String>)> {
    let end = [id.find('['), id.find("::")].into_iter().flatten().min().unwrap_or(id.len());
    let (uri, rest) = id.split_at(end);
    let (combination, rest) = match rest.strip_prefix('[') {
        Some(inside) => {
            // A value may hold brackets; the last one before the scenario ends the combination.
            let end = inside.rfind("]::").or_else(|| inside.rfind(']'))?;
            (Some(inside.get(..end)?.to_owned()), inside.get(end + 1..)?)
        }
        None => (None, rest),
    };
    let scenario = rest.strip_prefix("::").map(str::to_owned);
    Some((uri.parse().ok()?, combination, scenario))
}

/// The word for an outcome in notifications.
pub const fn state_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Flaky => "flaky",
        Outcome::Failed => "failed",
        Outcome::TimedOut => "timedOut",
        Outcome::NotRun(_) => "notRun",
        Outcome::Cancelled => "cancelled",
        Outcome::Infrastructure => "infrastructure",
    }
}

/// The word for the freshness of a result in notifications.
pub const fn validity_word(validity: &Validity) -> &'static str {
    match validity {
        Validity::Ran => "ran",
        Validity::Cached { .. } => "cached",
        Validity::Replayed { .. } => "replayed",
    }
}

/// Whether an outcome is one of something that ran and does not hold.
pub const fn is_failure(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Infrastructure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_what_it_is_of() {
        let uri: Uri = "file:///w/a%5Bb%5D.clnrm.toml".parse().unwrap();
        let cases = [(None, None), (None, Some("s")), (Some("a=1,b=x[0]"), None), (Some("a=1"), Some("s #2: x"))];
        for (combination, scenario) in cases {
            let id = test_id(&uri, combination, scenario);
            let parts = (uri.clone(), combination.map(str::to_owned), scenario.map(str::to_owned));
            assert_eq!(parts_of_id(&id), Some(parts), "{id}");
        }
    }
}
