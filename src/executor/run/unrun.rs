//! Results of what never began.

use std::sync::Arc;
use std::time::Duration;

use crate::executor::plan::{PlannedScenario, PlannedTest};
use crate::executor::{Outcome, ScenarioResult, TestResult, Validity};

/// A scenario that never began.
pub fn scenario(planned: &PlannedScenario, outcome: Outcome) -> ScenarioResult {
    ScenarioResult {
        id: planned.id.clone(),
        outcome,
        validity: Validity::Ran,
        header: planned.place.span,
        attempts: Vec::new(),
        hermeticity: None,
        degraded: false,
        duration: Duration::ZERO,
        artifacts: None,
    }
}

/// A test of which nothing ran. Its mistakes are told.
pub fn test(planned: &PlannedTest, outcome: Outcome) -> TestResult {
    TestResult {
        id: planned.id.clone(),
        path: planned.path.clone(),
        outcome,
        scenarios: planned.scenarios.iter().map(|it| Arc::new(scenario(it, outcome))).collect(),
        judged: None,
        failures: planned.mistakes.clone(),
        notes: planned.notes.clone(),
        analysis: Arc::clone(&planned.analysis),
        digests: None,
        images: Vec::new(),
    }
}
