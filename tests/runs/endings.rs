//! Ends that nobody planned: a cancelled run, a runner that is killed and who cleans up behind it, two runners side by side.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::engine::{containers, engine, left, wait_until};
use super::project::{APP, Project};

/// So small that many of them fit.
const SMALL: &str = "limits = { memory_mb = 32, cpu_millicores = 50 }\n";

/// Nothing may be left of a run that was ended after so long.
const SOON: Duration = Duration::from_secs(10);

/// Scenarios that only end by force, each in a network with a neighbour.
fn hanging(count: usize) -> String {
    let mut text = format!(
        "{APP}{SMALL}\n[services.other]\nplugin = \"generic_container\"\nimage = \"localhost/busybox:1\"\ncommand = [\"sleep\", \"300\"]\n{SMALL}"
    );
    for index in 0..count {
        text += &format!(
            "[[scenario]]\nname = \"hangs {index}\"\n[[scenario.steps]]\nname = \"waits\"\nservice = \"app\"\ncommand = [\"sleep\", \"300\"]\n"
        );
        text += "[[scenario.steps]]\nname = \"too\"\nservice = \"other\"\ncommand = [\"true\"]\n";
    }
    text
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([name, &pid.to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_cancelled_run_leaves_nothing() {
    if !engine() {
        return;
    }
    for name in ["-INT", "-TERM", "-HUP"] {
        let project = Project::new(&[("hangs", &hanging(2))]);
        let run = project.start(&["--jobs", "2"]);
        assert!(wait_until(|| containers(&project.name, false).len() == 4), "all containers run");
        signal(run.id(), name);
        let told = Instant::now();
        let output: Output = run.wait_with_output().unwrap();
        assert!(told.elapsed() < SOON, "{name}: the end took {:?}", told.elapsed());
        // Nothing is waited for: what was made is gone when the program ends.
        assert_eq!(left(&project.name), Vec::<String>::new(), "{name}");
        let ran = project.ran(output);
        assert_eq!((ran.code, ran.report["cancelled"].as_bool()), (Some(130), Some(true)), "{name}: {}", ran.text);
        assert_eq!((ran.outcome("hangs 0"), ran.outcome("hangs 1")), ("cancelled", "cancelled"), "{name}");
    }
}

#[test]
fn a_second_signal_ends_the_program_at_once_and_the_containers_with_it() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("hangs", &hanging(2))]);
    let run = project.start(&["--jobs", "2"]);
    assert!(wait_until(|| containers(&project.name, false).len() == 4), "all containers run");
    signal(run.id(), "-INT");
    signal(run.id(), "-INT");
    assert_eq!(run.wait_with_output().unwrap().status.code(), Some(130));
    let ended = Instant::now();
    assert!(
        wait_until(|| containers(&project.name, false).is_empty()) && ended.elapsed() < SOON,
        "containers outlive it"
    );
    cleanup(&[]);
    assert_eq!(left(&project.name), Vec::<String>::new());
}

/// What `clnrm cleanup` says of it.
fn cleanup(arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
    let output = command.arg("cleanup").args(["--format", "json"]).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn cleanup_removes_what_a_killed_runner_left_and_nothing_of_who_lives() {
    if !engine() {
        return;
    }
    let (dead, alive) = (Project::new(&[("hangs", &hanging(1))]), Project::new(&[("hangs", &hanging(1))]));
    let (mut killed, runs) = (dead.start(&[]), alive.start(&[]));
    assert!(wait_until(|| [&dead, &alive].iter().all(|it| containers(&it.name, false).len() == 2)), "both run");
    killed.kill();
    assert!(wait_until(|| containers(&dead.name, false).is_empty()), "containers outlive their runner");
    // Whoever starts a run meanwhile cleans up too: `tests/engine` has an engine of its own for what `cleanup` tells.
    let told = cleanup(&[]);
    assert_eq!(left(&dead.name), Vec::<String>::new());
    let of_alive = |it: &&Value| it["scenario"].as_str().unwrap_or_default().contains(&alive.name);
    assert_eq!(told["kept"].as_array().unwrap().iter().filter(of_alive).count(), 3, "{told}");
    assert_eq!(left(&alive.name).len(), 3, "two containers and a network");
    signal(runs.id(), "-TERM");
    assert_eq!(runs.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(left(&alive.name), Vec::<String>::new());
}

#[test]
fn a_killed_runner_leaves_nothing_running_and_the_next_start_removes_the_rest() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("hangs", &hanging(8))]);
    let mut run = project.start(&["--jobs", "8", "--max-containers", "16"]);
    assert!(wait_until(|| containers(&project.name, false).len() == 16), "all containers run");
    run.kill();
    let killed = Instant::now();
    assert!(wait_until(|| containers(&project.name, false).is_empty()), "containers outlive their runner");
    assert!(killed.elapsed() < SOON, "the last container ended after {:?}", killed.elapsed());
    let next = Project::new(&[(
        "next",
        &format!("{APP}\n[[scenario]]\nname = \"next\"\nservice = \"app\"\nrun = \"sleep 1\"\n"),
    )]);
    assert_eq!(next.run(&[]).code, Some(0));
    assert!(wait_until(|| left(&project.name).is_empty()), "left: {:?}", left(&project.name));
}

#[test]
fn two_runners_leave_each_other_alone() {
    if !engine() {
        return;
    }
    let text = |word: &str| {
        format!(
            "{APP}\n[[scenario]]\nname = \"{word}\"\nservice = \"app\"\nrun = \"sh -c 'sleep 1; sh /span.sh {word}'\"\n[[expect.span]]\nname = \"{word}\"\n[expect.counts]\nspans_total.eq = 1\n"
        )
    };
    let (one, other) = (Project::new(&[("t", &text("left"))]), Project::new(&[("t", &text("right"))]));
    let (first, second) = (one.start(&[]), other.start(&[]));
    for (project, run) in [(&one, first), (&other, second)] {
        let ran = project.ran(run.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.text);
        assert_eq!(left(&project.name), Vec::<String>::new());
    }
}
