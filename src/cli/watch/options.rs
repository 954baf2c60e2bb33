//! The flags of the watch itself: when it looks again, what it does then, and what it tells.

use std::time::Duration;

use crate::watch::DEBOUNCE;

/// Heading of what is told besides verdicts.
const TELLS: &str = "What is told";

/// How it is watched.
#[derive(Clone, Debug, clap::Args)]
pub struct WatchOptions {
    /// Wait until no file has changed for so many milliseconds
    #[arg(long, visible_alias = "debounce-ms", value_name = "MS", default_value_t = DEBOUNCE.as_millis() as u64, value_parser = clap::value_parser!(u64).range(..=60_000))]
    debounce: u64,

    /// Check tests, and run none: no container engine is needed
    #[arg(long)]
    pub validate_only: bool,

    /// Stop a run that takes longer than so many milliseconds
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    timebox: Option<u64>,

    /// Forget what is known to pass from earlier runs before the first one
    #[arg(long)]
    pub clear_cache: bool,

    /// Tell what changed in the expectations of a test that was saved
    #[arg(long, help_heading = TELLS)]
    pub diff: bool,

    /// Clear the terminal before each round
    #[arg(long, help_heading = TELLS)]
    pub clear: bool,

    /// Tell how the caches of renders and of outcomes do
    #[arg(long, help_heading = TELLS)]
    pub cache_stats: bool,

    /// Tell how long each stage took from the save to the verdict
    #[arg(long, help_heading = TELLS)]
    pub perf_metrics: bool,

    /// One line for each event, as into a pipe, although this is a terminal
    #[arg(long, help_heading = TELLS)]
    pub plain: bool,
}

impl Default for WatchOptions {
    /// Those of a command line without any.
    fn default() -> Self {
        Self {
            debounce: DEBOUNCE.as_millis() as u64,
            validate_only: false,
            timebox: None,
            clear_cache: false,
            diff: false,
            clear: false,
            cache_stats: false,
            perf_metrics: false,
            plain: false,
        }
    }
}

impl WatchOptions {
    /// How long it must be quiet.
    pub const fn debounce(&self) -> Duration {
        Duration::from_millis(self.debounce)
    }

    /// How long a run may take.
    pub fn timebox(&self) -> Option<Duration> {
        self.timebox.map(Duration::from_millis)
    }
}
