//! From what the scenarios of a test left to the verdict on the test: the union of their spans is judged by its expectations.
//!
//! Green means proved: where a scenario did not end by itself, or was not selected, nothing is said about expectations.

use std::sync::Arc;

use crate::analysis::{Analysis, Located};
use crate::executor::plan::PlannedTest;
use crate::executor::redaction::Redaction;
use crate::executor::{Failure, FailureKind, Hermeticity, Judged, NotRun, Outcome, ScenarioResult, TestResult};
use crate::expectation::told::told_by;
use crate::expectation::tree::HermeticityRequirement;
use crate::expectation::{ExpectationTree, Explainer, NoSpans, Reception, Requirement, judge};
use crate::trace::canonical::{Canonical, Form, Noise};
use crate::trace::{Completeness, Span, SpanId, Trace, TraceBuilder};

/// The spans of one scenario, and how they came.
#[derive(Clone, Debug)]
pub struct ScenarioSpans {
    /// The spans, as they came.
    pub spans: Vec<Span>,
    /// The spans of the runner that its programs were told to be children of.
    pub runner: Vec<SpanId>,
    /// How.
    pub reception: Reception,
}

/// What is known of a test when all its scenarios have ended.
pub struct Evidence {
    /// What became of its scenarios, in the order of the plan.
    pub scenarios: Vec<Arc<ScenarioResult>>,
    /// The spans of each scenario that ended by itself.
    pub spans: Vec<ScenarioSpans>,
    /// How many scenarios of the test were not selected.
    pub left_out: usize,
    /// The images that ran, sorted: each reference with its id.
    pub images: Vec<(String, String)>,
}

/// The result of a test.
pub fn test(planned: &PlannedTest, evidence: Evidence, redaction: &Redaction) -> TestResult {
    let Evidence { scenarios, spans, left_out, images } = evidence;
    let mut outcome = scenarios.iter().map(|scenario| scenario.outcome).fold(Outcome::Passed, worse);
    let mut notes = planned.notes.clone();
    let mut failures = Vec::new();
    let tree = ExpectationTree::new(&planned.analysis.config);
    notes.extend(tree.unjudged.iter().map(|it| format!("`{}` is not judged: {}", it.path, it.why)));
    let unfinished = scenarios.iter().find(|it| !ended_by_itself(it.outcome));
    let mut judged = None;
    let mut digests = None;
    if let Some(unfinished) = unfinished {
        if !tree.is_empty() {
            let word = unfinished.outcome.word();
            let name = &unfinished.id.scenario;
            notes.push(format!("the expectations were not judged: the scenario `{name}` has the outcome `{word}`"));
        }
    } else {
        let (trace, mut reception) = union(spans);
        blame(&mut reception, &scenarios);
        digests = (!trace.is_empty()).then(|| both_digests(&trace));
        if left_out > 0 && !tree.is_empty() {
            let what = if left_out == 1 { "1 scenario".to_owned() } else { format!("{left_out} scenarios") };
            notes.push(format!(
                "the expectations were not judged: they speak of the spans of all scenarios, and {what} of the test did not run"
            ));
            outcome = worse(outcome, Outcome::NotRun(NotRun::Partial));
        } else {
            let all = judgement(tree, trace, reception);
            failures.extend(expectation_failures(&planned.analysis, &all));
            failures.extend(reached_too_far(&planned.analysis, &all, &scenarios));
            notes.extend(all.judgement.notes.iter().map(ToString::to_string));
            judged = Some(all);
        }
    }
    if !failures.is_empty() {
        outcome = worse(outcome, Outcome::Failed);
    }
    for failure in &mut failures {
        cover(failure, redaction);
    }
    TestResult {
        id: planned.id.clone(),
        path: planned.path.clone(),
        outcome,
        scenarios,
        judged,
        failures,
        notes,
        analysis: Arc::clone(&planned.analysis),
        digests,
        images,
    }
}

/// Judges a trace by a test.
pub fn judgement(tree: ExpectationTree, trace: Trace, reception: Reception) -> Judged {
    let judgement = judge(&tree, &trace, &reception);
    Judged { tree: Arc::new(tree), trace: Arc::new(trace), reception, judgement }
}

/// Shape and full digest of a trace.
pub fn both_digests(trace: &Trace) -> (String, String) {
    let noise = Noise::default();
    let digest = |form| Canonical::new(trace, form, &noise).digest().to_string();
    (digest(Form::Shape), digest(Form::Full))
}

