//! Init: a small static program that is the first process of each container of a scenario, and the runner's side of talking to it.
//! It holds the OTLP ports on the container's own loopback and passes bytes on; it starts, times and ends programs; and it takes all
//! of them with it when the runner goes away. Knows no engine: whoever starts the container mounts the [`program`] and hands the
//! attached streams to [`Session::open`].
//!
//! `docs/init.md` tells the protocol and its limits. The program itself lies in `program/` and is no module of this crate:
//! `build.rs` compiles it for Linux and this room embeds it.

mod embedded;
mod error;
mod job;
mod link;
mod session;
mod signal;
mod tunnel;
pub mod wire;

pub use embedded::{Architecture, PROGRAM_NAME, ProgramMissing, program, program_file, program_for, program_tar};
pub use error::{ConnectError, SessionError, StartError};
pub use job::{Job, JobEvent, JobExit, JobSpec, JobSwitch};
pub use session::{HeldPort, Session, SessionOptions, Tunnels};
pub use signal::Signal;
pub use tunnel::Tunnel;
pub use wire::{Output, Status};

/// The port of OTLP over gRPC.
pub const OTLP_GRPC_PORT: u16 = 4317;

/// The port of OTLP over HTTP.
pub const OTLP_HTTP_PORT: u16 = 4318;
