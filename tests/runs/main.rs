//! Runs as people start them: the real program and a real engine, judged by the JSON report, the files and what is left in the engine.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

mod budget;
mod cache;
mod commands;
mod endings;
#[path = "../shared/engine.rs"]
mod engine;
mod oversight;
mod project;
mod services;
mod steps;
mod verdicts;
