//! Containers: what one shall be, how it is made and started without losing anything, what can be done with it, and how it ends.

mod body;
mod exec;
mod files;
mod handle;
mod spec;
mod start;

pub use exec::{ExecOutput, ExecSpec};
pub use handle::{Container, ContainerState, Exit};
pub use spec::{ContainerNetwork, ContainerSpec, INIT_PATH, Mount, MountSource, PortProtocol, PublishedPort};
pub use start::{Attached, Chunk, Created, Running, Stream};
