//! The spans of a test's last complete run, kept so that they can be judged again when only its expectations have changed: in
//! milliseconds, without a container.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::artifacts::{file_name, lines, project_folder};
use super::judge::{Evidence, ScenarioSpans, test};
use crate::executor::plan::PlannedTest;
use crate::executor::{Hermeticity, Outcome, Redaction, RunId, ScenarioResult, TestResult, Validity};
use crate::expectation::{NoSpans, Reception};
use crate::trace::read::{Collector, read_path};
use crate::trace::{Completeness, Grade, SpanId, recorded};

/// The version of what is written; others are not read.
const VERSION: u32 = 1;

/// What is known of a recorded run beside its spans.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    version: u32,
    run: String,
    at: u64,
    inputs: String,
    reason: String,
    own_hosts: Vec<String>,
    own_parents: Vec<String>,
    scenarios: Vec<Recorded>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    name: String,
    hermeticity: Option<String>,
}

/// Keeps the run of a test, where all of it ran, passed but for its expectations, and nothing is missing.
pub fn keep(planned: &PlannedTest, run: &RunId, result: &TestResult, redaction: &Redaction) {
    let Some(judged) = &result.judged else { return };
    if judged.reception.completeness.grade != Grade::Proved || judged.trace.is_empty() {
        return;
    }
    if !result.scenarios.iter().all(|it| it.outcome == Outcome::Passed) {
        return;
    }
    let record = Record {
        version: VERSION,
        run: run.0.clone(),
        at: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs(),
        inputs: inputs(planned),
        reason: judged.reception.completeness.reason.clone(),
        own_hosts: judged.reception.own_hosts.clone(),
        own_parents: judged.reception.own_parents.iter().map(ToString::to_string).collect(),
        scenarios: result
            .scenarios
            .iter()
            .map(|it| Recorded {
                name: it.id.scenario.clone(),
                hermeticity: it.hermeticity.map(|level| level.word().to_owned()),
            })
            .collect(),
    };
    let bytes = lines(judged.trace.spans(), redaction);
    let (meta, spans) = files(planned);
    // Spans in which a secret was covered are not those that were judged: nothing can be proved by them.
    let is_whole = redaction.is_empty() || bytes == lines(judged.trace.spans(), &Redaction::default());
    let written = match is_whole {
        true => write(&spans, &bytes).and_then(|()| write(&meta, &serde_json::to_vec_pretty(&record)?)),
        false => forget(&meta),
    };
    let shown = recorded::file(&planned.path).map_or(Ok(()), |file| write(&file, &bytes));
    if let Err(error) = written.and(shown) {
        tracing::warn!(test = %planned.id, %error, "the spans of the run were not kept");
    }
}

/// The result of a test by the spans of its last run.
pub fn judged_again(planned: &PlannedTest) -> Option<TestResult> {
    let (meta, spans) = files(planned);
    let record: Record = serde_json::from_slice(&fs::read(meta).ok()?).ok()?;
    if record.version != VERSION || record.inputs != inputs(planned) {
        return None;
    }
    let mut collector = Collector::default();
    let summary = read_path(&spans, &mut collector).ok()?;
    if summary.lost_spans() {
        return None;
    }
    let (trace, _) = collector.into_trace();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(record.at);
    let run = RunId(record.run.clone());
    let scenarios = planned.scenarios.iter().map(|scenario| {
        let known = record.scenarios.iter().find(|it| it.name == scenario.id.scenario)?;
        let hermeticity = match known.hermeticity.as_deref() {
            Some("open") => Some(Hermeticity::Open),
            Some("internal") => Some(Hermeticity::Internal),
            Some("sealed") => Some(Hermeticity::Sealed),
            _ => None,
        };
        Some(Arc::new(ScenarioResult {
            id: scenario.id.clone(),
            outcome: Outcome::Passed,
            validity: Validity::Replayed { run: run.clone(), at },
            header: scenario.place.span,
            attempts: Vec::new(),
            hermeticity,
            degraded: false,
            duration: Duration::ZERO,
            artifacts: None,
        }))
    });
    let scenarios = scenarios.collect::<Option<Vec<_>>>()?;
    let reception = Reception {
        completeness: Completeness::proved(record.reason),
        no_spans: NoSpans::Unknown,
        own_hosts: record.own_hosts,
        own_parents: record.own_parents.iter().filter_map(|id| SpanId::from_hex(id).ok()).collect(),
    };
    let spans = vec![ScenarioSpans { spans: trace.into_spans(), reception }];
    let evidence = Evidence { left_out: super::driver::left_out(planned), scenarios, spans };
    Some(test(planned, evidence, &Redaction::of(&planned.analysis, &std::collections::BTreeSet::new())))
}

/// What decides on what the scenarios do, as a digest. What is mounted counts by its content.
fn inputs(planned: &PlannedTest) -> String {
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    for scenario in &planned.scenarios {
        digest.update(scenario.id.to_string());
        digest.update([0]);
        digest.update(&scenario.inputs);
        digest.update([0]);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn files(planned: &PlannedTest) -> (PathBuf, PathBuf) {
    let folder = project_folder(&planned.root).join("replay");
    let name = file_name(&planned.id.to_string());
    (folder.join(format!("{name}.json")), folder.join(format!("{name}.spans.jsonl")))
}

/// An older run says nothing any more.
fn forget(meta: &Path) -> std::io::Result<()> {
    match fs::remove_file(meta) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file so that nobody ever sees half of it.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let file = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(file.path(), bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
