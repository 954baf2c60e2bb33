//! Ends that nobody planned: a cancelled run, a runner that is killed, two runners side by side.

use std::process::{Command, Output};

use super::engine::{containers, engine, left, wait_until};
use super::project::{APP, Project};

/// Scenarios that only end by force, each in a network with a neighbour.
fn hanging(count: usize) -> String {
    let mut text = format!(
        "{APP}\n[services.other]\nplugin = \"generic_container\"\nimage = \"localhost/busybox:1\"\ncommand = [\"sleep\", \"300\"]\n"
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
    let project = Project::new(&[("hangs", &hanging(2))]);
    let run = project.start(&["--jobs", "2"]);
    assert!(wait_until(|| containers(&project.name, false).len() == 4), "all containers run");
    signal(run.id(), "-INT");
    let output: Output = run.wait_with_output().unwrap();
    // Nothing is waited for: what was made is gone when the program ends.
    assert_eq!(left(&project.name), Vec::<String>::new());
    let ran = project.ran(output);
    assert_eq!((ran.code, ran.report["cancelled"].as_bool()), (Some(130), Some(true)), "{}", ran.text);
    assert_eq!((ran.outcome("hangs 0"), ran.outcome("hangs 1")), ("cancelled", "cancelled"));
}

#[test]
fn a_killed_runner_leaves_nothing_running_and_the_next_start_removes_the_rest() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("hangs", &hanging(2))]);
    let mut run = project.start(&["--jobs", "2"]);
    assert!(wait_until(|| containers(&project.name, false).len() == 4), "all containers run");
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(wait_until(|| containers(&project.name, false).is_empty()), "containers outlive their runner");
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
