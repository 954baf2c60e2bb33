//! Verdicts are sacred: every key of the format has a trace that satisfies it and mutants that turn it red (the cases of
//! `tests/fixtures/expectations`), and each of them comes out the same wherever a verdict is given: recorded spans judged by
//! `clnrm analyze`, a run, a replay of a run, and the editor, at the same place. The run's engine is a fake one with real processes.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

#[path = "../expectations/cases.rs"]
#[expect(dead_code, reason = "the tests of the room use the rest")]
mod cases;
#[path = "../server/client.rs"]
#[expect(dead_code, reason = "the tests of the server use the rest")]
mod client;
mod command_line;
#[path = "../server/conformance.rs"]
#[expect(dead_code, reason = "the tests of the server use the rest")]
mod conformance;
mod editor;
#[path = "../shared/fake_engine/mod.rs"]
#[expect(dead_code, reason = "the tests of engines that fail use the rest")]
mod fake_engine;
mod kinds;
#[path = "../expectations/notation.rs"]
mod notation;
mod trials;
