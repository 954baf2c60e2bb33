//! What podman does otherwise than Docker, as podman 4.3 and 5.4 did it when they were tried.

use serde_json::json;

use super::fake_engine::FakeEngine;
use super::project::Project;
use super::setting::{run, scenarios};

fn podman() -> FakeEngine {
    let engine = FakeEngine::start();
    engine.is_podman();
    engine
}

#[test]
fn a_container_that_is_being_cleaned_up_is_understood() {
    let engine = podman();
    let ran = run(&Project::new(&[("t", &scenarios(&[("one", "true")]))]), &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one")), (Some(0), "passed"), "{}", ran.text);
    assert!(!ran.text.contains("left in the engine"), "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
    assert_eq!(engine.asked("GET /version"), 0, "podman takes half a second to answer that");
}

#[test]
fn a_container_that_must_be_killed_is_not_asked_first() {
    let engine = podman();
    let text = scenarios(&[("one", "sleep 300")]).replace("name = \"one\"", "name = \"one\"\ntimeout_ms = 500");
    let ran = run(&Project::new(&[("t", &text)]), &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one")), (Some(1), "timed out"), "{}", ran.text);
    assert!(!ran.text.contains("left in the engine"), "{}", ran.text);
    assert_eq!(engine.left(), Vec::<String>::new());
    assert_eq!(engine.created()[0]["StopTimeout"], json!(0), "podman 5 would wait ten seconds");
}

#[test]
fn no_folder_is_made_for_what_is_missing() {
    let engine = podman();
    let text = "[services.it]\nimage = \"localhost/busybox:1\"\nvolumes = [\"/tmp:/kept:ro\", \"./missing:/missing\"]\n\
                [[scenario]]\nname = \"one\"\nservice = \"it\"\nrun = \"true\"\n";
    let project = Project::new(&[("t", text)]);
    let ran = run(&project, &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one")), (Some(1), "failed"), "{}", ran.text);
    let failures = ran.failures("one").join("\n");
    assert!(failures.starts_with("service-not-ready") && failures.contains("missing"), "{failures}");
    assert!(!project.path(&project.name).join("missing").exists(), "podman was asked to mount it");
}

#[test]
fn the_health_check_of_an_image_is_asked_of_the_container() {
    for (check, code) in [(json!(["CMD", "true"]), 0), (json!(["CMD", "false"]), 1)] {
        let engine = podman();
        let config = json!({ "Entrypoint": ["sleep", "30"], "Env": [], "Healthcheck": { "Test": check } });
        engine.has_image("own:1", config);
        let text = "[services.it]\nimage = \"own:1\"\ntimeout = \"2s\"\nwait_strategy = \"health\"\n\
                    [[scenario]]\nname = \"one\"\nservice = \"it\"\nrun = \"true\"\n";
        let ran = run(&Project::new(&[("t", text)]), &engine, &[]);
        assert_eq!(ran.code, Some(code), "{}", ran.text);
        let failures = ran.failures("one").join("\n");
        assert!(code == 0 || failures.contains("its health check does not pass"), "{failures}");
    }
}

#[test]
fn in_a_container_init_is_brought_in_by_an_upload() {
    let engine = podman();
    let project = Project::new(&[("t", &scenarios(&[("one", "true")]))]);
    let mut command = super::setting::command(&project, &engine.host(), &[]);
    let ran = project.ran(command.env("container", "podman").output().unwrap());
    assert_eq!((ran.code, ran.outcome("one")), (Some(0), "passed"), "{}", ran.text);
    assert_eq!(engine.asked("/archive?"), 1, "podman has no file at that path and would mount an empty folder");
}

#[test]
fn a_network_goes_when_its_containers_have_gone() {
    let engine = podman();
    let text = "[services.a]\nimage = \"localhost/busybox:1\"\nnetwork = \"internal\"\n\
                [[scenario]]\nname = \"one\"\nservice = \"a\"\nrun = \"true\"\n";
    let ran = run(&Project::new(&[("t", text)]), &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one")), (Some(0), "passed"), "{}", ran.text);
    assert_eq!(engine.asked("POST /networks/create"), 1);
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn podman_without_root_is_known_by_its_socket() {
    let engine = podman();
    engine.is_rootless();
    let project = Project::new(&[("t", &scenarios(&[("one", "true")]))]);
    let told = {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_clnrm"));
        command.arg("doctor").current_dir(project.path(".")).env("DOCKER_HOST", engine.host());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(told.contains("podman 4.3.1 (API 1.41, rootless)"), "{told}");
    assert!(told.contains("can't limit memory"), "{told}");
}
