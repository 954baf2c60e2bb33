//! A service whose container is to be started.

use std::path::PathBuf;
use std::time::Duration;

use super::Place;
use crate::config::model::Protocol;

/// One service of a test. What its kind adds (the command of a database, its readiness) is for those who start it.
#[derive(Clone, Debug)]
pub struct PlannedService {
    /// Its name, which is its host name too.
    pub name: String,
    /// Its header.
    pub place: Place,
    /// The kind as the catalogue names it (`generic_container`, `postgres`); another word is a free label.
    pub kind: String,
    /// Whether the kind is one of the catalogue.
    pub kind_is_known: bool,
    /// Where the kind is stated; else the header.
    pub kind_place: Place,
    /// The image, that of the kind where it names none; `None`: nothing is started for it.
    pub image: Option<String>,
    /// Where the image is stated; else the header.
    pub image_place: Place,
    /// The arguments for the image: its `command`, then its `args`. Empty: the image's own.
    pub command: Vec<String>,
    /// Its environment variables. A name stands there once.
    pub env: Vec<(String, String)>,
    /// Ports to publish on the host.
    pub ports: Vec<PlannedPort>,
    /// What is mounted.
    pub volumes: Vec<PlannedVolume>,
    /// The working directory of its programs.
    pub workdir: Option<String>,
    /// The user of its programs.
    pub user: Option<String>,
    /// How to ask it whether it is healthy.
    pub health: Option<HealthProbe>,
    /// What must have happened before it is ready, all of it.
    pub waits: Vec<Wait>,
    /// How long its start may take, where it says so.
    pub start_timeout: Option<(Duration, Place)>,
    /// Services that must be ready before, as indices into the services of the test.
    pub depends_on: Vec<usize>,
    /// What it may use.
    pub resources: ServiceResources,
    /// What it may reach, where it says so.
    pub network: Option<(NetworkMode, Place)>,
    /// The arguments for the image that its language model makes, where the test names none.
    pub language_model: Vec<String>,
    /// User name, password and strictness of a `surrealdb`.
    pub username: Option<String>,
    /// See `username`.
    pub password: Option<String>,
    /// See `username`.
    pub strict: bool,
}

/// A published port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPort {
    /// The port of the host; `None`: any free one.
    pub host: Option<u16>,
    /// The port of the container.
    pub container: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// Where it is stated.
    pub place: Place,
}

/// A mounted volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedVolume {
    /// What is mounted.
    pub source: VolumeSource,
    /// Where in the container.
    pub container: String,
    /// Whether the container may only read.
    pub read_only: bool,
    /// Where it is stated.
    pub place: Place,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VolumeSource {
    /// A file or directory of the host. Absolute: a relative path is one from the folder of the test.
    Host(PathBuf),
    /// A volume of this name that the scenario has for itself.
    Named(String),
    /// A volume without name that the scenario has for itself.
    Anonymous,
}

/// How to ask a service whether it is healthy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthProbe {
    /// The argument vector. Never empty.
    pub command: Vec<String>,
    /// Time between two probes.
    pub interval: Option<Duration>,
    /// Time for one probe.
    pub timeout: Option<Duration>,
    /// So many probes may fail.
    pub retries: Option<u32>,
    /// Time before failures count.
    pub start_period: Option<Duration>,
    /// Where it is stated.
    pub place: Place,
}

/// What must have happened before a service is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Its log has this text.
    Log(String, Place),
    /// Its ports take connections.
    Ports(Place),
    /// Its health check passes.
    Health(Place),
    /// Its program has ended with status 0.
    Exit(Place),
    /// A span of this name has come, within this time.
    Span {
        /// The name.
        name: String,
        /// The time.
        timeout: Duration,
        /// Where it is stated.
        place: Place,
    },
}

/// What the container of a service may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceResources {
    /// Memory, in MiB.
    pub memory_mb: Option<u64>,
    /// Thousandths of a processor.
    pub cpu_millis: Option<u64>,
}

impl ServiceResources {
    /// The tighter of both, of each resource.
    #[must_use]
    pub fn tighter(self, other: Self) -> Self {
        let tighter = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            memory_mb: tighter(self.memory_mb, other.memory_mb),
            cpu_millis: tighter(self.cpu_millis, other.cpu_millis),
        }
    }
}

/// What the container of a service may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkMode {
    /// Nothing.
    Sealed,
    /// The other services of its scenario.
    Internal,
    /// The outside world.
    Open,
}
