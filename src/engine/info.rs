//! What an engine is and what its machine has.

use std::fmt;

use bollard::models::{SystemInfo, SystemVersion};

use super::Endpoint;

/// What kind of engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// Docker, or what calls itself so.
    Docker,
    /// Podman, behind its Docker API.
    Podman,
}

/// What an engine is and what its machine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineInfo {
    /// The kind.
    pub kind: EngineKind,
    /// The engine's own version: `20.10.24`.
    pub version: String,
    /// The version of the API that is spoken, as negotiated: `1.41`.
    pub api: String,
    /// Where it is.
    pub endpoint: Endpoint,
    /// The name of its machine.
    pub name: String,
    /// How many processors its machine has; at least 1.
    pub processors: u32,
    /// The memory of its machine, in bytes.
    pub memory: u64,
    /// The system of its containers: `linux`.
    pub os: String,
    /// The processor, as images name it: `amd64`, `arm64`.
    pub architecture: String,
    /// The kernel of its machine.
    pub kernel: String,
    /// Whether it runs on this very machine and kernel: it sees this machine's files, and its networks end here.
    pub is_local: bool,
    /// Whether it runs without root.
    pub rootless: bool,
    /// Which version of cgroups its containers are limited by: `1` or `2`; 0 where that is not told.
    pub cgroups: u8,
    /// Whether memory of containers can be limited.
    pub limits_memory: bool,
    /// Whether the processor time of containers can be limited.
    pub limits_cpu: bool,
    /// Whether the number of processes of containers can be limited.
    pub limits_pids: bool,
    /// Whether networks can be cut off from the engine's machine too (`gateway_mode_ipv4=isolated`, Docker 28).
    pub isolates_host: bool,
}

impl fmt::Display for EngineKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Docker => "Docker",
            Self::Podman => "podman",
        })
    }
}

impl fmt::Display for EngineInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {} (API {}) at {}, {} processors, {} MB",
            self.kind,
            self.version,
            self.api,
            self.endpoint,
            self.processors,
            self.memory / 1_000_000
        )
    }
}

impl EngineInfo {
    pub(super) fn new(
        kind: EngineKind,
        api: String,
        endpoint: Endpoint,
        version: SystemVersion,
        info: SystemInfo,
    ) -> Self {
        let security = info.security_options.unwrap_or_default();
        let number = version.version.or(info.server_version).unwrap_or_default();
        let kernel = info.kernel_version.or(version.kernel_version).unwrap_or_default();
        let major: u32 = number.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
        let rootless = security.iter().any(|option| option.contains("rootless"))
            || (kind == EngineKind::Podman && is_owned_by_a_user(&endpoint));
        let cgroups = info.cgroup_version.and_then(|version| version.to_string().parse().ok()).unwrap_or(0);
        // Podman says that it can, and passes over what it is asked then.
        let limits = !(kind == EngineKind::Podman && rootless && cgroups == 1);
        let is_local = endpoint.is_local_socket() && read_kernel("osrelease").is_some_and(|ours| ours == kernel);
        Self {
            kind,
            api,
            endpoint,
            name: info.name.unwrap_or_default(),
            processors: info.ncpu.and_then(|count| u32::try_from(count).ok()).unwrap_or(1).max(1),
            memory: info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
            os: info.os_type.or(version.os).unwrap_or_else(|| "linux".to_owned()),
            architecture: architecture(&version.arch.or(info.architecture).unwrap_or_default()),
            kernel,
            is_local,
            rootless,
            cgroups,
            limits_memory: limits && info.memory_limit.unwrap_or(true),
            limits_cpu: limits && info.cpu_cfs_quota.unwrap_or(true),
            limits_pids: limits && info.pids_limit.unwrap_or(true),
            isolates_host: kind == EngineKind::Docker && major >= 28,
            version: number,
        }
    }
}

impl EngineInfo {
    /// Whether its machine has the name of this one. Containers have names of their own, so that this program in a container and an
    /// engine outside of it differ, although they have one kernel.
    pub(super) fn is_named_as_this_machine(&self) -> bool {
        read_kernel("hostname").is_none_or(|name| name == self.name)
    }
}

/// The name that images use.
fn architecture(name: &str) -> String {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
    .to_owned()
}

/// Whether the socket belongs to somebody else than root: podman tells in no other way that it runs without root.
#[cfg(unix)]
fn is_owned_by_a_user(endpoint: &Endpoint) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match endpoint {
        Endpoint::Unix(path) => std::fs::metadata(path).is_ok_and(|socket| socket.uid() != 0),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_owned_by_a_user(_: &Endpoint) -> bool {
    false
}

/// What the kernel below this process says of itself; `None` where there is no Linux.
fn read_kernel(what: &str) -> Option<String> {
    std::fs::read_to_string(format!("/proc/sys/kernel/{what}")).ok().map(|text| text.trim().to_owned())
}
