//! An engine that dies, comes back, hangs, or says what nobody can read.

use std::time::Duration;

use super::fake_engine::{Call, FakeEngine, Fault};
use super::project::Project;
use super::setting::{run, scenarios, start, wait_until};

#[test]
fn an_engine_that_does_its_work_is_green() {
    let engine = FakeEngine::start();
    let project = Project::new(&[("t", &scenarios(&[("good", "true"), ("bad", "sh -c 'exit 3'")]))]);
    let ran = run(&project, &engine, &[]);
    assert_eq!((ran.code, ran.outcome("good"), ran.outcome("bad")), (Some(1), "passed", "failed"), "{}", ran.text);
    assert!(ran.failures("bad")[0].starts_with("exit-status"), "{:?}", ran.failures("bad"));
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn an_engine_that_dies_fails_nobodys_test() {
    let engine = FakeEngine::start();
    let project = Project::new(&[("t", &scenarios(&[("first", "sleep 30"), ("second", "true"), ("third", "true")]))]);
    let child = start(&project, &engine, &["--jobs", "1"]);
    wait_until("a container runs", || engine.running() == 1);
    engine.die();
    wait_until("its container ends", || engine.running() == 0);
    let ran = project.ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(3), "{}", ran.text);
    for scenario in ["first", "second", "third"] {
        let outcome = ran.outcome(scenario);
        assert!(["infrastructure error", "not run"].contains(&outcome), "{scenario}: {outcome}: {}", ran.text);
    }
    assert!(ran.text.contains("engine"), "{}", ran.text);
}

#[test]
fn an_engine_that_comes_back_is_used_again() {
    let engine = FakeEngine::start();
    let told = tempfile::tempdir().unwrap();
    let begun = told.path().join("begun");
    let first = format!("sh -c 'touch {}; sleep 30'", begun.display());
    let project = Project::new(&[("t", &scenarios(&[("first", &first), ("second", "true"), ("third", "true")]))]);
    let child = start(&project, &engine, &["--jobs", "1"]);
    // While its services are started, the scenario would end at once, and the others with it.
    wait_until("the scenario runs", || begun.exists());
    engine.die();
    wait_until("its container ends", || engine.running() == 0);
    std::thread::sleep(Duration::from_secs(1));
    engine.come_back();
    let ran = project.ran(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.outcome("first")), (Some(3), "infrastructure error"), "{}", ran.text);
    assert_eq!(ran.outcome("third"), "passed", "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new(), "{}", ran.text);
    let next = run(&project, &engine, &["--only", "second"]);
    assert_eq!(next.outcome("second"), "passed", "{}", next.text);
}

#[test]
fn an_engine_that_hangs_is_not_waited_for_without_end() {
    for call in [Call::InspectImage, Call::CreateContainer, Call::Attach, Call::Start] {
        let engine = FakeEngine::start();
        engine.fault(call, Fault::Hang);
        let project = Project::new(&[("t", &scenarios(&[("one", "true"), ("two", "true")]))]);
        let ran = run(&project, &engine, &[]);
        assert_eq!((ran.code, ran.outcome("one")), (Some(3), "infrastructure error"), "{call:?}: {}", ran.text);
        assert!(ran.failures("one")[0].contains("did not answer within"), "{call:?}: {:?}", ran.failures("one"));
        assert_eq!(engine.left(), Vec::<String>::new(), "{call:?}");
    }
}

#[test]
fn an_engine_that_hangs_before_all_else_is_named() {
    for (call, said) in
        [(Call::Ping, "no answer within"), (Call::Version, "did not answer"), (Call::Info, "did not answer")]
    {
        let engine = FakeEngine::start();
        engine.fault(call, Fault::Hang);
        let project = Project::new(&[("t", &scenarios(&[("one", "true")]))]);
        let ran = run(&project, &engine, &[]);
        assert_eq!((ran.code, ran.outcome("one")), (Some(3), "not run"), "{call:?}: {}", ran.text);
        assert!(ran.text.contains(said), "{call:?}: {}", ran.text);
    }
}

#[test]
fn a_container_that_does_not_go_is_told_and_holds_up_nobody() {
    let engine = FakeEngine::start();
    // It neither ends by itself nor lets itself be removed.
    engine.fault(Call::Remove, Fault::Hang);
    engine.fault(Call::Kill, Fault::Hang);
    engine.fault(Call::Stop, Fault::Hang);
    let text = scenarios(&[("one", "sh -c 'sleep 60'"), ("two", "true")])
        .replace("run = \"sh", "timeout_ms = 1000\nrun = \"sh");
    let project = Project::new(&[("t", &text)]);
    let ran = run(&project, &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one"), ran.outcome("two")), (Some(1), "timed out", "passed"), "{}", ran.text);
    wait_until("its connection was its tether", || engine.left().is_empty());
}

#[test]
fn a_connection_that_breaks_is_the_engines_fault() {
    let engine = FakeEngine::start();
    engine.fault_once(Call::Start, Fault::Break(Duration::from_millis(500)), "one");
    let project = Project::new(&[("t", &scenarios(&[("one", "sleep 30"), ("two", "sleep 1")]))]);
    let ran = run(&project, &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one")), (Some(3), "infrastructure error"), "{}", ran.text);
    assert_eq!(ran.outcome("two"), "passed", "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn what_can_not_be_read_is_no_answer() {
    const CUT: &str =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"Id\": \"sha256:12";
    const BROKEN: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"Id\": 7,";
    const STRANGE: &str = "I am no engine at all\r\n\r\n";
    for call in [Call::InspectImage, Call::CreateContainer, Call::Start] {
        for (name, bytes) in [("cut", CUT), ("broken", BROKEN), ("strange", STRANGE), ("nothing", "")] {
            // A start tells all in its status.
            if call == Call::Start && name != "strange" && name != "nothing" {
                continue;
            }
            let engine = FakeEngine::start();
            engine.fault_once(call, Fault::Raw(bytes), "");
            engine.fault_once(call, Fault::Raw(bytes), "");
            let project = Project::new(&[("t", &scenarios(&[("one", "true")]))]);
            let ran = run(&project, &engine, &[]);
            assert_eq!(
                (ran.code, ran.outcome("one")),
                (Some(3), "infrastructure error"),
                "{call:?} {name}: {}",
                ran.text
            );
            assert_eq!(engine.left(), Vec::<String>::new(), "{call:?} {name}");
        }
    }
}

#[test]
fn broken_events_lose_no_verdict() {
    let engine = FakeEngine::start();
    engine.fault(Call::Events, Fault::Raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"Type\": \"contai"));
    let project = Project::new(&[("t", &scenarios(&[("good", "sleep 1"), ("bad", "sh -c 'exit 3'")]))]);
    let ran = run(&project, &engine, &[]);
    assert_eq!((ran.code, ran.outcome("good"), ran.outcome("bad")), (Some(1), "passed", "failed"), "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
}
