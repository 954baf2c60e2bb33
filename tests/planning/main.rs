//! The pure half of running tests: what is planned, when it starts, what need not run again.

mod plan;
mod schedule;
mod simulation;
