//! How many may run at once: graceful degradation. Nothing that runs is ever ended for pressure; what waits, waits longer.

use std::time::Duration;

use super::{DecisionKind, Shortage};
use crate::executor::monitor::ResourceUsage;

/// Above this `some avg10` nothing new starts.
pub const SOME_PRESSURE: f64 = 10.0;

/// Above this `full avg10` only half as many run at once.
pub const FULL_PRESSURE: f64 = 5.0;

/// Above this part of the memory of the runner's own control group nothing new starts, in percent.
const OWN_MEMORY: f64 = 95.0;

/// How many may run at once, and whether anything may start.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    cap: u64,
    target: u64,
    paused: bool,
    /// How long it must be calm before one more may run, and how far apart two halvings for pressure are at least.
    calm: Duration,
    /// The last time that something was short.
    last_short: Option<Duration>,
    last_halved: Option<Duration>,
    last_change: Duration,
}

impl Admission {
    pub(super) const fn new(cap: u64, calm: Duration) -> Self {
        Self { cap, target: cap, paused: false, calm, last_short: None, last_halved: None, last_change: Duration::ZERO }
    }

    pub(super) const fn target(&self) -> u64 {
        self.target
    }

    pub(super) const fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether time alone may change anything.
    pub(super) const fn is_degraded(&self) -> bool {
        self.paused || self.target < self.cap
    }

    /// When time alone changes something next.
    pub(super) fn next_change(&self) -> Option<Duration> {
        (self.target < self.cap).then(|| self.calm_since() + self.calm)
    }

    fn calm_since(&self) -> Duration {
        self.last_short.unwrap_or_default().max(self.last_change)
    }

    /// Takes a reading.
    pub(super) fn observe(&mut self, now: Duration, usage: &ResourceUsage, tell: &mut dyn FnMut(DecisionKind)) {
        let pressure = usage.pressure;
        let is_pressed = pressure.is_some_and(|it| it.some > SOME_PRESSURE);
        let own_memory = usage.own_memory_mb.map(|level| level.percent()).filter(|percent| *percent > OWN_MEMORY);
        let is_full = pressure.is_some_and(|it| it.full > FULL_PRESSURE);
        if is_pressed || own_memory.is_some() || is_full {
            self.last_short = Some(now);
        }
        let must_pause = is_pressed || own_memory.is_some();
        if must_pause != self.paused {
            self.paused = must_pause;
            tell(if must_pause {
                DecisionKind::Paused {
                    pressure: pressure.filter(|_| is_pressed),
                    own_memory: own_memory.map(|percent| percent as u64),
                }
            } else {
                DecisionKind::Resumed
            });
        }
        let is_new = self.last_halved.is_none_or(|last| now.saturating_sub(last) >= self.calm);
        if is_full && is_new {
            self.last_halved = Some(now);
            self.halve(now, None, tell, |target| DecisionKind::Halved { target, shortage: None, pressure });
        }
        while self.target < self.cap && now >= self.calm_since() + self.calm {
            self.last_change = self.calm_since() + self.calm;
            self.target += 1;
            tell(DecisionKind::Raised { target: self.target });
        }
    }

    /// A scenario ran out of something.
    pub(super) fn ran_short(&mut self, now: Duration, shortage: Shortage, tell: &mut dyn FnMut(DecisionKind)) {
        self.halve(now, Some(shortage), tell, |target| DecisionKind::Halved {
            target,
            shortage: Some(shortage),
            pressure: None,
        });
    }

    fn halve(
        &mut self,
        now: Duration,
        shortage: Option<Shortage>,
        tell: &mut dyn FnMut(DecisionKind),
        decision: impl FnOnce(u64) -> DecisionKind,
    ) {
        self.last_short = Some(now);
        self.last_change = now;
        let half = (self.target / 2).max(1);
        if half < self.target || shortage.is_none() && half == self.target && self.cap > 1 && self.target > 1 {
            self.target = half;
            tell(decision(half));
        }
    }
}
