//! What is known of a test without running it: its last proven pass where nothing has changed, or its recorded spans judged by what it
//! expects now. And what is kept of a run for that.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::artifacts::lines;
use super::judge::{Evidence, ScenarioSpans, test};
use crate::executor::cache::{Entry, Inputs, RunCache, ScenarioRecord, expectations};
use crate::executor::plan::PlannedTest;
use crate::executor::{COVER, Hermeticity, Outcome, Redaction, RunId, ScenarioResult, TestResult, Validity};
use crate::expectation::{NoSpans, Reception};
use crate::trace::read::{Collector, SpanReader};
use crate::trace::{Completeness, Grade, SpanId, recorded};

/// Keeps the run of a test, where all of it ran, its programs passed at once and with the resources that it asked for, and nothing is
/// missing of its spans. `inputs` are those from before it ran.
pub fn keep(planned: &PlannedTest, run: &RunId, result: &TestResult, redaction: &Redaction, inputs: Option<&Inputs>) {
    let Some(judged) = &result.judged else { return };
    let proven = |it: &Arc<ScenarioResult>| it.outcome == Outcome::Passed && !it.degraded;
    if judged.reception.completeness.grade != Grade::Proved || !result.scenarios.iter().all(proven) {
        return;
    }
    let mut spans = lines(judged.trace.runner_spans(), judged.trace.spans(), redaction);
    // What came again with other contents is part of the evidence. It stands behind all others, so that the same spans are kept when
    // they are read.
    spans.extend(lines([], judged.trace.conflicts().iter().map(|conflict| &conflict.other), redaction));
    if let Some(file) = recorded::file(&planned.path).filter(|_| !judged.trace.is_empty())
        && let Err(error) = write(&file, &spans)
    {
        tracing::warn!(test = %planned.id, %error, "the spans of the run were not kept");
    }
    let Some(inputs) = inputs else { return };
    let entry = Entry {
        test: planned.id.to_string(),
        run: run.0.clone(),
        at: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs(),
        inputs: inputs.digest.clone(),
        images: result.images.clone(),
        expectations: expectations(planned),
        passed: result.outcome == Outcome::Passed,
        reason: judged.reception.completeness.reason.clone(),
        own_hosts: judged.reception.own_hosts.clone(),
        own_parents: judged.trace.runner_spans().iter().map(ToString::to_string).collect(),
        scenarios: result
            .scenarios
            .iter()
            .map(|it| ScenarioRecord {
                name: it.id.scenario.clone(),
                hermeticity: it.hermeticity.map(|level| level.word().to_owned()),
                duration_ms: u64::try_from(it.duration.as_millis()).unwrap_or(u64::MAX),
            })
            .collect(),
        spans: String::from_utf8_lossy(&spans).into_owned(),
    };
    if let Err(error) = RunCache::of_project(&planned.root).put(&entry) {
        tracing::warn!(test = %planned.id, %error, "what the run proved was not kept");
    }
}

/// The result of a test by the record of its last run; `None` where only running it tells. The images are the caller's to compare.
///
/// A red verdict of the same expectations says nothing new: the test runs. So does one of spans in which something is covered.
pub fn judged_again(planned: &PlannedTest, inputs: &Inputs, entry: &Entry) -> Option<TestResult> {
    let is_same = entry.expectations == expectations(planned);
    if entry.inputs != inputs.digest || is_same && !entry.passed || !is_same && entry.spans.is_empty() {
        return None;
    }
    // New expectations can't be proved by spans other than those that came.
    if !is_same && entry.spans.contains(COVER) {
        return None;
    }
    let mut reader = SpanReader::new(Collector::default());
    let summary = reader.read(entry.spans.as_bytes(), "the last run");
    if summary.lost_spans() {
        return None;
    }
    let (trace, _) = reader.into_sink().into_trace();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(entry.at);
    let run = RunId(entry.run.clone());
    let validity =
        if is_same { Validity::Cached { run: run.clone(), at } } else { Validity::Replayed { run: run.clone(), at } };
    let scenarios = planned.scenarios.iter().map(|scenario| {
        let known = entry.scenarios.iter().find(|it| it.name == scenario.id.scenario)?;
        let hermeticity = match known.hermeticity.as_deref() {
            Some("open") => Some(Hermeticity::Open),
            Some("internal") => Some(Hermeticity::Internal),
            Some("sealed") => Some(Hermeticity::Sealed),
            _ => None,
        };
        Some(Arc::new(ScenarioResult {
            id: scenario.id.clone(),
            outcome: Outcome::Passed,
            validity: validity.clone(),
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
        completeness: Completeness::proved(entry.reason.clone()),
        no_spans: NoSpans::Unknown,
        own_hosts: entry.own_hosts.clone(),
    };
    let runner = entry.own_parents.iter().filter_map(|id| SpanId::from_hex(id).ok()).collect();
    let spans = vec![ScenarioSpans { spans: trace.into_spans(), runner, reception }];
    let images = entry.images.clone();
    let evidence = Evidence { left_out: super::driver::left_out(planned), scenarios, spans, images };
    let result = test(planned, evidence, &Redaction::of(&planned.analysis, &BTreeSet::new()));
    // The same expectations passed before: where they don't now, what is kept tells less than what ran.
    (!is_same || result.outcome == Outcome::Passed).then_some(result)
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
