//! An engine that lacks something: space, memory, ports, addresses.

use std::time::Duration;

use super::fake_engine::{Call, FakeEngine, Fault};
use super::project::Project;
use super::setting::{run, scenarios};

#[test]
fn a_full_disk_is_no_fault_of_the_test() {
    let engine = FakeEngine::start();
    engine
        .fault(Call::CreateContainer, Fault::Answer(500, "mkdir /var/lib/docker/overlay2/x: no space left on device"));
    let project = Project::new(&[("t", &scenarios(&[("one", "true")]))]);
    let ran = run(&project, &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one")), (Some(3), "infrastructure error"), "{}", ran.text);
    assert!(ran.failures("one")[0].starts_with("resource-exhausted"), "{:?}", ran.failures("one"));
    assert!(ran.text.contains("no space left"), "{}", ran.text);
    assert!(ran.text.contains("runs again alone"), "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn a_disk_that_was_full_for_a_moment_is_told() {
    let engine = FakeEngine::start();
    engine.fault_once(Call::CreateContainer, Fault::Answer(500, "write /x: no space left on device"), "one");
    let project = Project::new(&[("t", &scenarios(&[("one", "true"), ("two", "true")]))]);
    let ran = run(&project, &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one"), ran.outcome("two")), (Some(0), "passed", "passed"), "{}", ran.text);
    assert_eq!(ran.scenario("one")["degraded"], true, "{}", ran.text);
    assert_eq!(ran.scenario("two")["degraded"], false, "{}", ran.text);
}

#[test]
fn what_ran_out_of_memory_runs_again_alone() {
    let engine = FakeEngine::start();
    engine.fault_once(Call::Start, Fault::OutOfMemory(Duration::from_millis(300)), "greedy");
    let project = Project::new(&[("t", &scenarios(&[("greedy", "sleep 1"), ("other", "sleep 1")]))]);
    let ran = run(&project, &engine, &["--jobs", "2"]);
    assert_eq!((ran.code, ran.outcome("greedy")), (Some(0), "passed"), "{}", ran.text);
    let greedy = ran.scenario("greedy");
    assert_eq!((&greedy["degraded"], greedy["attempts"].as_array().unwrap().len()), (&true.into(), 2), "{}", ran.text);
    assert_eq!(ran.scenario("other")["degraded"], false);
    assert!(ran.text.contains("runs again alone: out of memory"), "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn a_port_that_is_taken_is_named_where_it_is_asked_for() {
    let engine = FakeEngine::start();
    let taken = "driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:18080 failed: port is already allocated";
    engine.fault(Call::Start, Fault::Answer(500, taken));
    let text = scenarios(&[("one", "true")]).replace("[[scenario]]", "ports = [\"18080:80\"]\n[[scenario]]");
    let project = Project::new(&[("t", &text)]);
    let ran = run(&project, &engine, &[]);
    assert_ne!(ran.code, Some(0), "{}", ran.text);
    assert!(ran.failures("one")[0].contains("port 18080 of the host is taken"), "{:?}", ran.failures("one"));
    let failure = &ran.scenario("one")["attempts"][0]["failures"][0];
    assert!(failure["path"].as_str().unwrap().contains("ports"), "{failure}");
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn networks_without_addresses_are_told_as_that() {
    let engine = FakeEngine::start();
    let full =
        "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network";
    engine.fault(Call::CreateNetwork, Fault::Answer(500, full));
    let text = scenarios(&[("one", "true")]).replace("[[scenario]]", "network = \"internal\"\n[[scenario]]");
    let project = Project::new(&[("t", &text)]);
    let ran = run(&project, &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one")), (Some(3), "infrastructure error"), "{}", ran.text);
    assert!(ran.failures("one")[0].contains("no network addresses left"), "{:?}", ran.failures("one"));
    assert_eq!(engine.left(), Vec::<String>::new());
}
