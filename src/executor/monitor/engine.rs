//! The numbers of the container engine, or of the quota that somebody else's machines come with.

use std::sync::{Mutex, PoisonError};

use super::{Level, ResourceMonitor, ResourceUsage};

/// What the engine has, or a quota allows, and what of it is in use. The numbers come from whoever talks to the engine: asking it
/// for statistics takes up to a second, and admission does not wait that long.
#[derive(Debug, Default)]
pub struct EngineMonitor {
    usage: Mutex<ResourceUsage>,
}

impl EngineMonitor {
    /// A monitor that knows nothing yet, and so bounds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A monitor of a quota of so much memory (MiB) and processor time (thousandths), as far as they are bounded.
    pub fn of_quota(memory_mb: Option<u64>, cpu_millis: Option<u64>, containers: Option<u64>) -> Self {
        let level = |limit: Option<u64>| limit.map(|limit| Level { used: 0, limit });
        let usage = ResourceUsage {
            containers: level(containers),
            memory_mb: level(memory_mb),
            cpu_millis: level(cpu_millis),
            ..ResourceUsage::default()
        };
        Self { usage: Mutex::new(usage) }
    }

    /// From now on these are the numbers.
    pub fn set(&self, usage: ResourceUsage) {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) = usage;
    }
}

impl ResourceMonitor for EngineMonitor {
    fn current_usage(&self) -> ResourceUsage {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
