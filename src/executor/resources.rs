//! What scenarios use and what there is of it: slots, containers, processors, memory, networks, and named groups.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

use super::plan::{PlannedScenario, PlannedTest};
use super::{Limits, RunOptions};
use crate::config::model::Protocol;

/// Memory that a container without a limit is taken to need, in MiB.
pub const USUAL_MEMORY_MB: u64 = 256;

/// Processor time that a container without a limit is taken to need, in thousandths.
pub const USUAL_CPU_MILLIS: u64 = 500;

/// Part of the engine's memory that containers may use, in percent. The rest is the engine's own.
const SHARE_OF_MEMORY: u64 = 80;

/// So many networks fit into an engine's usual address pools.
const USUAL_NETWORKS: u64 = 24;

/// Amounts of all resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Scenarios.
    pub slots: u64,
    /// Containers.
    pub containers: u64,
    /// Thousandths of a processor.
    pub cpu_millis: u64,
    /// Memory, in MiB.
    pub memory_mb: u64,
    /// Networks.
    pub networks: u64,
    /// What has a name of its own: a port of the host, what a test allows itself.
    pub groups: BTreeMap<String, u64>,
}

/// What a scenario uses while it runs.
pub type ResourceRequest = Resources;

/// Too little of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Of what.
    pub resource: String,
    /// How much is wanted.
    pub wanted: u64,
    /// How much there is.
    pub free: u64,
}

impl fmt::Display for Lack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.resource.as_str() {
            "cpu_millis" => "thousandths of a processor",
            "memory_mb" => "MiB of memory",
            "slots" | "containers" | "networks" => &self.resource,
            group => return write!(formatter, "{} of `{group}` wanted, {} free", self.wanted, self.free),
        };
        write!(formatter, "{} {what} wanted, {} free", self.wanted, self.free)
    }
}

/// What an engine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineCapacity {
    /// Processors.
    pub cpus: u64,
    /// Memory, in MiB.
    pub memory_mb: u64,
}

impl Resources {
    /// What a scenario of `test` uses: one slot, one network, and what its containers may use or, where they have no limit, are known
    /// or taken to use. What is only taken to be so is never more than the test allows itself.
    pub fn of_scenario(test: &PlannedTest, scenario: &PlannedScenario, learned: Option<Peaks>) -> Self {
        let mut request = Self { slots: 1, networks: 1, ..Self::default() };
        let services = || scenario.services.iter().filter_map(|index| test.services.get(*index));
        let (limits, mut memory, mut cpu) = (&test.limits, Need::default(), Need::default());
        for service in services().filter(|service| service.image.is_some()) {
            request.containers += 1;
            let resources = scenario.resources_of(service);
            memory.add(resources.memory_mb, USUAL_MEMORY_MB, limits.memory_mb);
            cpu.add(resources.cpu_millis, USUAL_CPU_MILLIS, limits.cpu_millis);
        }
        request.memory_mb = memory.within(limits.memory_mb);
        request.cpu_millis = cpu.within(limits.cpu_millis);
        let is_limited = services().all(|service| scenario.resources_of(service).memory_mb.is_some());
        if let Some(peaks) = learned.filter(|_| !is_limited) {
            request.memory_mb = peaks.memory_mb.max(1);
        }
        for port in services().flat_map(|service| &service.ports) {
            let Some(host) = port.host else { continue };
            let protocol = match port.protocol {
                Protocol::Tcp => "tcp",
                Protocol::Udp => "udp",
                Protocol::Sctp => "sctp",
            };
            request.groups.insert(format!("port {host}/{protocol}"), 1);
        }
        // What a test allows itself binds all of its scenarios together.
        let own = |name: &str| format!("{name} of {}", test.id);
        let bound = [
            ("containers", limits.containers, request.containers),
            ("cpu_millis", limits.cpu_millis, request.cpu_millis),
            ("memory_mb", limits.memory_mb, request.memory_mb),
        ];
        for (name, limit, amount) in bound {
            if limit.is_some() {
                request.groups.insert(own(name), amount);
            }
        }
        request
    }

