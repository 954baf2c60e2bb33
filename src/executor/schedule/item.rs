//! What is scheduled.

use std::fmt;
use std::time::Duration;

use crate::executor::Outcome;
use crate::executor::resources::ResourceRequest;

/// One scenario that is to run. Items know each other by their index.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// What it is called in decisions.
    pub label: String,
    /// Which test it belongs to: items of one test are judged together.
    pub test: usize,
    /// What it uses while it runs.
    pub request: ResourceRequest,
    /// Items that must have passed before.
    pub depends_on: Vec<usize>,
    /// Items that must have ended before.
    pub after: Vec<usize>,
    /// How long it is expected to take, from earlier runs.
    pub expected: Option<Duration>,
}

/// How an attempt at an item ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemEnd {
    /// What came out.
    pub outcome: Outcome,
    /// What there was too little of, where that ended it.
    pub shortage: Option<Shortage>,
}

/// Something of which there was too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// The kernel killed a container for memory.
    Memory,
    /// No space was left on the engine's disk.
    Disk,
    /// The engine has no addresses left for a network.
    Addresses,
    /// The engine has too many files open.
    Files,
    /// The engine could not do what it was asked for (a status of 500 or above).
    Engine,
}

impl fmt::Display for Shortage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Memory => "out of memory",
            Self::Disk => "no space left on the engine's disk",
            Self::Addresses => "no addresses left for networks",
            Self::Files => "too many open files",
            Self::Engine => "the engine is overloaded",
        })
    }
}
