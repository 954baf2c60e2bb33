//! The init program as people's containers have it: as a process over pipes, and as the first process of real containers. The
//! faults of a stream are played by hand.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

mod container;
mod faults;
mod harness;
mod jobs;
mod lifetime;
mod program;
mod tunnels;
mod wire;
