//! The metrics that are exported. Their names are those of the design documents; what they say is in `docs/telemetry.md`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};

/// The bounds of the histograms, in milliseconds: a plain file is judged in 0.1 ms, and nobody waits for more than some seconds.
const BOUNDS: [f64; 15] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 3000.0];

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// From the first event of the system to the report of our own watcher.
    FileDetection,
    /// The hash of one file.
    HashComputation,
    /// Looking for a render, checks of its dependencies included.
    CacheLookup,
    /// Rendering one combination, with its source map.
    TemplateRender,
    /// TOML, schema and model of one text.
    TomlParse,
    /// The rules over one text.
    ConfigValidate,
    /// From a change of a document to its diagnostics.
    TotalLatency,
}

impl Measure {
    const ALL: [Self; 7] = [
        Self::FileDetection,
        Self::HashComputation,
        Self::CacheLookup,
        Self::TemplateRender,
        Self::TomlParse,
        Self::ConfigValidate,
        Self::TotalLatency,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::FileDetection => "watch.file_detection_ms",
            Self::HashComputation => "watch.hash_computation_ms",
            Self::CacheLookup => "watch.cache_lookup_ms",
            Self::TemplateRender => "watch.template_render_ms",
            Self::TomlParse => "watch.toml_parse_ms",
            Self::ConfigValidate => "watch.config_validate_ms",
            Self::TotalLatency => "watch.total_latency_ms",
        }
    }

    /// The stage of validation that it is.
    const fn stage(self) -> Option<&'static str> {
        match self {
            Self::TemplateRender => Some("render"),
            Self::TomlParse => Some("parse"),
            Self::ConfigValidate => Some("validate"),
            Self::FileDetection | Self::HashComputation | Self::CacheLookup | Self::TotalLatency => None,
        }
    }
}

/// How a cache fares.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CacheFigures {
    /// Look-ups that found something.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Entries that went for newer ones.
    pub evictions: u64,
    /// Bytes that all entries take, about.
    pub bytes: u64,
}

impl CacheFigures {
    /// `count` for each look-up; 0 before the first.
    fn rate(self, count: u64) -> f64 {
        let lookups = self.hits + self.misses;
        if lookups == 0 { 0.0 } else { count as f64 / lookups as f64 }
    }
}

/// A cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheType {
    /// That of rendered texts.
    Render,
    /// That of the outcomes of earlier runs.
    Run,
}

/// What runs side by side at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct ParallelFigures {
    /// Scenarios that run.
    pub tasks: u64,
    /// Containers that they may have.
    pub containers: u64,
    /// How much of each resource they use, in percent of what there is.
    pub usage: Vec<(&'static str, f64)>,
}

struct Instruments {
    meter: Meter,
    durations: [Histogram<f64>; Measure::ALL.len()],
    stages: Histogram<f64>,
    dev_loop: Histogram<f64>,
    file_changes: Counter<u64>,
    parallel: Parallel,
}

/// What tells of scenarios that run side by side.
struct Parallel {
    scenarios: Counter<u64>,
    degradations: Counter<u64>,
    tasks: Gauge<u64>,
    containers: Gauge<u64>,
    usage: Gauge<f64>,
    throughput: Gauge<f64>,
    peaks: Mutex<BTreeMap<&'static str, f64>>,
}

/// Set while an export is under way. The whole process shares one, as it shares one log.
static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();

/// From now on, what is measured is exported by `meter`. Only the first call counts.
pub fn start(meter: &Meter) {
    let milliseconds = |name| meter.f64_histogram(name).with_unit("ms").with_boundaries(BOUNDS.to_vec()).build();
    INSTRUMENTS.get_or_init(|| Instruments {
        durations: Measure::ALL.map(|measure| milliseconds(measure.name())),
        stages: milliseconds("watch.validation_duration_ms"),
        dev_loop: milliseconds("watch.dev_loop_latency_ms"),
        file_changes: meter.u64_counter("watch.file_changes_total").build(),
        parallel: Parallel {
            scenarios: meter.u64_counter("parallel.scenarios_total").build(),
            degradations: meter.u64_counter("parallel.degradation_events_total").build(),
            tasks: meter.u64_gauge("parallel.active_tasks").build(),
            containers: meter.u64_gauge("parallel.concurrent_containers").build(),
            usage: meter.f64_gauge("parallel.resource_usage_pct").with_unit("%").build(),
            throughput: meter.f64_gauge("parallel.throughput_tests_per_sec").with_unit("{test}/s").build(),
            peaks: Mutex::default(),
        },
        meter: meter.clone(),
    });
}

