//! A progress bar on standard error, for checks that take over a second on a terminal.

use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a check may take before its progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts what is done, and shows it once it takes long.
pub struct Progress {
    /// When the work began; `None` where progress is never shown.
    shown_from: Option<Instant>,
    total: u64,
    done: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Progress over `total` files. It is shown only if `wanted` and standard error is a terminal.
    pub fn new(total: usize, wanted: bool) -> Self {
        let shown = wanted && io::stderr().is_terminal();
        Self {
            shown_from: shown.then(|| Instant::now() + PATIENCE),
            total: total as u64,
            done: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// One more file is done.
    pub fn advance(&self) {
        let Some(shown_from) = self.shown_from else { return };
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if Instant::now() >= shown_from {
            self.bar.get_or_init(|| bar(self.total)).set_position(done);
        }
    }

    /// Takes the bar off the terminal.
    pub fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("checking [{bar:30}] {pos}/{len} files") {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
