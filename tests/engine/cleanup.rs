//! `clnrm cleanup`: what it finds, what it removes and why.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::fake_engine::{Call, FakeEngine, Fault};
use super::project::{APP, Project};
use super::setting::{command, start, wait_until};

/// A scenario with a network and a volume that two services share, which only ends by force.
fn hanging() -> String {
    let other = "[services.other]\nimage = \"localhost/busybox:1\"\ncommand = [\"sleep\", \"300\"]\nvolumes = [\"shared:/shared\"]\n";
    let app = APP.replace("[\"./span.sh:/span.sh:ro\"]", "[\"shared:/shared\"]");
    format!(
        "{app}{other}[[scenario]]\nname = \"hangs\"\n[[scenario.steps]]\nname = \"waits\"\nservice = \"app\"\ncommand = [\"sleep\", \"300\"]\n[[scenario.steps]]\nname = \"too\"\nservice = \"other\"\ncommand = [\"true\"]\n"
    )
}

/// What `clnrm cleanup` says, and its exit code.
fn cleanup(project: &Project, engine: &FakeEngine, arguments: &[&str]) -> (Option<i32>, Value) {
    let run = command(project, &engine.host(), &[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
    command.args(["cleanup", "--format", "json"]).args(arguments).stdin(Stdio::null());
    for (name, value) in run.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// Objects as `KIND REASON`.
fn shown(list: &Value) -> Vec<String> {
    let word = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(|it| format!("{} {}", word(it, "kind"), word(it, "reason"))).collect()
}

#[test]
fn what_a_killed_runner_left_goes_and_what_lives_stays() {
    let engine = FakeEngine::start();
    let (dead, alive) = (Project::new(&[("t", &hanging())]), Project::new(&[("t", &hanging())]));
    let mut killed = start(&dead, &engine, &[]);
    wait_until("its containers run", || engine.running() == 2);
    let lives = start(&alive, &engine, &[]);
    wait_until("all containers run", || engine.running() == 4);
    killed.kill();
    wait_until("its containers have ended with it", || engine.running() == 2);
    wait_until("and are gone", || engine.left().len() == 6);

    let (code, looked) = cleanup(&dead, &engine, &["--dry-run"]);
    assert_eq!(
        (code, shown(&looked["removed"])),
        (Some(0), vec!["network owner-dead".to_owned(), "volume owner-dead".to_owned()])
    );
    let lively = ["container", "container", "network", "volume"].map(|kind| format!("{kind} owner-alive"));
    assert_eq!(shown(&looked["kept"]), lively);
    assert_eq!(engine.left().len(), 6, "nothing goes by looking");

    let (code, removed) = cleanup(&dead, &engine, &[]);
    assert_eq!((code, &removed["removed"], &removed["kept"]), (Some(0), &looked["removed"], &looked["kept"]));
    assert_eq!(engine.left().len(), 4);
    let (_, again) = cleanup(&dead, &engine, &[]);
    assert_eq!(shown(&again["removed"]), Vec::<String>::new());

    // Everything means everything.
    let (code, all) = cleanup(&dead, &engine, &["--all"]);
    assert_eq!((code, shown(&all["removed"]).len()), (Some(0), 4), "{all}");
    let ran = alive.ran(lives.wait_with_output().unwrap());
    assert_ne!(ran.code, Some(0), "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn what_does_not_go_is_told() {
    let engine = FakeEngine::start();
    let project = Project::new(&[("t", &hanging())]);
    let mut killed = start(&project, &engine, &[]);
    wait_until("its containers run", || engine.running() == 2);
    killed.kill();
    wait_until("its containers are gone", || engine.left().len() == 2);
    engine.fault(Call::RemoveNetwork, Fault::Answer(500, "the bridge is on fire"));
    let (code, told) = cleanup(&project, &engine, &[]);
    assert_eq!((code, shown(&told["removed"])), (Some(3), vec!["volume owner-dead".to_owned()]), "{told}");
    assert!(told["errors"][0]["message"].as_str().unwrap().contains("on fire"), "{told}");
    assert_eq!(engine.left().len(), 1);
}
