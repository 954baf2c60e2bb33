//! What samples say together.

use std::time::Duration;

/// These percentiles, in milliseconds.
pub fn percentiles(samples: &mut [Duration], percents: &[usize]) -> String {
    percents.iter().map(|percent| format!(" {:8.3}", percentile(samples, *percent).as_secs_f64() * 1e3)).collect()
}

/// The sample in the middle.
pub fn median(samples: &mut [Duration]) -> Duration {
    percentile(samples, 50)
}

/// The sample that this many of a hundred don't exceed.
pub fn percentile(samples: &mut [Duration], percent: usize) -> Duration {
    samples.sort();
    samples[(samples.len() * percent / 100).min(samples.len() - 1)]
}
