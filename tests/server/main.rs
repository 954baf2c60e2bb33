//! The language server as its clients see it: a real process over standard input and output.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

mod client;
mod code_action;
#[path = "../shared/otlp_collector.rs"]
mod collector;
mod completion;
mod conformance;
mod dependencies;
mod diagnostics;
mod document_links;
mod edits;
mod expectation_changes;
mod formatting;
mod hover;
mod inlay_hints;
mod lifecycle;
mod liveness;
mod memory;
mod navigation;
mod preview;
mod recorded;
mod selection;
mod semantic_tokens;
mod sessions;
mod settings;
mod telemetry;
