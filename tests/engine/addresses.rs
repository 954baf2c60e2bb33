//! Where an engine is said to be, and whether what is there will do.

use super::fake_engine::FakeEngine;
use super::project::Project;
use super::setting::{command, run, scenarios};

fn project() -> Project {
    Project::new(&[("t", &scenarios(&[("one", "true")]))])
}

#[test]
fn an_engine_may_be_far() {
    let engine = FakeEngine::start();
    let project = project();
    let host = engine.listen_on_tcp();
    let ran = project.ran(command(&project, &host, &[]).output().unwrap());
    assert_eq!((ran.code, ran.outcome("one")), (Some(0), "passed"), "{}", ran.text);
    assert_eq!(engine.asked("/archive?"), 1, "what is not here can't be mounted there");
    assert_eq!(engine.left(), Vec::<String>::new());
}

#[test]
fn an_engine_that_is_too_old_is_refused() {
    let engine = FakeEngine::start();
    engine.speaks("1.40");
    let ran = run(&project(), &engine, &[]);
    assert_eq!((ran.code, ran.outcome("one")), (Some(3), "not run"), "{}", ran.text);
    assert!(ran.text.contains("API 1.40") && ran.text.contains("1.41 is the oldest"), "{}", ran.text);
    assert_eq!(engine.asked("/containers/create"), 0);
}

#[test]
fn newer_engines_and_podman_will_do() {
    for (api, podman) in [("1.41", true), ("1.47", false), ("1.99", false)] {
        let engine = FakeEngine::start();
        engine.speaks(api);
        if podman {
            engine.is_podman();
        }
        let ran = run(&project(), &engine, &[]);
        assert_eq!((ran.code, ran.outcome("one")), (Some(0), "passed"), "{api}: {}", ran.text);
        assert_eq!(engine.left(), Vec::<String>::new());
    }
}

#[test]
fn where_no_engine_is_it_is_said_what_was_tried_and_what_to_do() {
    let project = project();
    let certificates = project.path("certificates");
    std::fs::create_dir(&certificates).unwrap();
    for (host, tls, said, help) in [
        ("unix:///nowhere/engine.sock", false, "unix:///nowhere/engine.sock", "start Docker or podman"),
        ("tcp://127.0.0.1:1", false, "refused", "nobody listens at `tcp://127.0.0.1:1`"),
        ("tcp://127.0.0.1:1", true, "tcp://127.0.0.1:1", "DOCKER_CERT_PATH"),
        ("tcp://nowhere.invalid:2375", false, "nowhere.invalid", "can be reached"),
        ("ssh://nobody@nowhere.invalid", false, "ssh://nobody@nowhere.invalid", "can be reached"),
        ("gopher://x", false, "gopher", "unix, tcp, ssh"),
        ("unix://", false, "DOCKER_HOST", ""),
    ] {
        let mut command = command(&project, host, &[]);
        if tls {
            command.env("DOCKER_TLS_VERIFY", "1").env("DOCKER_CERT_PATH", &certificates);
        }
        let ran = project.ran(command.output().unwrap());
        assert_eq!((ran.code, ran.outcome("one")), (Some(3), "not run"), "{host}: {}", ran.text);
        assert!(ran.text.contains(said) && ran.text.contains(help), "{host}: {}", ran.text);
    }
}

#[test]
fn what_answers_and_is_no_engine_is_told_as_that() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        }
    });
    let project = project();
    let ran = project.ran(command(&project, &format!("tcp://{address}"), &[]).output().unwrap());
    assert_eq!(ran.code, Some(3), "{}", ran.text);
    assert!(ran.text.contains("no engine"), "{}", ran.text);
}
