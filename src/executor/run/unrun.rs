//! Results of what never began.

use std::sync::Arc;
use std::time::Duration;

use crate::analysis::Analysis;
use crate::executor::{Failure, NotRun, Outcome, ScenarioId, ScenarioResult, TestId, TestResult, Validity};
use crate::text::Span;

/// A scenario that never began.
pub fn scenario(id: ScenarioId, header: Span, why: NotRun) -> ScenarioResult {
    ScenarioResult {
        id,
        outcome: Outcome::NotRun(why),
        validity: Validity::Ran,
        header,
        attempts: Vec::new(),
        hermeticity: None,
        degraded: false,
        duration: Duration::ZERO,
        artifacts: None,
    }
}

/// A test of which nothing ran.
pub fn test(
    id: TestId,
    path: std::path::PathBuf,
    analysis: Arc<Analysis>,
    why: NotRun,
    scenarios: Vec<Arc<ScenarioResult>>,
    failures: Vec<Failure>,
) -> TestResult {
    TestResult {
        id,
        path,
        outcome: Outcome::NotRun(why),
        scenarios,
        judged: None,
        failures,
        notes: Vec::new(),
        analysis,
        digests: None,
    }
}
