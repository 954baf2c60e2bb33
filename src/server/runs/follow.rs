//! Turns the events of one run into what clients see: notifications, progress, states of a test explorer, results.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::ls_types::{MessageType, Uri};

use super::names::{Key, Named, is_failure, state_word, validity_word};
use super::results::failures_of;
use super::view::told;
use super::{ScenarioRecord, ScenarioState, explorer};
use crate::executor::{
    Failure, Outcome, OutputStream, RunEvent, RunId, RunReport, ScenarioId, ScenarioResult, SelectedTest, TestId,
    TestResult,
};
use crate::server::progress::Reporter;
use crate::server::session::Session;

/// Output is gathered for so long, so that a program that writes letter by letter does not flood the client.
const GATHERING: Duration = Duration::from_millis(30);

/// Lenses are asked for again at most this often while scenarios run.
const LENSES: Duration = Duration::from_millis(250);

/// A file of which something runs.
#[derive(Clone, Debug)]
pub struct Target {
    /// How the client calls it.
    pub uri: Uri,
    /// Where it is.
    pub path: PathBuf,
    /// What was asked for.
    pub selected: Arc<SelectedTest>,
}

/// The token under which the progress of a run is shown.
pub fn token(run: &RunId) -> String {
    format!("{TOKEN}{run}")
}

const TOKEN: &str = "clnrm-run-";

/// Follows a run to its end.
pub async fn follow(
    session: Session,
    run: RunId,
    targets: HashMap<String, Target>,
    mut events: UnboundedReceiver<RunEvent>,
) {
    let progress = Reporter::begin(&session, &token(&run), "Running tests".to_owned(), true);
    let mut follower =
        Follower { session, run, targets, progress, running: HashMap::new(), total: 0, ended: 0, lenses: None };
    let mut batch = Vec::new();
    while events.recv_many(&mut batch, 1024).await > 0 {
        let writes = batch.iter().any(|event| matches!(event, RunEvent::Output { .. }));
        let mut report = None;
        for event in gathered(batch.drain(..)) {
            if let RunEvent::Finished(finished) = event {
                report = Some(finished);
            } else {
                follower.event(event);
            }
        }
        if let Some(report) = report {
            return follower.finish(Some(&report));
        }
        if writes {
            tokio::time::sleep(GATHERING).await;
        }
    }
    // Its sender is gone without a last word, which it must not be.
    tracing::error!(run = %follower.run, "a run ended without a report");
    follower.finish(None);
}

/// Neighbouring pieces of output of one program as one.
fn gathered(events: impl Iterator<Item = RunEvent>) -> Vec<RunEvent> {
    let mut gathered: Vec<RunEvent> = Vec::new();
    for event in events {
        if let RunEvent::Output { scenario, service, step, stream, text } = &event
            && let Some(RunEvent::Output {
                scenario: last_scenario,
                service: last_service,
                step: last_step,
                stream: last_stream,
                text: last_text,
            }) = gathered.last_mut()
            && (scenario, service, step, stream) == (last_scenario, last_service, last_step, last_stream)
        {
            last_text.push_str(text);
            continue;
        }
        gathered.push(event);
    }
    gathered
}

struct Follower {
    session: Session,
    run: RunId,
    targets: HashMap<String, Target>,
    progress: Option<Reporter>,
    /// Scenarios that run, with what each is at.
    running: HashMap<ScenarioId, (Option<Reporter>, String)>,
    total: usize,
    ended: usize,
    /// When lenses were asked for again last.
    lenses: Option<Instant>,
}

