//! The receiver as programs meet it: over connections, by every protocol of OTLP; and the documents about it.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

mod bounds;
mod client;
mod documents;
mod protocols;
mod refusals;
mod sdks;
mod variables;
