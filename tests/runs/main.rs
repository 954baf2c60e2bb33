//! Runs as people start them: the real program and a real engine, judged by the JSON report, the files and what is left in the engine.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

mod acceptance;
mod budget;
mod cache;
#[path = "../shared/otlp_collector.rs"]
#[expect(dead_code, reason = "the tests of the server use the rest")]
mod collector;
mod commands;
mod endings;
#[path = "../shared/engine.rs"]
mod engine;
mod faults;
mod oversight;
mod podman;
mod project;
mod repeat;
mod services;
mod steps;
mod telemetry;
mod verdicts;
mod watch;
