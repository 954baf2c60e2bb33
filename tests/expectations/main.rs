//! Expectations are proved by traces: for each key one that satisfies it and one that turns it, and only it, red.

#![expect(clippy::unwrap_used, reason = "a fixture that can't be read or written is a failed test")]

mod cases;
mod explanations;
mod notation;
mod older;
mod places;
mod properties;
mod table;
mod zero;
