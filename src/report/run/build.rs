//! The document of a run: secrets covered, places found, texts kept.

use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::Value;

use super::document::{
    AttemptDocument, Digests, ExpectationsDocument, FailureDocument, Place, RelatedDocument, RunDocument,
    ScenarioDocument, StepDocument, Summary, TestDocument, ValidityDocument,
};
use super::exit::ExitCode;
use crate::executor::{
    Attempt, ExitStatus, Failure, NotRun, Outcome, Redaction, RunReport, ScenarioResult, StepResult, TestResult,
    Validity,
};
use crate::report::{Source, VerdictReport};
use crate::template::SourceFile;

impl RunDocument {
    /// The document of a run. Paths are shown from `base`; `fail_on_flaky` says what flaky tests mean for the exit code.
    pub fn new(report: &RunReport, redaction: &Redaction, base: &Path, fail_on_flaky: bool) -> Self {
        let tests: Vec<TestDocument> =
            report.tests.iter().map(|test| TestDocument::new(test, redaction, base)).collect();
        Self {
            version: Self::VERSION,
            run: report.run.0.clone(),
            started: time(report.started),
            duration_ms: milliseconds(report.duration),
            seed: report.seed,
            exit_code: ExitCode::of(report, fail_on_flaky).code(),
            cancelled: report.cancelled,
            error: report.error.as_ref().map(|error| redaction.cover(error).into_owned()),
            request: None,
            summary: summary(report),
            tests,
        }
    }
}

impl TestDocument {
    /// The document of one test.
    pub fn new(test: &TestResult, redaction: &Redaction, base: &Path) -> Self {
        let maker = Maker { redaction, sources: sources(test, base) };
        Self {
            id: test.id.to_string(),
            file: test.id.file.clone(),
            combination: test.id.combination.clone(),
            path: shown(&test.path, base),
            outcome: test.outcome.word().to_owned(),
            reason: reason(test.outcome).map(str::to_owned),
            duration_ms: milliseconds(test.scenarios.iter().map(|scenario| scenario.duration).sum()),
            scenarios: test.scenarios.iter().map(|scenario| maker.scenario(scenario, base)).collect(),
            expectations: maker.expectations(test, base),
            failures: maker.failures(&test.failures),
            notes: test.notes.iter().map(|note| maker.cover(note)).collect(),
            digests: test.digests.clone().map(|(shape, full)| Digests { shape, full }),
        }
    }
}

/// Makes the documents of what belongs to one test.
struct Maker<'a> {
    redaction: &'a Redaction,
    sources: Vec<Source>,
}

impl Maker<'_> {
    fn cover(&self, text: &str) -> String {
        self.redaction.cover(text).into_owned()
    }

    fn place(&self, span: crate::text::Span) -> Place {
        self.sources.first().map(|source| Place::new(source, span, self.redaction)).unwrap_or_default()
    }

    fn scenario(&self, scenario: &ScenarioResult, base: &Path) -> ScenarioDocument {
        ScenarioDocument {
            id: scenario.id.to_string(),
            name: scenario.id.scenario.clone(),
            outcome: scenario.outcome.word().to_owned(),
            reason: reason(scenario.outcome).map(str::to_owned),
            validity: match &scenario.validity {
                Validity::Ran => ValidityDocument::Ran,
                Validity::Cached { run, at } => ValidityDocument::Cached { run: run.0.clone(), at: time(*at) },
                Validity::Replayed { run, at } => ValidityDocument::Replayed { run: run.0.clone(), at: time(*at) },
            },
            hermeticity: scenario.hermeticity.map(|level| level.word().to_owned()),
            degraded: scenario.degraded,
            duration_ms: milliseconds(scenario.duration),
            place: self.place(scenario.header),
            attempts: scenario.attempts.iter().map(|attempt| self.attempt(attempt)).collect(),
            artifacts: scenario.artifacts.as_ref().map(|folder| shown(folder, base)),
        }
    }

    fn attempt(&self, attempt: &Attempt) -> AttemptDocument {
        AttemptDocument {
            outcome: attempt.outcome.word().to_owned(),
            duration_ms: milliseconds(attempt.duration),
            steps: attempt.steps.iter().map(|step| self.step(step)).collect(),
            failures: self.failures(&attempt.failures),
        }
    }

    fn step(&self, step: &StepResult) -> StepDocument {
        let (exit_code, signal) = match step.status {
            Some(ExitStatus::Code(code)) => (Some(code), None),
            Some(ExitStatus::Signal(signal)) => (None, Some(signal)),
            None => (None, None),
        };
        StepDocument {
            name: step.name.clone(),
            service: step.service.clone(),
            command: step.command.iter().map(|word| self.cover(word)).collect(),
            exit_code,
            signal,
            duration_ms: milliseconds(step.duration),
            stdout: self.cover(&step.stdout),
            stderr: self.cover(&step.stderr),
            place: self.place(step.span),
        }
    }

    fn failures(&self, failures: &[Failure]) -> Vec<FailureDocument> {
        failures.iter().map(|failure| self.failure(failure)).collect()
    }

    fn failure(&self, failure: &Failure) -> FailureDocument {
        let related = failure.related.iter().filter_map(|related| {
            // What a macro of this program looks like inside is no matter of those who call it.
            let source = self.sources.get(related.file.0 as usize).filter(|source| !source.built_in)?;
            let place = Place::new(source, related.span, self.redaction);
            Some(RelatedDocument { place, message: self.cover(&related.message) })
        });
        FailureDocument {
            code: failure.kind.code().to_owned(),
            path: self.cover(&failure.path),
            message: self.cover(&failure.message),
            detail: failure.detail.as_ref().map(|detail| self.cover(detail)),
            help: failure.help.as_ref().map(|help| self.cover(help)),
            place: self.place(failure.span),
            related: related.collect(),
            told_by: failure.told_by.as_ref().map(|path| self.cover(path)),
        }
    }

    fn expectations(&self, test: &TestResult, base: &Path) -> Option<ExpectationsDocument> {
        let judged = test.judged.as_ref()?;
        let report = VerdictReport::of(
            &test.analysis,
            |file| shown_source(test, file, base),
            (&judged.tree, &judged.trace),
            (&judged.reception, judged.judgement.clone()),
        );
        let mut verdicts = report.constraint_values();
        cover_all(&mut verdicts, self.redaction);
        let judgement = &judged.judgement;
        Some(ExpectationsDocument {
            total: judgement.verdicts.len(),
            holding: judgement.holding(),
            spans: judgement.spans,
            completeness: judgement.completeness.grade.word().to_owned(),
            completeness_reason: self.cover(&judgement.completeness.reason),
            verdicts,
        })
    }
}

