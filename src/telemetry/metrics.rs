//! The metrics that are exported. Their names are those of the design documents; what they say is in `docs/telemetry.md`.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

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

struct Instruments {
    meter: Meter,
    durations: [Histogram<f64>; Measure::ALL.len()],
    stages: Histogram<f64>,
    dev_loop: Histogram<f64>,
    file_changes: Counter<u64>,
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

/// Exports the figures of the cache of renders for as long as the process lives; `figures` is asked at each export.
pub fn observe_cache(figures: impl Fn() -> CacheFigures + Clone + Send + Sync + 'static) {
    let Some(instruments) = INSTRUMENTS.get() else { return };
    type Figure = fn(CacheFigures) -> f64;
    let gauges: [(&'static str, Figure); 5] = [
        ("watch.cache_hit_rate", |it| it.rate(it.hits)),
        ("cache.hit_rate", |it| it.rate(it.hits)),
        ("cache.miss_rate", |it| it.rate(it.misses)),
        ("cache.eviction_rate", |it| it.rate(it.evictions)),
        ("cache.memory_usage_bytes", |it| it.bytes as f64),
    ];
    for (name, figure) in gauges {
        let figures = figures.clone();
        let unit = if name.ends_with("_bytes") { "By" } else { "1" };
        instruments
            .meter
            .f64_observable_gauge(name)
            .with_unit(unit)
            .with_callback(move |observer| {
                observer.observe(figure(figures()), &[KeyValue::new("cache_type", "render")]);
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
