//! What a container shall be.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use crate::engine::image::ImageHealthcheck;
use crate::engine::{Belonging, Network};

/// Where the init program lies in a container that has it.
pub const INIT_PATH: &str = "/.clnrm/clnrm-init";

/// What a container shall be. Everything that is empty or `None` is as the image says.
#[derive(Clone, Debug)]
pub struct ContainerSpec {
    /// What it belongs to.
    pub belonging: Belonging,
    /// The image, best by [`Image::id`](crate::engine::Image::id). It must be in the engine.
    pub image: String,
    /// The program; `None`: the image's. Not used with init.
    pub entrypoint: Option<Vec<String>>,
    /// The arguments; `None`: the image's. With init they are the arguments of init.
    pub command: Option<Vec<String>>,
    /// Whether init is its first process. Init starts nothing by itself: the image's program is started through its session
    /// ([`Image::argv`](crate::engine::Image::argv)).
    pub init: bool,
    /// Variables.
    pub env: Vec<(String, String)>,
    /// The folder in which its program runs.
    pub workdir: Option<String>,
    /// The user, as `USER[:GROUP]`.
    pub user: Option<String>,
    /// The name that it has for itself.
    pub hostname: Option<String>,
    /// Ports to publish on the engine's machine.
    pub ports: Vec<PublishedPort>,
    /// Folders and files of the engine's machine, volumes, and file systems in memory.
    pub mounts: Vec<Mount>,
    /// Its memory, in bytes; swap is not given beside it.
    pub memory: Option<u64>,
    /// Its processor time, in billionths of a processor.
    pub nano_cpus: Option<u64>,
    /// How many processes it may have.
    pub pids: Option<u64>,
    /// Size of `/dev/shm`, in bytes.
    pub shared_memory: Option<u64>,
    /// Its network.
    pub network: ContainerNetwork,
    /// Further names: `NAME:ADDRESS`, where the address may be `host-gateway`.
    pub extra_hosts: Vec<String>,
    /// Whether its root file system can't be written.
    pub read_only: bool,
    /// Capabilities taken away; `ALL` for all.
    pub cap_drop: Vec<String>,
    /// Capabilities given.
    pub cap_add: Vec<String>,
    /// Whether programs may gain rights, as by set-user-id.
    pub new_privileges: bool,
    /// Whether it has all rights on the engine's machine.
    pub privileged: bool,
    /// Its health check; `None`: the image's.
    pub healthcheck: Option<ImageHealthcheck>,
    /// Further labels; ours win.
    pub labels: HashMap<String, String>,
}

/// Where a container can reach.
#[derive(Clone, Debug, Default)]
pub enum ContainerNetwork {
    /// Nowhere but itself.
    #[default]
    None,
    /// A network of its scenario, under these names beside its own.
    Own {
        /// The network.
        network: Network,
        /// Names for others in it.
        aliases: Vec<String>,
    },
    /// The engine's usual network.
    Bridge,
    /// That of the engine's machine.
    Host,
}

/// A port published on the engine's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedPort {
    /// The address on the engine's machine.
    pub address: IpAddr,
    /// The port there; `None`: a free one, told by [`ContainerState::ports`](super::ContainerState::ports).
    pub host: Option<u16>,
    /// The port in the container.
    pub container: u16,
    /// The protocol.
    pub protocol: PortProtocol,
}

impl PublishedPort {
    /// On 127.0.0.1: nobody else reaches it.
    pub fn loopback(host: Option<u16>, container: u16) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST), host, container, protocol: PortProtocol::Tcp }
    }
}

/// The protocol of a published port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PortProtocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl PortProtocol {
    /// As engines name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}

/// Something mounted into a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// What.
    pub source: MountSource,
    /// Where: an absolute path in the container.
    pub target: String,
    /// Whether it can't be written there.
    pub read_only: bool,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MountSource {
    /// A file or folder of the engine's machine: an absolute path. It must exist.
    Bind(PathBuf),
    /// A named volume; it is made where it is missing, and stays.
    Volume(String),
    /// A volume of this container alone, removed with it.
    Anonymous,
    /// Memory, of this size in bytes; `None`: without a limit of its own. Gone when the container ends.
    Memory(Option<u64>),
}

impl Mount {
    /// A file or folder that can be read only.
    pub fn read_only(source: impl Into<PathBuf>, target: impl Into<String>) -> Self {
        Self { source: MountSource::Bind(source.into()), target: target.into(), read_only: true }
    }

    /// A file system in memory.
    pub fn memory(target: impl Into<String>) -> Self {
        Self { source: MountSource::Memory(None), target: target.into(), read_only: false }
    }
}

impl ContainerSpec {
    /// A container as hermetic as it gets: no network, no new rights. Memory and processes are as the engine has them.
    pub fn new(belonging: Belonging, image: impl Into<String>) -> Self {
        Self {
            belonging,
            image: image.into(),
            entrypoint: None,
            command: None,
            init: false,
            env: Vec::new(),
            workdir: None,
            user: None,
            hostname: None,
            ports: Vec::new(),
            mounts: Vec::new(),
            memory: None,
            nano_cpus: None,
            pids: None,
            shared_memory: None,
            network: ContainerNetwork::None,
            extra_hosts: Vec::new(),
            read_only: false,
            cap_drop: Vec::new(),
            cap_add: Vec::new(),
            new_privileges: false,
            privileged: false,
            healthcheck: None,
            labels: HashMap::new(),
        }
    }
}
