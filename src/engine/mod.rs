//! The container engine: images, networks, containers, and what runs in them. The only room that knows bollard; knows nothing of
//! tests.
//!
//! [`Engine::connect`] finds one, [`Engine::image`] gets an image, [`Engine::create_network`] and [`Engine::start`] make what a scenario
//! needs, [`Engine::teardown`] removes what a run made, [`Engine::sweep`] what earlier runs left. `docs/engines.md` tells the rest.

mod classify;
mod connect;
mod container;
mod core;
mod dialect;
mod endpoint;
mod error;
mod events;
mod image;
mod info;
pub mod init;
pub mod label;
mod network;
mod owner;
mod sweep;
mod teardown;
mod volume;

pub use connect::{ConnectOptions, Deadlines, OLDEST_API};
pub use container::{
    Attached, Chunk, Container, ContainerNetwork, ContainerSpec, ContainerState, Created, ExecOutput, ExecSpec, Exit,
    INIT_PATH, Mount, MountSource, PortProtocol, PublishedPort, Running, SessionOutput, Stream,
};
pub use core::Engine;
pub use endpoint::{Endpoint, Environment};
pub use error::{Attempted, EngineError, NotPulled, PullFailure, Unreachable};
pub use image::{Image, ImageHealthcheck, ImageReference, PullPolicy, PullProgress};
pub use info::{EngineInfo, EngineKind};
pub use label::Belonging;
pub use network::{Network, NetworkSpec, SubnetRange};
pub use owner::{Owner, Ownership};
pub use sweep::{ObjectKind, Reason, SweepOptions, Swept, SweptObject};
pub use teardown::Teardown;
pub use volume::Volume;

/// The target of what this room logs.
const TARGET: &str = module_path!();
