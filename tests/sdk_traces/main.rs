//! Real traces of three OpenTelemetry SDKs: the same little shop, written in Python, JavaScript and Rust, exported in each format
//! that its SDK knows. What was exported differs in every byte; what it says must not.
//!
//! `scripts/setup-sdks` installs the SDKs. Without them the tests of that SDK fail in CI and say elsewhere that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

mod rust;
mod sdks;
mod sink;
mod verdicts;
