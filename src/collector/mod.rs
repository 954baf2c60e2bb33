//! Receiving what programs export: OTLP over gRPC, HTTP with protobuf and HTTP with JSON on one port, spans in what they write, and the
//! variables that make them send it here. Knows no containers and no expectations: it tells what came, and how sure it is that this is all.

mod body;
pub mod environment;
mod grpc;
mod http;
mod identity;
mod inbox;
mod limits;
mod receiver;
mod statistics;

pub use identity::Identity;
pub use limits::Limits;
pub use receiver::{Acceptor, Collected, Listener, Receiver, Source};
pub use statistics::Statistics;
