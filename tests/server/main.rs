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
#[cfg(unix)]
#[path = "../shared/engine.rs"]
mod engine;
mod expectation_changes;
mod formatting;
mod hover;
mod inlay_hints;
mod lifecycle;
mod liveness;
mod memory;
mod navigation;
mod preview;
#[cfg(unix)]
#[path = "../runs/project.rs"]
#[expect(dead_code, reason = "the tests of runs use the rest")]
mod project;
mod recorded;
mod runs;
mod selection;
mod semantic_tokens;
mod sessions;
mod settings;
mod telemetry;