/// Something took this long.
pub fn measured(measure: Measure, duration: Duration) {
    let Some(instruments) = INSTRUMENTS.get() else { return };
    let milliseconds = duration.as_secs_f64() * 1000.0;
    if let Some(histogram) = instruments.durations.get(measure as usize) {
        histogram.record(milliseconds, &[]);
    }
    if let Some(stage) = measure.stage() {
        instruments.stages.record(milliseconds, &[KeyValue::new("stage", stage)]);
    }
    if measure == Measure::TotalLatency {
        instruments.dev_loop.record(milliseconds, &[]);
    }
}

/// A file changed, in the editor or on disk.
pub fn file_changed(path: impl AsRef<Path>) {
    let Some(instruments) = INSTRUMENTS.get() else { return };
    let path = path.as_ref().to_string_lossy().into_owned();
    instruments.file_changes.add(1, &[KeyValue::new("path", path)]);
}

/// What became of a scenario is certain; the outcome as reports name it.
pub fn scenario_ended(outcome: &'static str) {
    let Some(instruments) = INSTRUMENTS.get() else { return };
    instruments.parallel.scenarios.add(1, &[KeyValue::new("outcome", outcome)]);
}

/// Fewer run at once, or one runs alone, because resources are short.
pub fn degraded() {
    let Some(instruments) = INSTRUMENTS.get() else { return };
    instruments.parallel.degradations.add(1, &[]);
}

/// So many tests have ended for each second of their run.
pub fn throughput(tests_per_second: f64) {
    let Some(instruments) = INSTRUMENTS.get() else { return };
    instruments.parallel.throughput.record(tests_per_second, &[]);
}

/// What runs side by side has changed. The most since the start is kept beside what is now: an export may come when all is over.
pub fn running(figures: impl FnOnce() -> ParallelFigures) {
    let Some(Instruments { parallel, .. }) = INSTRUMENTS.get() else { return };
    let ParallelFigures { tasks, containers, usage } = figures();
    let mut peaks = parallel.peaks.lock().unwrap_or_else(PoisonError::into_inner);
    let mut peak = |name: &'static str, now: f64| {
        let peak = peaks.entry(name).or_default();
        *peak = peak.max(now);
        *peak
    };
    let value = |which: &'static str| KeyValue::new("value", which);
    for (gauge, name, now) in [(&parallel.tasks, "tasks", tasks), (&parallel.containers, "containers", containers)] {
        gauge.record(now, &[value("now")]);
        gauge.record(peak(name, now as f64) as u64, &[value("peak")]);
    }
    for (resource, percent) in usage {
        // A resource has a name of its own among the peaks: `slots` are the tasks, in percent.
        let about = KeyValue::new("resource", resource);
        parallel.usage.record(percent, &[about.clone(), value("now")]);
        let peak = if resource == "containers" { peak("containers %", percent) } else { peak(resource, percent) };
        parallel.usage.record(peak, &[about, value("peak")]);
    }
}

/// Exports the figures of a cache for as long as the process lives; `figures` is asked at each export.
pub fn observe_cache(cache_type: CacheType, figures: impl Fn() -> CacheFigures + Clone + Send + Sync + 'static) {
    let Some(instruments) = INSTRUMENTS.get() else { return };
    type Figure = fn(CacheFigures) -> f64;
    let gauges: [(&'static str, Figure); 5] = [
        ("watch.cache_hit_rate", |it| it.rate(it.hits)),
        ("cache.hit_rate", |it| it.rate(it.hits)),
        ("cache.miss_rate", |it| it.rate(it.misses)),
        ("cache.eviction_rate", |it| it.rate(it.evictions)),
        ("cache.memory_usage_bytes", |it| it.bytes as f64),
    ];
    // That of outcomes is on disk, and knows nothing of the last two.
    let (cache_type, count) = match cache_type {
        CacheType::Render => ("render", gauges.len()),
        CacheType::Run => ("run", 3),
    };
    for (name, figure) in gauges.into_iter().take(count) {
        let figures = figures.clone();
        let unit = if name.ends_with("_bytes") { "By" } else { "1" };
        instruments
            .meter
            .f64_observable_gauge(name)
            .with_unit(unit)
            .with_callback(move |observer| {
                observer.observe(figure(figures()), &[KeyValue::new("cache_type", cache_type)]);
            })
            .build();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_a_measure_is_its_place() {
        for (index, measure) in Measure::ALL.into_iter().enumerate() {
            assert_eq!(measure as usize, index);
        }
    }

    #[test]
    fn rates_are_shares_of_all_look_ups() {
        let figures = CacheFigures { hits: 3, misses: 1, evictions: 2, bytes: 0 };
        assert_eq!(figures.rate(figures.hits), 0.75);
        assert_eq!(figures.rate(figures.evictions), 0.5);
        assert_eq!(CacheFigures::default().rate(0), 0.0);
    }
}
