//! The pure half of running tests: what is planned, when it starts, what need not run again.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

mod plan;
mod schedule;
mod simulation;
