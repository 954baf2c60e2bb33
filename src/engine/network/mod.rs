//! Networks: one for each scenario, small, from a range of our own, and cut off from the world unless a test asks for more.

mod create;
mod subnet;

pub use create::{Network, NetworkSpec};
pub use subnet::SubnetRange;

pub(super) use subnet::Subnets;
