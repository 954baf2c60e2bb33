//! Counts containers.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Level, ResourceMonitor, ResourceUsage};

/// Counts the containers that a run has, against a bound.
#[derive(Debug)]
pub struct SimpleMonitor {
    containers: AtomicU64,
    limit: u64,
}

impl SimpleMonitor {
    /// A monitor that allows so many containers.
    pub const fn new(limit: u64) -> Self {
        Self { containers: AtomicU64::new(0), limit }
    }

    /// So many containers there are now.
    pub fn set(&self, containers: u64) {
        self.containers.store(containers, Ordering::Relaxed);
    }
}

impl ResourceMonitor for SimpleMonitor {
    fn current_usage(&self) -> ResourceUsage {
        let used = self.containers.load(Ordering::Relaxed);
        ResourceUsage { containers: Some(Level { used, limit: self.limit }), ..ResourceUsage::default() }
    }
}