/// Covers all texts in a value.
fn cover_all(value: &mut Value, redaction: &Redaction) {
    match value {
        Value::String(text) => {
            if let std::borrow::Cow::Owned(covered) = redaction.cover(text) {
                *text = covered;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| cover_all(item, redaction)),
        Value::Object(fields) => fields.values_mut().for_each(|field| cover_all(field, redaction)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn sources(test: &TestResult, base: &Path) -> Vec<Source> {
    let files = test.analysis.files.iter().enumerate().map(|(index, file)| {
        let built_in = index > 0 && file.path.is_none();
        Source::new(shown_source(test, file, base), built_in, file.text.clone())
    });
    files.collect()
}

/// How a file of a test's render is shown.
fn shown_source(test: &TestResult, file: &SourceFile, base: &Path) -> String {
    let is_document = test.analysis.files.first().is_some_and(|first| std::ptr::eq(first, file));
    match &file.path {
        _ if is_document => shown(&test.path, base),
        Some(path) => shown(path, base),
        None => format!("<built-in>/{}", file.name),
    }
}

/// A path from `base`, where it lies below it, with `/` between its parts.
fn shown(path: &Path, base: &Path) -> String {
    let text = path.strip_prefix(base).unwrap_or(path).to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// Why something was not run, for people.
pub(super) const fn reason(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::NotRun(NotRun::FailFast) => Some("enough had failed already"),
        Outcome::NotRun(NotRun::Dependency) => Some("what it depends on did not pass"),
        Outcome::NotRun(NotRun::InvalidTest) => Some("the test has mistakes"),
        Outcome::NotRun(NotRun::NoEngine) => Some("no container engine answers"),
        _ => None,
    }
}

/// Whether something was not run for a reason that is told elsewhere as a failure.
pub(super) fn is_harmless(why: &str) -> bool {
    [NotRun::FailFast, NotRun::Dependency].into_iter().any(|it| reason(Outcome::NotRun(it)) == Some(why))
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    // Microseconds are what anybody can make use of.
    duration.as_micros() as f64 / 1e3
}

fn time(time: SystemTime) -> String {
    Timestamp::try_from(time).map(|time| format!("{time:.3}")).unwrap_or_default()
}

fn summary(report: &RunReport) -> Summary {
    let mut summary = Summary { tests: report.tests.len(), ..Summary::default() };
    for test in &report.tests {
        let count = match test.outcome {
            Outcome::Passed => &mut summary.passed,
            Outcome::Flaky => &mut summary.flaky,
            Outcome::Failed => &mut summary.failed,
            Outcome::TimedOut => &mut summary.timed_out,
            Outcome::NotRun(_) => &mut summary.not_run,
            Outcome::Cancelled => &mut summary.cancelled,
            Outcome::Infrastructure => &mut summary.infrastructure,
        };
        *count += 1;
        summary.scenarios += test.scenarios.len();
        for scenario in &test.scenarios {
            summary.cached += usize::from(matches!(scenario.validity, Validity::Cached { .. }));
            summary.replayed += usize::from(matches!(scenario.validity, Validity::Replayed { .. }));
            summary.degraded += usize::from(scenario.degraded);
        }
    }
    summary
}
