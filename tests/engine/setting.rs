//! A project that runs in a fake engine.

use std::process::Command;
use std::time::{Duration, Instant};

use super::fake_engine::FakeEngine;
use super::project::{APP, Project, Ran, Started};

/// A test of scenarios: their names and commands.
pub fn scenarios(scenarios: &[(&str, &str)]) -> String {
    let mut text = APP.to_owned();
    for (name, run) in scenarios {
        text += &format!("[[scenario]]\nname = \"{name}\"\nservice = \"app\"\nrun = \"{run}\"\n");
    }
    text
}

/// `clnrm run` with this engine.
pub fn command(project: &Project, host: &str, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command.env("DOCKER_HOST", host).env("DOCKER_CONFIG", project.path("docker"));
    for name in ["DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "CONTAINER_HOST"] {
        command.env_remove(name);
    }
    // A call that hangs shall not be waited for as long as people would.
    command.env("CLNRM_ENGINE_TIMEOUT", "2");
    command
}

/// A run to its end.
pub fn run(project: &Project, engine: &FakeEngine, arguments: &[&str]) -> Ran {
    let _ = std::fs::remove_file(project.path("out.json"));
    project.ran(command(project, &engine.host(), arguments).output().expect("the binary runs"))
}

/// A run that goes on.
pub fn start(project: &Project, engine: &FakeEngine, arguments: &[&str]) -> Started {
    Started::of(&mut command(project, &engine.host(), arguments))
}

/// Waits until something holds.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
