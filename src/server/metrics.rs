//! How long things took, for `clnrm/status`.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// How many samples are kept of each kind; the oldest leave first.
const KEPT: usize = 1024;

/// The latencies from a change to its diagnostics.
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