impl Follower {
    fn event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Started { scenarios, .. } => self.started(&scenarios),
            RunEvent::ScenarioStarted { scenario, attempt } => self.scenario_started(&scenario, attempt),
            RunEvent::Progress { scenario, message, percent, .. } => {
                let shown = percent.map_or_else(|| message.clone(), |percent| format!("{message} ({percent} %)"));
                self.at(&scenario, shown);
            }
            RunEvent::Output { scenario, service, step, stream, text } => {
                self.output(&scenario, &service, step.as_deref(), stream, &text);
            }
            RunEvent::Slow { scenario, elapsed } => {
                self.at(&scenario, format!("slow: {} s so far", elapsed.as_secs()));
            }
            RunEvent::Decision { scenario, message } => {
                let about = scenario.as_ref().map(|scenario| format!("{}: ", scenario.scenario)).unwrap_or_default();
                self.note(format!("{about}{message}"));
            }
            RunEvent::ScenarioFinished(result) => self.scenario_finished(&result),
            RunEvent::TestFinished(result) => self.test_finished(&result),
            RunEvent::Note { test, message } => {
                let about = test.map(|test| format!("{test}: ")).unwrap_or_default();
                self.note(format!("{about}{message}"));
            }
            RunEvent::Finished(_) => {}
        }
    }

    fn target(&self, test: &TestId) -> Option<&Target> {
        self.targets.get(&test.file)
    }

    fn key(&self, scenario: &ScenarioId) -> Option<Key> {
        Some(Key {
            path: self.target(&scenario.test)?.path.clone(),
            combination: scenario.test.combination.clone(),
            scenario: scenario.scenario.clone(),
        })
    }

    fn named(&self, test: &TestId, scenario: Option<&str>) -> Option<Named> {
        Some(Named::new(&self.target(test)?.uri, test.combination.as_deref(), scenario))
    }

    fn set(&self, scenario: &ScenarioId, state: ScenarioState) {
        let Some(key) = self.key(scenario) else { return };
        self.session.runs().change(&self.run, |record| {
            if let Some(known) = record.scenarios.iter_mut().find(|known| known.key == key) {
                known.state = state;
            }
        });
    }

    fn started(&mut self, scenarios: &[ScenarioId]) {
        self.total = scenarios.len();
        let records: Vec<ScenarioRecord> = scenarios
            .iter()
            .filter_map(|scenario| {
                let uri = self.target(&scenario.test)?.uri.clone();
                Some(ScenarioRecord { key: self.key(scenario)?, uri, state: ScenarioState::Waiting })
            })
            .collect();
        self.session.runs().change(&self.run, |record| record.scenarios = records);
        let named: Vec<Named> = scenarios.iter().filter_map(|it| self.named(&it.test, Some(&it.scenario))).collect();
        self.session.notify("clnrm/runStarted", &RunStarted { run_id: &self.run, scenarios: &named });
        for scenario in named {
            explorer::state(&self.session, &self.run, scenario.test_id, explorer::TestState::Enqueued);
        }
        self.refresh_lenses(true);
        self.report();
    }

    fn scenario_started(&mut self, scenario: &ScenarioId, attempt: u32) {
        self.set(scenario, ScenarioState::Running);
        let Some(named) = self.named(&scenario.test, Some(&scenario.scenario)) else { return };
        if let Some(key) = self.key(scenario).filter(|_| attempt <= 1) {
            self.session.runs().state().outputs.begin(&key);
        }
        explorer::state(&self.session, &self.run, named.test_id.clone(), explorer::TestState::Started);
        let reporter = (self.total > 1)
            .then(|| {
                let token = format!("{}-{}", token(&self.run), named.test_id);
                self.session.runs().shows(&token, &self.run, scenario);
                Reporter::begin(&self.session, &token, scenario.scenario.clone(), false)
            })
            .flatten();
        self.running.insert(scenario.clone(), (reporter, String::new()));
        let message = (attempt > 1).then(|| format!("attempt {attempt}"));
        self.changed(RunChanged { message, attempt: Some(attempt), ..RunChanged::new(&self.run, named, "running") });
        self.refresh_lenses(false);
        self.report();
    }

    /// What a scenario is at.
    fn at(&mut self, scenario: &ScenarioId, message: String) {
        let Some((reporter, at)) = self.running.get_mut(scenario) else { return };
        if let Some(reporter) = reporter {
            reporter.report(message.clone(), None);
        }
        at.clone_from(&message);
        if let Some(named) = self.named(&scenario.test, Some(&scenario.scenario)) {
            self.changed(RunChanged { message: Some(message), ..RunChanged::new(&self.run, named, "running") });
        }
        self.report();
    }

    fn output(&self, scenario: &ScenarioId, service: &str, step: Option<&str>, stream: OutputStream, text: &str) {
        let (Some(key), Some(target)) = (self.key(scenario), self.target(&scenario.test)) else { return };
        let kept = self.session.runs().state().outputs.add(&key, service, step, text);
        let Some(text) = text.get(..kept).filter(|text| !text.is_empty()) else { return };
        explorer::output(&self.session, text);
        let stream = match stream {
            OutputStream::Stdout => "stdout",
            OutputStream::Stderr => "stderr",
        };
        let output = Output {
            run_id: &self.run,
            uri: &target.uri,
            combination: scenario.test.combination.as_deref(),
            scenario: &scenario.scenario,
            service,
            step,
            stream,
            text,
        };
        self.session.notify("clnrm/output", &output);
    }

    fn note(&self, message: String) {
        if let Some(progress) = &self.progress {
            progress.report(message.clone(), None);
        }
        self.session.notify("clnrm/runNote", &RunNote { run_id: &self.run, message });
    }

    fn scenario_finished(&mut self, result: &ScenarioResult) {
        let scenario = &result.id;
        self.ended += 1;
        self.running.remove(scenario);
        let (outcome, duration) = (result.outcome, result.duration);
        self.set(scenario, ScenarioState::Ended { outcome, validity: validity_word(&result.validity), duration });
        let Some(named) = self.named(&scenario.test, Some(&scenario.scenario)) else { return };
        let failures = failures_of(result);
        let messages = self.messages(&scenario.test, failures, &|_| None);
        let state = explorer_state(outcome, Some(duration), messages);
        explorer::state(&self.session, &self.run, named.test_id.clone(), state);
        let attempt = u32::try_from(result.attempts.len()).ok().filter(|attempts| *attempts > 0);
        self.changed(RunChanged {
            message: failures.first().map(|failure| failure.message.clone()),
            duration_ms: Some(milliseconds(duration)),
            attempt,
            ..RunChanged::new(&self.run, named, state_word(outcome))
        });
        self.refresh_lenses(false);
        self.report();
    }

    fn test_finished(&self, result: &Arc<TestResult>) {
        let Some(target) = self.target(&result.id) else { return };
        // The executor may know the file by another spelling of its path.
        let result = if result.path == target.path {
            Arc::clone(result)
        } else {
            Arc::new(TestResult { path: target.path.clone(), ..(**result).clone() })
        };
        self.session.runs().take(&self.run, &result, Some(&target.selected));
        let Some(named) = self.named(&result.id, None) else { return };
        // Who fails, in a test explorer: those of whom it is told. The test itself only by what it states as a whole.
        if !result.failures.is_empty() || result.judged.is_some() {
            let outcome = if result.failures.is_empty() { result.outcome } else { Outcome::Failed };
            if !result.failures.is_empty() || !is_failure(outcome) {
                let diff = |failure: &Failure| told(&result, failure).diff;
                let state = explorer_state(outcome, None, self.messages(&result.id, &result.failures, &diff));
                explorer::state(&self.session, &self.run, named.test_id.clone(), state);
            }
        }
        self.changed(RunChanged {
            message: result
                .failures
                .first()
                .map(|failure| failure.message.clone())
                .or_else(|| result.notes.first().cloned()),
            ..RunChanged::new(&self.run, named, state_word(result.outcome))
        });
        self.session.results_changed(&target.path);
    }

    fn messages(
        &self,
        test: &TestId,
        failures: &[Failure],
        diff: &dyn Fn(&Failure) -> Option<(String, String)>,
    ) -> Vec<explorer::TestMessage> {
        let Some(target) = self.target(test).filter(|_| self.session.state().facts.test_explorer) else {
            return Vec::new();
        };
        let encoding = self.session.state().facts.encoding;
        let text = &target.selected.document.text;
        let message = |failure| explorer::TestMessage::new(failure, &target.uri, text, diff(failure), encoding);
        failures.iter().map(message).collect()
    }

    fn changed(&self, changed: RunChanged<'_>) {
        self.session.notify("clnrm/runChanged", &changed);
    }

    /// Tells the whole run's progress.
    fn report(&self) {
        let Some(progress) = &self.progress else { return };
        let mut running: Vec<String> = self
            .running
            .iter()
            .map(|(scenario, (_, at))| match at.as_str() {
                "" => scenario.scenario.clone(),
                at => format!("{}: {at}", scenario.scenario),
            })
            .collect();
        running.sort();
        let counted = format!("{} of {}", self.ended, self.total);
        let message = if running.is_empty() { counted } else { format!("{counted}, {}", running.join("; ")) };
        let percentage = (self.ended * 100).checked_div(self.total).and_then(|percent| u32::try_from(percent).ok());
        progress.report(message, percentage);
    }

    fn refresh_lenses(&mut self, at_once: bool) {
        if at_once || self.lenses.is_none_or(|last| last.elapsed() >= LENSES) {
            self.lenses = Some(Instant::now());
            self.session.refresh_lenses();
        }
    }

    fn finish(mut self, report: Option<&RunReport>) {
        self.running.clear();
        let cancelled = report.is_some_and(|report| report.cancelled);
        let error = match report {
            Some(report) => report.error.clone(),
            None => Some("the run ended without a report; the server's log says more".to_owned()),
        };
        let scenarios = report.map(|report| report.tests.iter().flat_map(|test| &test.scenarios)).into_iter().flatten();
        let (mut passed, mut failed, mut not_run) = (0, 0, 0);
        for scenario in scenarios {
            match scenario.outcome {
                Outcome::Passed | Outcome::Flaky => passed += 1,
                Outcome::NotRun(_) | Outcome::Cancelled => not_run += 1,
                Outcome::Failed | Outcome::TimedOut | Outcome::Infrastructure => failed += 1,
            }
        }
        let unmet = report.map_or(0, |report| report.tests.iter().filter(|test| !test.failures.is_empty()).count());
        let summary = match (&error, cancelled) {
            (_, true) => "cancelled".to_owned(),
            (Some(error), _) => error.clone(),
            (None, false) if failed == 0 && unmet == 0 => format!("{passed} passed"),
            (None, false) if failed == 0 => format!("{passed} passed, expectations of {unmet} not met"),
            (None, false) => format!("{passed} passed, {failed} failed"),
        };
        if let Some(progress) = self.progress.take() {
            progress.end(summary);
        }
        self.session.runs().end(&self.run, cancelled);
        let finished = RunFinished {
            run_id: &self.run,
            duration_ms: report.map_or(0, |report| milliseconds(report.duration)),
            passed,
            failed,
            not_run,
            unmet,
            cancelled,
            error: error.as_deref(),
        };
        self.session.notify("clnrm/runFinished", &finished);
        explorer::end(&self.session, &self.run);
        if let Some(error) = error.filter(|_| !cancelled) {
            let client = self.session.client().clone();
            let message = format!("nothing was run: {error}");
            self.session.runtime().spawn(async move { client.show_message(MessageType::ERROR, message).await });
        }
        self.session.refresh_lenses();
    }
}

