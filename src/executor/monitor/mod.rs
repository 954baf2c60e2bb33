//! What the machine says about itself while scenarios run: how much is in use, how much there is, and whether anything has to wait
//! for memory. What a monitor can't read it says nothing about: unknown is not zero.

mod cgroup;
mod engine;
mod simple;

pub use cgroup::CgroupMonitor;
pub use engine::EngineMonitor;
pub use simple::SimpleMonitor;

use super::resources::ResourceRequest;

/// Something that is in use, and how much there is of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// In use.
    pub used: u64,
    /// There is.
    pub limit: u64,
}

/// How much of the time tasks waited for memory lately, in percent (`avg10` of the kernel's pressure stall information).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pressure {
    /// Some task did.
    pub some: f64,
    /// All tasks did.
    pub full: f64,
}

/// One reading. What is `None` is not known and bounds nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceUsage {
    /// Containers.
    pub containers: Option<Level>,
    /// Memory for containers, in MiB.
    pub memory_mb: Option<Level>,
    /// Memory of this program and all beside it in its control group, in MiB. Containers don't count against it.
    pub own_memory_mb: Option<Level>,
    /// Processor time, in thousandths of a processor.
    pub cpu_millis: Option<Level>,
    /// Waiting for memory.
    pub pressure: Option<Pressure>,
}

/// Reads how much is in use.
pub trait ResourceMonitor: Send + Sync {
    /// A reading. May take some milliseconds, never longer.
    fn current_usage(&self) -> ResourceUsage;

    /// Whether there is room for `request` now.
    fn can_allocate(&self, request: &ResourceRequest) -> bool {
        self.current_usage().has_room_for(request)
    }
}

impl Level {
    /// How much is free.
    pub const fn free(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// How much is in use, in percent.
    pub fn percent(self) -> f64 {
        if self.limit == 0 { 100.0 } else { self.used as f64 * 100.0 / self.limit as f64 }
    }
}

impl ResourceUsage {
    /// Whether there is room for `request`, as far as is known.
    pub fn has_room_for(&self, request: &ResourceRequest) -> bool {
        let has_room = |level: Option<Level>, wanted: u64| level.is_none_or(|level| wanted <= level.free());
        has_room(self.containers, request.containers)
            && has_room(self.memory_mb, request.memory_mb)
            && has_room(self.cpu_millis, request.cpu_millis)
    }

    /// Both readings as one: of what both know, the tighter one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let tighter = |a: Option<Level>, b: Option<Level>| match (a, b) {
            (Some(a), Some(b)) => Some(if a.free() <= b.free() { a } else { b }),
            (a, b) => a.or(b),
        };
        let pressure = match (self.pressure, other.pressure) {
            (Some(a), Some(b)) => Some(Pressure { some: a.some.max(b.some), full: a.full.max(b.full) }),
            (a, b) => a.or(b),
        };
        Self {
            containers: tighter(self.containers, other.containers),
            memory_mb: tighter(self.memory_mb, other.memory_mb),
            own_memory_mb: tighter(self.own_memory_mb, other.own_memory_mb),
            cpu_millis: tighter(self.cpu_millis, other.cpu_millis),
            pressure,
        }
    }
}

/// Several monitors as one: what all of them allow.
pub struct AllMonitors(pub Vec<Box<dyn ResourceMonitor>>);

impl ResourceMonitor for AllMonitors {
    fn current_usage(&self) -> ResourceUsage {
        self.0.iter().fold(ResourceUsage::default(), |usage, monitor| usage.and(monitor.current_usage()))
    }
}
