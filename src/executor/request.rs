//! How a run is to go: what the flags of `clnrm run` and the settings of the editor say.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

/// How a run is to go.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOptions {
    /// So many scenarios at once at most; `None`: as many as the engine has processors.
    pub jobs: Option<NonZeroUsize>,
    /// What all scenarios that run at one time may use together.
    pub limits: Limits,
    /// No scenario is started any more after so many have failed.
    pub max_fail: Option<NonZeroUsize>,
    /// A failed scenario is run again so often; it is flaky where it passes then.
    pub retries: u32,
    /// Whether a flaky scenario fails the run.
    pub fail_on_flaky: bool,
    /// Scenarios run even where a proven pass of the same inputs is known.
    pub force: bool,
    /// Each scenario runs so often, and all digests must agree.
    pub repeat: NonZeroUsize,
    /// Only this part of the scenarios runs.
    pub shard: Option<Shard>,
    /// When images are pulled.
    pub pull: PullPolicy,
    /// A scenario may take so long, unless the test says otherwise.
    pub timeout: Duration,
    /// How long a process may take to end by itself after it was told to.
    pub grace: Duration,
    /// What seeded functions, the order of equals and the jitter of retries start from.
    pub seed: u64,
    /// By the reference of an image, the id of the one that is to run, as long as the engine has it: that of a run which runs again.
    pub images: BTreeMap<String, String>,
    /// Variables whose values are secrets, although their names do not say so.
    pub secrets: BTreeSet<String>,
}

/// Bounds for all scenarios that run at one time. They add up with those of the engine: the tightest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers.
    pub containers: NonZeroUsize,
    /// Memory, in MiB.
    pub memory_mb: u64,
    /// Thousandths of a processor; `None`: those of the engine.
    pub cpu_millis: Option<u64>,
}

/// A part of the scenarios. Which scenario belongs to which part depends on its identity alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    pub index: NonZeroUsize,
    /// Of how many.
    pub of: NonZeroUsize,
}

/// When images are pulled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PullPolicy {
    /// Where the engine does not have them.
    #[default]
    Missing,
    /// Always.
    Always,
    /// Never: an image that is missing is an error.
    Never,
}

impl Default for Limits {
    fn default() -> Self {
        Self { containers: const { NonZeroUsize::new(10).unwrap() }, memory_mb: 4096, cpu_millis: None }
    }
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            jobs: None,
            limits: Limits::default(),
            max_fail: None,
            retries: 0,
            fail_on_flaky: false,
            force: false,
            repeat: NonZeroUsize::MIN,
            shard: None,
            pull: PullPolicy::default(),
            timeout: Duration::from_secs(300),
            grace: Duration::from_secs(2),
            seed: 42,
            images: BTreeMap::new(),
            secrets: BTreeSet::new(),
        }
    }
}