fn explorer_state(
    outcome: Outcome,
    duration: Option<Duration>,
    messages: Vec<explorer::TestMessage>,
) -> explorer::TestState {
    let duration_ms = duration.map(milliseconds);
    match outcome {
        Outcome::Passed | Outcome::Flaky => explorer::TestState::Passed { duration_ms },
        Outcome::NotRun(_) | Outcome::Cancelled if messages.is_empty() => {
            explorer::TestState::Skipped { message: outcome.word().to_owned() }
        }
        _ => {
            let message = messages.iter().map(|it| it.message.as_str()).collect::<Vec<_>>().join("\r\n");
            let message = if message.is_empty() { outcome.word().to_owned() } else { message };
            explorer::TestState::Failed { message, messages, duration_ms }
        }
    }
}

/// Whole milliseconds.
pub fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunStarted<'a> {
    run_id: &'a RunId,
    scenarios: &'a [Named],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunChanged<'a> {
    run_id: &'a RunId,
    #[serde(flatten)]
    named: Named,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
}

impl<'a> RunChanged<'a> {
    const fn new(run_id: &'a RunId, named: Named, state: &'static str) -> Self {
        Self { run_id, named, state, message: None, duration_ms: None, attempt: None }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    run_id: &'a RunId,
    uri: &'a Uri,
    combination: Option<&'a str>,
    scenario: &'a str,
    service: &'a str,
    step: Option<&'a str>,
    stream: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunNote<'a> {
    run_id: &'a RunId,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunFinished<'a> {
    run_id: &'a RunId,
    duration_ms: u64,
    passed: usize,
    failed: usize,
    not_run: usize,
    /// Tests whose scenarios may have passed, but not what they expect.
    unmet: usize,
    cancelled: bool,
    error: Option<&'a str>,
}
