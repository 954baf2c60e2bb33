//! What a run tells of itself where spans and metrics are exported: those of parallel execution, by the names of the design documents
//! (`docs/telemetry.md`). Decides nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::Span;

use crate::executor::resources::Resources;
use crate::executor::schedule::{Item, Scheduler};
use crate::executor::{Outcome, ScenarioId, TestResult};
use crate::telemetry::{self, CacheFigures, CacheType, ParallelFigures};

/// The spans of scenarios that wait.
#[derive(Debug, Default)]
pub struct Measures {
    waits: Vec<Option<Wait>>,
    /// Whether it is certain what became of each.
    settled: Vec<bool>,
}

/// A scenario that waits: until its start, and from where only resources are in its way.
#[derive(Debug)]
struct Wait {
    acquires: Option<Span>,
    schedule: Span,
}

impl Measures {
    /// All of a plan begins to wait.
    pub fn begin<'a>(items: &[Item], ids: impl Iterator<Item = &'a ScenarioId>) -> Self {
        let wait = |(item, id): (&Item, &ScenarioId)| {
            let schedule = tracing::info_span!("parallel.schedule", scenario_id = %id);
            let is_free = item.depends_on.is_empty() && item.after.is_empty();
            Some(Wait { acquires: is_free.then(|| acquires(&schedule, &item.label)), schedule })
        };
        Self { waits: items.iter().zip(ids).map(wait).collect(), settled: vec![false; items.len()] }
    }

    /// A scenario waits no longer.
    pub fn started(&mut self, item: usize) {
        if let Some(wait) = self.waits.get_mut(item) {
            *wait = None;
        }
    }

    /// What became of a scenario is certain: those that waited for it alone wait for resources now.
    pub fn settled(&mut self, item: usize, scheduler: &Scheduler) {
        self.started(item);
        if let Some(settled) = self.settled.get_mut(item) {
            *settled = true;
        }
        for (wait, it) in self.waits.iter_mut().zip(scheduler.items()) {
            let Some(Wait { acquires: waiting, schedule }) = wait else { continue };
            let is_settled = |other: &usize| self.settled.get(*other).copied().unwrap_or(true);
            if it.depends_on.iter().chain(&it.after).all(is_settled) {
                waiting.get_or_insert_with(|| acquires(schedule, &it.label));
            }
        }
    }
}

fn acquires(schedule: &Span, scenario: &str) -> Span {
    tracing::info_span!(parent: schedule, "parallel.acquire_resources", scenario_id = scenario)
}

/// Tells how much runs side by side.
pub fn running(scheduler: &Scheduler) {
    telemetry::running(|| {
        let (used, all) = (scheduler.used(), scheduler.capacity());
        let percent = |of: fn(&Resources) -> u64| match of(all) {
            0 => 0.0,
            all => of(used) as f64 * 100.0 / all as f64,
        };
        ParallelFigures {
            tasks: scheduler.running(),
            containers: used.containers,
            usage: vec![
                ("slots", percent(|it| it.slots)),
                ("containers", percent(|it| it.containers)),
                ("cpu", percent(|it| it.cpu_millis)),
                ("memory", percent(|it| it.memory_mb)),
                ("networks", percent(|it| it.networks)),
            ],
        }
    });
}

/// An outcome as metrics name it.
pub const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Flaky => "flaky",
        Outcome::Failed => "failed",
        Outcome::TimedOut => "timed out",
        Outcome::NotRun(_) => "not run",
        Outcome::Cancelled => "cancelled",
        Outcome::Infrastructure => "infrastructure error",
    }
}

/// How often the outcome of a test was known.
#[derive(Clone, Debug, Default)]
pub struct Lookups {
    hits: Arc<AtomicU64>,
    misses: Arc<AtomicU64>,
}

impl Lookups {
    /// No look-ups yet; they are exported where metrics are.
    pub fn observed() -> Self {
        let lookups = Self::default();
        let Self { hits, misses } = lookups.clone();
        telemetry::observe_cache(CacheType::Run, move || CacheFigures {
            hits: hits.load(Ordering::Relaxed),
            misses: misses.load(Ordering::Relaxed),
            ..CacheFigures::default()
        });
        lookups
    }

    /// Which of the tests of a run were known; their scenarios have ended.
    pub fn tell(&self, known: &[Option<Arc<TestResult>>]) {
        for result in known {
            let count = if result.is_some() { &self.hits } else { &self.misses };
            count.fetch_add(1, Ordering::Relaxed);
            let scenarios = result.iter().flat_map(|result| &result.scenarios);
            scenarios.for_each(|scenario| telemetry::scenario_ended(word(scenario.outcome)));
        }
    }
}
