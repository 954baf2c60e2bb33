//! What the scheduler decided beside starting what is next, with the reading behind it.

use std::fmt;

use super::Shortage;
use crate::executor::monitor::Pressure;
use crate::executor::resources::Lack;

/// A decision that is worth telling.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The item that it is about, if any.
    pub item: Option<usize>,
    /// What was decided.
    pub kind: DecisionKind,
}

/// What was decided, and why.
#[derive(Clone, Debug, PartialEq)]
pub enum DecisionKind {
    /// Nothing is started for now.
    Paused {
        /// The pressure that was read.
        pressure: Option<Pressure>,
        /// How much of the runner's own memory is in use, in percent, where that is why.
        own_memory: Option<u64>,
    },
    /// What waits is started again.
    Resumed,
    /// Only half as many run at once from now on.
    Halved {
        /// So many.
        target: u64,
        /// What ended a scenario, where that is why.
        shortage: Option<Shortage>,
        /// The pressure that was read, where that is why.
        pressure: Option<Pressure>,
    },
    /// One more may run at once, after a while of calm.
    Raised {
        /// So many.
        target: u64,
    },
    /// It is too big for what there is: it runs when nothing else does.
    TooBig(Lack),
    /// It was overtaken so often that nothing starts before it any more.
    Barrier {
        /// How often.
        overtaken: u32,
    },
    /// It ran out of something and runs again, alone.
    RunsAgainAlone(Shortage),
    /// It failed and runs again.
    Retried {
        /// How many more times it may.
        left: u32,
    },
    /// The expectations of its test do not hold, and all of the test runs again.
    TestRetried {
        /// How many more times it may.
        left: u32,
    },
    /// So much failed that nothing is started any more.
    Stopped {
        /// How much.
        failed: usize,
    },
    /// Somebody cancelled the run.
    Cancelled,
}

impl Decision {
    /// Whether it is one of graceful degradation.
    pub const fn is_degradation(&self) -> bool {
        matches!(self.kind, DecisionKind::Paused { .. } | DecisionKind::Halved { .. } | DecisionKind::RunsAgainAlone(_))
    }
}

impl fmt::Display for DecisionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paused { pressure: Some(pressure), .. } => {
                write!(formatter, "nothing new starts: memory is short ({})", Reading(*pressure))
            }
            Self::Paused { own_memory: Some(percent), .. } => {
                write!(formatter, "nothing new starts: this program's own memory is used up to {percent} %")
            }
            Self::Paused { .. } => formatter.write_str("nothing new starts"),
            Self::Resumed => formatter.write_str("what waits is started again"),
            Self::Halved { target, shortage, pressure } => {
                write!(formatter, "at most {target} at once from now on: ")?;
                match (shortage, pressure) {
                    (Some(shortage), _) => write!(formatter, "{shortage}"),
                    (None, Some(pressure)) => write!(formatter, "memory is short ({})", Reading(*pressure)),
                    (None, None) => formatter.write_str("resources are short"),
                }
            }
            Self::Raised { target } => write!(formatter, "at most {target} at once from now on: it has been calm"),
            Self::TooBig(lack) => write!(formatter, "runs alone: {lack} even when nothing else runs"),
            Self::Barrier { overtaken } => {
                write!(formatter, "is next: it was overtaken {overtaken} times for want of room")
            }
            Self::RunsAgainAlone(shortage) => write!(formatter, "runs again alone: {shortage}"),
            Self::Retried { left } => write!(formatter, "failed and runs again (retries left: {left})"),
            Self::TestRetried { left } => {
                write!(formatter, "its test is red, so it runs again (retries left: {left})")
            }
            Self::Stopped { failed } => write!(formatter, "nothing starts any more: {failed} failed"),
            Self::Cancelled => formatter.write_str("cancelled"),
        }
    }
}

/// A pressure as people read it.
struct Reading(Pressure);

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "some avg10={:.2}, full avg10={:.2}", self.0.some, self.0.full)
    }
}
