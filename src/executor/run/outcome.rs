//! What the failures of an attempt make of it.

use crate::executor::plan::{Place, PlannedScenario};
use crate::executor::{Failure, FailureKind, Outcome, ScenarioId};

/// The outcome of an attempt. What was overcome by trying again colours it only where nothing else is wrong.
pub fn outcome(failures: &[Failure], overcome: &[Failure], engine_failed: bool) -> Outcome {
    if engine_failed {
        Outcome::Infrastructure
    } else if failures.iter().any(|failure| failure.kind == FailureKind::Timeout) {
        Outcome::TimedOut
    } else if !failures.is_empty() {
        Outcome::Failed
    } else if !overcome.is_empty() {
        Outcome::Flaky
    } else {
        Outcome::Passed
    }
}

/// A scenario that is meant to fail: how its steps end is what was meant, a good end is a failure.
pub fn turn_round(failures: &mut Vec<Failure>, id: &ScenarioId, place: &Place) {
    let meant = |failure: &Failure| matches!(failure.kind, FailureKind::ExitStatus | FailureKind::Output);
    if failures.iter().any(meant) {
        failures.retain(|failure| !meant(failure));
    } else if failures.is_empty() {
        let message = format!("the scenario `{}` was meant to fail, and did not", id.scenario);
        failures.push(place.failure(FailureKind::ExitStatus, message));
    }
}

/// A failure for the first step that did not pass, for where nothing else says why: green means that all ran.
pub fn left_out(planned: &PlannedScenario, passed: &[Option<bool>]) -> Option<Failure> {
    let index = passed.iter().position(|passed| *passed != Some(true))?;
    let step = planned.steps.get(index)?;
    let message = format!("`{}` did not run: what it depends on did not pass", step.name);
    Some(step.place.failure(FailureKind::Command, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::TestId;
    use crate::text::Span;

    fn failure(kind: FailureKind) -> Failure {
        Failure {
            kind,
            path: String::new(),
            message: String::new(),
            detail: None,
            help: None,
            span: Span::default(),
            related: Vec::new(),
            told_by: None,
        }
    }

    #[test]
    fn a_step_that_passed_in_the_end_hides_no_other_failure() {
        let overcome = [failure(FailureKind::ExitStatus)];
        assert_eq!(outcome(&[], &[], false), Outcome::Passed);
        assert_eq!(outcome(&[], &overcome, false), Outcome::Flaky);
        assert_eq!(outcome(&[failure(FailureKind::Resource)], &overcome, false), Outcome::Failed);
        assert_eq!(outcome(&[failure(FailureKind::Timeout)], &overcome, false), Outcome::TimedOut);
        assert_eq!(outcome(&[], &overcome, true), Outcome::Infrastructure);
    }

    #[test]
    fn a_scenario_that_is_meant_to_fail_must() {
        let test = TestId { file: "a".to_owned(), combination: None };
        let id = ScenarioId { test, scenario: "s".to_owned() };
        let place = Place { path: "expect_failure".to_owned(), span: Span::default(), related: Vec::new() };
        let turned = |kinds: &[FailureKind]| {
            let mut failures: Vec<Failure> = kinds.iter().map(|kind| failure(*kind)).collect();
            turn_round(&mut failures, &id, &place);
            failures.iter().map(|failure| failure.kind).collect::<Vec<_>>()
        };
        assert_eq!(turned(&[]), [FailureKind::ExitStatus]);
        assert_eq!(turned(&[FailureKind::ExitStatus, FailureKind::Output]), []);
        assert_eq!(turned(&[FailureKind::Service]), [FailureKind::Service]);
        assert_eq!(turned(&[FailureKind::ExitStatus, FailureKind::Resource]), [FailureKind::Resource]);
    }
}
