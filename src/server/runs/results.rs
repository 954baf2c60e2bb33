//! The newest result of every scenario and every test of one file, whatever runs they come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analysis::Analysis;
use crate::executor::{Outcome, RunId, ScenarioResult, SelectedTest, TestResult};
use crate::text::Span;

/// What is known of one file.
#[derive(Clone, Debug, Default)]
pub struct FileResults {
    /// By combination.
    pub tests: BTreeMap<Option<String>, TestResults>,
}

/// What is known of one test.
#[derive(Clone, Debug, Default)]
pub struct TestResults {
    /// By name.
    pub scenarios: BTreeMap<String, KnownScenario>,
    /// Of the test as a whole.
    pub whole: Option<Whole>,
    /// The same judged again, for a later text.
    pub replayed: Option<Whole>,
}

/// The newest result of a scenario.
#[derive(Clone, Debug)]
pub struct KnownScenario {
    /// The result.
    pub result: Arc<ScenarioResult>,
    /// What its places point into.
    pub analysis: Arc<Analysis>,
    /// The run.
    pub run: RunId,
}

/// What became of a test as a whole.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The result.
    pub result: Arc<TestResult>,
    /// The run.
    pub run: RunId,
    /// What was run, where this session ran it.
    pub selected: Option<Arc<SelectedTest>>,
}

impl FileResults {
    /// Takes over what came out of a test.
    pub fn take(&mut self, run: &RunId, result: &Arc<TestResult>, selected: Option<&Arc<SelectedTest>>) {
        let test = self.tests.entry(result.id.combination.clone()).or_default();
        for scenario in &result.scenarios {
            if is_news(scenario.outcome) {
                let known = KnownScenario {
                    result: Arc::clone(scenario),
                    analysis: Arc::clone(&result.analysis),
                    run: run.clone(),
                };
                test.scenarios.insert(scenario.id.scenario.clone(), known);
            }
        }
        if says_something(result) {
            test.whole = Some(Whole { result: Arc::clone(result), run: run.clone(), selected: selected.cloned() });
            test.replayed = None;
        }
    }
}

impl TestResults {
    /// The newest word on the test as a whole, for a reader of `text`: a replay counts for the very text that it judged, and for
    /// any other where its text is nearer than that of the run.
    pub fn word_on(&self, text: &str) -> Option<(&Whole, bool)> {
        let whole = self.whole.as_ref()?;
        let is_of_this_text = judged_text(&whole.result.analysis) == text;
        match &self.replayed {
            Some(replayed) if !is_of_this_text => Some((replayed, true)),
            _ => Some((whole, false)),
        }
    }
}

/// The text that an analysis is of.
pub fn judged_text(analysis: &Analysis) -> &str {
    analysis.files.first().map(|file| &*file.text).unwrap_or_default()
}

/// Whether an outcome says something about what was run. One that was cancelled or never began takes nothing back.
const fn is_news(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Cancelled | Outcome::NotRun(_))
}

/// Whether a result says something about the test as a whole: it was judged, or it tells why it could not be.
fn says_something(result: &TestResult) -> bool {
    result.judged.is_some() || !result.failures.is_empty() || result.scenarios.iter().any(|it| is_failed(it.outcome))
}

const fn is_failed(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::TimedOut)
}

/// The failures of the last attempt of a scenario.
pub fn failures_of(result: &ScenarioResult) -> &[crate::executor::Failure] {
    match result.outcome {
        Outcome::Passed | Outcome::Flaky => &[],
        _ => result.attempts.last().map(|attempt| attempt.failures.as_slice()).unwrap_or_default(),
    }
}

/// Where a failure without a place is shown: at the header of its scenario.
pub fn place_or(place: Span, header: Span) -> Span {
    if place == Span::default() { header } else { place }
}
