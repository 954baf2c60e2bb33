//! What need not run: asks the cache of each test's project before a run, and the engine whether its images are still the same.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::replay::judged_again;
use crate::engine::Engine;
use crate::executor::cache::{Entry, Inputs, RunCache, expectations};
use crate::executor::plan::PlannedTest;
use crate::executor::{Outcome, PullPolicy, RunEvent, RunOptions, ScenarioId, TestResult, Validity};

/// What is known before a run, by test.
pub struct Known {
    /// Results of tests that need not run.
    pub results: Vec<Option<Arc<TestResult>>>,
    /// What the record of each test is known by; `None` where it can't be kept.
    pub inputs: Vec<Option<Inputs>>,
}

/// Looks all tests up, and tells the results of those that need not run. How long scenarios took before is told to `learn`.
pub async fn look_up(
    tests: &[Arc<PlannedTest>],
    options: &RunOptions,
    engine: &Engine,
    events: &UnboundedSender<RunEvent>,
    mut learn: impl FnMut(ScenarioId, Duration),
) -> Known {
    let mut known = Known { results: Vec::new(), inputs: Vec::new() };
    // Who repeats wants to see the programs run; images that are always pulled are known only then.
    let may_skip = !options.force && options.repeat.get() == 1 && options.pull != PullPolicy::Always;
    for test in tests {
        let (planned, seed) = (Arc::clone(test), options.seed);
        let read = tokio::task::spawn_blocking(move || {
            if planned.is_invalid() {
                return (None, Ok(None));
            }
            (Inputs::of(&planned, seed), RunCache::of_project(&planned.root).get(&planned.id.to_string()))
        });
        let (inputs, entry) = read.await.unwrap_or((None, Ok(None)));
        let entry = entry.unwrap_or_else(|problem| {
            let message = format!("what earlier runs proved of it can't be used ({problem}): it runs");
            let _ = events.send(RunEvent::Note { test: Some(test.id.clone()), message });
            None
        });
        for (scenario, entry) in test.scenarios.iter().zip(entry.iter().cycle()) {
            if let Some(record) = entry.scenarios.iter().find(|it| it.name == scenario.id.scenario) {
                learn(scenario.id.clone(), Duration::from_millis(record.duration_ms));
            }
        }
        let result = match (&inputs, entry) {
            (Some(inputs), Some(entry)) if may_skip && same_images(engine, inputs, &entry).await == Some(true) => {
                judged(test, inputs, entry).await
            }
            _ => None,
        };
        if let Some(result) = &result {
            for scenario in &result.scenarios {
                let _ = events.send(RunEvent::ScenarioFinished(Arc::clone(scenario)));
            }
            let _ = events.send(RunEvent::TestFinished(Arc::clone(result)));
        }
        known.results.push(result);
        known.inputs.push(inputs);
    }
    known
}

async fn judged(test: &Arc<PlannedTest>, inputs: &Inputs, entry: Entry) -> Option<Arc<TestResult>> {
    let (planned, inputs) = (Arc::clone(test), inputs.clone());
    let judging = tokio::task::spawn_blocking(move || {
        let result = judged_again(&planned, &inputs, &entry)?;
        if matches!(result.scenarios.first().map(|it| &it.validity), Some(Validity::Replayed { .. })) {
            // What is red by recorded spans runs the next time; what is green need not be judged again.
            let passed = result.outcome == Outcome::Passed;
            let entry = Entry { expectations: expectations(&planned), passed, ..entry };
            if let Err(error) = RunCache::of_project(&planned.root).put(&entry) {
                tracing::warn!(test = %planned.id, %error, "the new verdict was not kept");
            }
        }
        Some(Arc::new(result))
    });
    judging.await.ok().flatten()
}

/// Whether each image is the one that ran; `None` where the engine does not say.
pub async fn same_images(engine: &Engine, inputs: &Inputs, entry: &Entry) -> Option<bool> {
    for reference in &inputs.images {
        let ran = entry.images.iter().find(|(name, _)| name == reference).map(|(_, id)| id);
        let now = engine.inspect_image(reference).await.ok()?.map(|image| image.id);
        if ran.is_none() || ran != now.as_ref() {
            return Some(false);
        }
    }
    Some(true)
}
