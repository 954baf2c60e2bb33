//! How long it took from a save to its verdict, and which part of that was spent where.

use std::fmt;
use std::time::Duration;

use super::watched::Round;

/// So many rounds are remembered for the percentiles.
const MOST_ROUNDS: usize = 1_000;

/// The stages of one round, and the percentiles of all so far.
#[derive(Clone, Debug, Default)]
pub struct Timing {
    /// From the first event until somebody looked, which is the debounce and whatever was done before.
    waited: Duration,
    hashing: Duration,
    looking: Duration,
    render: Duration,
    parse: Duration,
    rules: Duration,
    /// The run; `None` where nothing ran.
    running: Option<Duration>,
    total: Duration,
    totals: Vec<Duration>,
}

impl Timing {
    /// A round was told: what it took until its check was known.
    pub fn checked(&mut self, round: &Round) {
        let stages = &round.stages;
        self.waited = round.waited;
        self.hashing = round.hashing;
        self.looking = round.looking;
        self.render = stages.render;
        self.parse = stages.parse;
        self.rules = stages.semantic + stages.structure + stages.expectations;
        self.running = None;
        self.total = round.began.elapsed();
    }

    /// A run for it took so long, and all of it since the first event so long.
    pub fn ran(&mut self, run: Duration, total: Duration) {
        self.running = Some(run);
        self.total = total;
    }

    /// Nothing more comes of the round.
    pub fn ended(&mut self) {
        if self.totals.len() == MOST_ROUNDS {
            self.totals.remove(0);
        }
        self.totals.push(self.total);
    }

    fn percentile(&self, share: usize) -> Duration {
        let mut totals = self.totals.clone();
        totals.sort();
        let place = (totals.len() * share / 100).min(totals.len().saturating_sub(1));
        totals.get(place).copied().unwrap_or_default()
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |duration: Duration| format!("{:.1} ms", duration.as_secs_f64() * 1e3);
        write!(formatter, "{} (waited {}, hashes {}, ", ms(self.total), ms(self.waited), ms(self.hashing))?;
        let stages = format!("render {}, parse {}, rules {}", ms(self.render), ms(self.parse), ms(self.rules));
        write!(formatter, "check {}: {stages}", ms(self.looking))?;
        if let Some(running) = self.running {
            write!(formatter, "; run {}", ms(running))?;
        }
        let of = self.totals.len();
        write!(formatter, "); of {of}: p50 {}, p95 {}", ms(self.percentile(50)), ms(self.percentile(95)))
    }
}
