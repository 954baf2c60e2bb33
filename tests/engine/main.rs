//! Engines that fail: the real program and an engine that speaks Docker's API and goes wrong as each test says. Whatever happens to
//! the engine, no verdict is wrong, nothing hangs and nothing is left.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

mod addresses;
mod budget;
mod cleanup;
#[path = "../shared/fake_engine/mod.rs"]
mod fake_engine;
mod images;
mod kinds;
mod life;
mod pins;
mod podman;
#[expect(dead_code, reason = "what the tests of real engines need besides")]
#[path = "../runs/project.rs"]
mod project;
mod services;
mod setting;
mod shortage;
