//! The library behind `clnrm-lsp` and `clnrm`: from the text of a cleanroom test to findings, verdicts and edits.
//!
//! The modules are the rooms of the house, in the direction data flows; a room uses the rooms above it, never those
//! below. `docs/architecture.md` shows the picture.

pub mod telemetry;

pub mod text;

pub mod template;

pub mod config;

pub mod validation;

pub mod analysis;

pub mod formatting;

pub mod trace;

pub mod expectation;

pub mod features;

pub mod collector;

pub mod engine;

pub mod executor;

pub mod report;

pub mod server;

pub mod watch;

pub mod cli;
