//! Repetitions of one run: what came out of all of them together, and where their traces part first.

use std::sync::Arc;

use super::judge::worse;
use crate::executor::{Failure, FailureKind, Outcome, TestResult};
use crate::text::Span;
use crate::trace::canonical::{Canonical, Form, Noise, first_divergence};

/// Of each test the result of its worst round (of several like it the last), with what it failed by, and a failure for each round whose digest differs from that of
/// the first. The results of one round are what they are.
pub fn merged(mut rounds: Vec<Vec<Arc<TestResult>>>) -> Vec<Arc<TestResult>> {
    let Some(last) = rounds.pop() else { return Vec::new() };
    if rounds.is_empty() {
        return last;
    }
    rounds.push(last.clone());
    let merged = last.iter().enumerate().map(|(index, result)| {
        let of_test: Vec<&Arc<TestResult>> = rounds.iter().filter_map(|round| round.get(index)).collect();
        Arc::new(merge(worst(result, &of_test), &of_test))
    });
    merged.collect()
}

/// The worst of all rounds: its scenarios say why.
fn worst<'r>(last: &'r Arc<TestResult>, rounds: &[&'r Arc<TestResult>]) -> &'r Arc<TestResult> {
    rounds.iter().fold(last, |worst, round| match worse(worst.outcome, round.outcome) == worst.outcome {
        true => worst,
        false => round,
    })
}

fn merge(told: &TestResult, rounds: &[&Arc<TestResult>]) -> TestResult {
    let mut merged = TestResult { ..told.clone() };
    for (index, round) in rounds.iter().enumerate().filter(|(_, round)| round.outcome != Outcome::Passed) {
        merged.notes.push(format!("repetition {} of {}: {}", index + 1, rounds.len(), round.outcome.word()));
    }
    let noise = Noise::default();
    let trace = |result: &TestResult| result.judged.as_ref().map(|judged| Arc::clone(&judged.trace));
    let Some(first) = rounds.first().and_then(|round| trace(round)) else { return merged };
    let canonical = Canonical::new(&first, Form::Full, &noise);
    for (index, round) in rounds.iter().enumerate().skip(1) {
        let Some(other) = trace(round) else { continue };
        let other = Canonical::new(&other, Form::Full, &noise);
        if canonical.digest() == other.digest() {
            continue;
        }
        let where_ = first_divergence(&canonical, &other).map(|it| it.to_string());
        let message = format!("the spans of repetition {} differ from those of the first", index + 1);
        merged.failures.push(Failure {
            kind: FailureKind::Divergence,
            path: "determinism".to_owned(),
            message,
            detail: where_.map(|place| format!("first difference {place}")),
            help: Some("take what differs from run to run out of the spans, or name it as noise".to_owned()),
            span: merged.scenarios.first().map_or(Span::default(), |scenario| scenario.header),
            related: Vec::new(),
            told_by: None,
        });
        merged.outcome = worse(merged.outcome, Outcome::Failed);
        break;
    }
    merged
}