    /// What there is for a run: the tightest of its options, the engine and the runner's own surroundings.
    pub fn of_run(options: &RunOptions, engine: Option<EngineCapacity>, tests: &[PlannedTest]) -> Self {
        let Limits { containers, memory_mb, cpu_millis } = options.limits;
        let cpus = engine.map_or_else(
            || std::thread::available_parallelism().map_or(1, |it| it.get() as u64),
            |engine| engine.cpus.max(1),
        );
        let slots = options.jobs.map_or(cpus, |jobs| NonZeroUsize::get(jobs) as u64);
        let engine_memory = engine.map_or(u64::MAX, |engine| engine.memory_mb * SHARE_OF_MEMORY / 100);
        let mut groups = BTreeMap::new();
        for test in tests {
            let limits = &test.limits;
            let bounds =
                [("containers", limits.containers), ("cpu_millis", limits.cpu_millis), ("memory_mb", limits.memory_mb)];
            for (name, limit) in bounds {
                if let Some(limit) = limit {
                    groups.insert(format!("{name} of {}", test.id), limit);
                }
            }
        }
        Self {
            slots,
            containers: containers.get() as u64,
            // A container without a limit of its own only shares: so many jobs as are asked for always fit.
            cpu_millis: cpu_millis.unwrap_or(u64::MAX).min((cpus * 1000).max(slots * USUAL_CPU_MILLIS)),
            memory_mb: memory_mb.min(engine_memory).max(1),
            networks: USUAL_NETWORKS,
            groups,
        }
    }

    /// How much of a group there is; of one that nobody bounds, one.
    fn group(&self, name: &str) -> u64 {
        self.groups.get(name).copied().unwrap_or(1)
    }

    /// What is missing for `request` where `used` is in use already; the first thing.
    pub fn lack(&self, used: &Self, request: &Self) -> Option<Lack> {
        let plain = [
            ("slots", self.slots, used.slots, request.slots),
            ("containers", self.containers, used.containers, request.containers),
            ("cpu_millis", self.cpu_millis, used.cpu_millis, request.cpu_millis),
            ("memory_mb", self.memory_mb, used.memory_mb, request.memory_mb),
            ("networks", self.networks, used.networks, request.networks),
        ];
        let plain = plain.into_iter();
        let groups = request.groups.iter().map(|(name, wanted)| {
            (name.as_str(), self.group(name), used.groups.get(name).copied().unwrap_or(0), *wanted)
        });
        plain.chain(groups).find_map(|(name, all, used, wanted)| {
            let free = all.saturating_sub(used);
            (wanted > free).then(|| Lack { resource: name.to_owned(), wanted, free })
        })
    }

    /// Adds `other`.
    pub fn add(&mut self, other: &Self) {
        self.each(other, u64::saturating_add);
    }

    /// Takes `other` away.
    pub fn release(&mut self, other: &Self) {
        self.each(other, u64::saturating_sub);
        self.groups.retain(|_, amount| *amount > 0);
    }

    fn each(&mut self, other: &Self, combine: fn(u64, u64) -> u64) {
        self.slots = combine(self.slots, other.slots);
        self.containers = combine(self.containers, other.containers);
        self.cpu_millis = combine(self.cpu_millis, other.cpu_millis);
        self.memory_mb = combine(self.memory_mb, other.memory_mb);
        self.networks = combine(self.networks, other.networks);
        for (name, amount) in &other.groups {
            let own = self.groups.entry(name.clone()).or_default();
            *own = combine(*own, *amount);
        }
    }

    /// Whether nothing is in use.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the containers of a scenario need of one resource.
#[derive(Clone, Copy, Debug, Default)]
struct Need {
    /// Of those that state it.
    stated: u64,
    /// Of those that state nothing, as far as anybody can guess.
    guessed: u64,
}

impl Need {
    /// One more container; none gets more than its whole test may use.
    fn add(&mut self, stated: Option<u64>, usual: u64, most: Option<u64>) {
        match stated {
            Some(amount) => self.stated = self.stated.saturating_add(amount.min(most.unwrap_or(u64::MAX))),
            None => self.guessed = self.guessed.saturating_add(usual),
        }
    }

    /// What all of them need where their test may use so much: a guess of ours breaks no limit, what is stated may.
    fn within(self, most: Option<u64>) -> u64 {
        let left = most.map_or(u64::MAX, |most| most.saturating_sub(self.stated));
        self.stated.saturating_add(self.guessed.min(left))
    }
}

/// What a scenario was seen to use at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peaks {
    /// Memory of all its containers together, in MiB: what 95 of 100 runs stayed below.
    pub memory_mb: u64,
}