/// A failure for each expectation that does not hold, at its place.
pub fn expectation_failures(analysis: &Analysis, judged: &Judged) -> Vec<Failure> {
    let Judged { tree, trace, reception, judgement } = judged;
    let failing: Vec<usize> = judgement.failures().collect();
    let explainer = Explainer::new(tree, trace, reception, judgement);
    let places = analysis.locate(failing.iter().map(|&index| tree.constraints[index].span));
    let failures = failing.iter().zip(places).map(|(&index, Located { span, related, .. })| {
        let explanation = explainer.explain(index).unwrap_or_default();
        Failure {
            kind: FailureKind::Expectation,
            path: tree.constraints[index].path.to_string(),
            message: explanation.message,
            detail: explainer.detail(index),
            help: explanation.help,
            span,
            related,
            told_by: told_by(tree, judgement, index).map(|teller| tree.constraints[teller].path.to_string()),
        }
    });
    failures.collect()
}

/// What spans say of the outside world is testimony. A test that forbids it is red too where nothing kept its scenarios in.
fn reached_too_far(analysis: &Analysis, judged: &Judged, scenarios: &[Arc<ScenarioResult>]) -> Vec<Failure> {
    let open = scenarios.iter().find(|it| it.hermeticity == Some(Hermeticity::Open));
    let Some(open) = open else { return Vec::new() };
    let forbids = judged.tree.constraints.iter().find(|constraint| {
        matches!(constraint.requirement, Requirement::Hermeticity(HermeticityRequirement::NoExternalServices(_)))
    });
    let Some(constraint) = forbids else { return Vec::new() };
    let place = analysis.locate([constraint.span]).pop();
    let (span, related) = place.map(|it| (it.span, it.related)).unwrap_or_default();
    vec![Failure {
        kind: FailureKind::Hermeticity,
        path: constraint.path.to_string(),
        message: format!(
            "the network of the scenario `{}` was open: nothing kept it from the outside world",
            open.id.scenario
        ),
        detail: None,
        help: Some(
            "publish no ports and ask for no open network: services of a scenario reach each other without".to_owned(),
        ),
        span,
        related,
        told_by: None,
    }]
}

/// All spans of a test with the weakest of what is known of their reception.
fn union(parts: Vec<ScenarioSpans>) -> (Trace, Reception) {
    let mut reception = Reception::of(Completeness::proved("exit+drain"));
    if parts.is_empty() {
        reception.completeness = Completeness::unknown("nothing ran");
    }
    let mut trace = TraceBuilder::default();
    for part in parts {
        part.spans.into_iter().for_each(|span| trace.push(span));
        let theirs = part.reception;
        if theirs.completeness.grade < reception.completeness.grade {
            reception.completeness = theirs.completeness;
        }
        if reception.no_spans == NoSpans::Unknown {
            reception.no_spans = theirs.no_spans;
        }
        reception.own_hosts.extend(theirs.own_hosts);
        part.runner.into_iter().for_each(|id| trace.runner_span(id));
    }
    (trace.build(), reception)
}

/// Names the scenario that failed as the cause where nothing came, and nothing better is known: what did not get so far could not export.
fn blame(reception: &mut Reception, scenarios: &[Arc<ScenarioResult>]) {
    let is_vague = matches!(reception.no_spans, NoSpans::Unknown | NoSpans::NoConnection | NoSpans::NothingExported);
    if let Some(failed) = scenarios.iter().find(|it| is_vague && it.outcome == Outcome::Failed) {
        reception.no_spans = NoSpans::ScenarioFailed(failed.id.scenario.clone());
    }
}

/// Whether all programs of a scenario ended without anybody ending them, so that its spans tell what they do.
pub const fn ended_by_itself(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Passed | Outcome::Flaky | Outcome::Failed)
}

/// The worse of two outcomes.
pub fn worse(left: Outcome, right: Outcome) -> Outcome {
    const fn rank(outcome: Outcome) -> u8 {
        match outcome {
            Outcome::Passed => 0,
            Outcome::Flaky => 1,
            Outcome::NotRun(NotRun::Partial) => 2,
            Outcome::NotRun(_) => 3,
            Outcome::Cancelled => 4,
            Outcome::Infrastructure => 5,
            Outcome::TimedOut => 6,
            Outcome::Failed => 7,
        }
    }
    if rank(right) > rank(left) { right } else { left }
}

/// Covers secrets in everything that is shown of a failure.
pub fn cover(failure: &mut Failure, redaction: &Redaction) {
    if redaction.is_empty() {
        return;
    }
    failure.message = redaction.cover(&failure.message).into_owned();
    for text in [&mut failure.detail, &mut failure.help].into_iter().flatten() {
        *text = redaction.cover(text).into_owned();
    }
    for related in &mut failure.related {
        related.message = redaction.cover(&related.message).into_owned();
    }
}
