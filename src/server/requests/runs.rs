//! `clnrm/runs`: the runs of this session.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::executor::RunId;
use crate::server::runs::ScenarioState;
use crate::server::runs::follow::milliseconds;
use crate::server::runs::names::{Named, state_word};
use crate::server::session::Session;

/// Parameters of `clnrm/runs`: none yet.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct RunsParams {}

/// One run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    run_id: RunId,
    /// In milliseconds since 1970.
    started: u64,
    finished: bool,
    cancelled: bool,
    scenarios: Vec<Scenario>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Scenario {
    #[serde(flatten)]
    named: Named,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validity: Option<&'static str>,
}

/// All runs, the last one first.
pub fn handle(session: &Session) -> Vec<Run> {
    let records = session.runs().records().into_iter();
    records
        .map(|record| Run {
            run_id: record.run,
            started: record.started.duration_since(SystemTime::UNIX_EPOCH).map_or(0, milliseconds),
            finished: record.finished,
            cancelled: record.cancelled,
            scenarios: record
                .scenarios
                .into_iter()
                .map(|scenario| {
                    let key = scenario.key;
                    let named = Named::new(&scenario.uri, key.combination.as_deref(), Some(&key.scenario));
                    let (state, duration_ms, validity) = match scenario.state {
                        ScenarioState::Waiting => ("waiting", None, None),
                        ScenarioState::Running => ("running", None, None),
                        ScenarioState::Ended { outcome, validity, duration } => {
                            (state_word(outcome), Some(milliseconds(duration)), Some(validity))
                        }
                    };
                    Scenario { named, state, duration_ms, validity }
                })
                .collect(),
        })
        .collect()
}
