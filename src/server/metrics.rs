//! How long things took, for `clnrm/status`.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::analysis::Analysis;
use crate::telemetry;

/// How many samples are kept of each kind; the oldest leave first.
const KEPT: usize = 1024;

/// What is counted and timed in a session.
#[derive(Debug, Default)]
pub struct Metrics {
    /// From a change to its diagnostics.
    pub total: Latencies,
    /// Rendering, or finding the render in the cache.
    render: Latencies,
    /// TOML, schema and model.
    parse: Latencies,
    /// The rules.
    validate: Latencies,
    changes: AtomicU64,
}

/// The percentiles of each stage, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Stages {
    render: Percentiles,
    parse: Percentiles,
    validate: Percentiles,
}

impl Metrics {
    /// A document or a file on disk changed.
    pub fn file_changed(&self, path: impl AsRef<Path>) {
        self.changes.fetch_add(1, Ordering::Relaxed);
        telemetry::file_changed(path);
    }

    /// How many changes there were so far.
    pub fn file_changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Takes over how long the stages of an analysis took. Stages that did not run do not count.
    pub fn stages(&self, analysis: &Analysis) {
        let durations = analysis.durations;
        let validate = durations.semantic + durations.structure + durations.expectations;
        for (latencies, duration) in
            [(&self.render, durations.render), (&self.parse, durations.parse), (&self.validate, validate)]
        {
            if !duration.is_zero() {
                latencies.record(duration);
            }
        }
    }

    /// The percentiles of each stage.
    pub fn stage_percentiles(&self) -> Stages {
        Stages {
            render: self.render.percentiles(),
            parse: self.parse.percentiles(),
            validate: self.validate.percentiles(),
        }
    }
}

/// Durations of one kind.
#[derive(Debug, Default)]
pub struct Latencies {
    samples: Mutex<VecDeque<Duration>>,
}

/// Percentiles over the newest samples, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// How many samples there are.
    pub count: usize,
    /// The median.
    pub p50: f64,
    /// 95 of 100 are at most this.
    pub p95: f64,
    /// 99 of 100 are at most this.
    pub p99: f64,
}

impl Latencies {
    /// Adds a sample.
    pub fn record(&self, latency: Duration) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() == KEPT {
            samples.pop_front();
        }
        samples.push_back(latency);
    }

    /// The percentiles of what is kept.
    pub fn percentiles(&self) -> Percentiles {
        let mut sorted: Vec<Duration> =
            self.samples.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            sorted.get(index).map_or(0.0, |sample| sample.as_secs_f64() * 1000.0)
        };
        Percentiles { count: sorted.len(), p50: at(50), p95: at(95), p99: at(99) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let latencies = Latencies::default();
        assert_eq!(latencies.percentiles(), Percentiles::default());
        for milliseconds in (1..=100).rev() {
            latencies.record(Duration::from_millis(milliseconds));
        }
        assert_eq!(latencies.percentiles(), Percentiles { count: 100, p50: 50.0, p95: 95.0, p99: 99.0 });
    }

    #[test]
    fn the_oldest_samples_leave() {
        let latencies = Latencies::default();
        latencies.record(Duration::from_secs(9));
        for _ in 0..KEPT {
            latencies.record(Duration::from_millis(1));
        }
        assert_eq!(latencies.percentiles().p99, 1.0);
    }
}
