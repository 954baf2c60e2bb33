//! What goes wrong in real engines by what a test asks for: it is told at its place, and nothing is left.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::engine::{engine, left};
use super::project::{Project, Ran};

fn ran(service: &str, run: &str) -> (Project, Ran) {
    let text = format!(
        "[services.it]\nimage = \"localhost/busybox:1\"\n{service}\n[[scenario]]\nname = \"one\"\nservice = \"it\"\nrun = \"{run}\"\n"
    );
    let project = Project::new(&[("t", &text)]);
    let ran = project.run(&[]);
    assert_eq!(left(&project.name), Vec::<String>::new(), "{}", ran.text);
    (project, ran)
}

/// The code, the path and the message of the only failure.
fn told(ran: &Ran) -> (String, String, String) {
    let failures = ran.scenario("one")["attempts"][0]["failures"].as_array().unwrap().clone();
    let [failure] = &failures[..] else { panic!("{failures:?}: {}", ran.text) };
    let text = |key: &str| failure[key].as_str().unwrap_or_default().to_owned();
    (text("code"), text("path"), text("message"))
}

#[test]
fn a_port_that_is_taken_is_named() {
    if !engine() {
        return;
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let (_, ran) = ran(&format!("ports = [\"{port}:80\"]\ncommand = [\"httpd\", \"-f\", \"-p\", \"80\"]"), "true");
    let (code, path, message) = told(&ran);
    assert_eq!((code.as_str(), path.as_str()), ("port-taken", "services.it.ports[0]"), "{message}");
    assert!(message.contains(&port.to_string()), "{message}");
    // The test asks for what is not free here: it may be green elsewhere, and it is not green now.
    assert!([Some(1), Some(3)].contains(&ran.code), "{:?}: {}", ran.code, ran.text);
}

#[test]
fn a_port_of_any_number_is_published_and_ready() {
    if !engine() {
        return;
    }
    let (_, ran) = ran(
        "ports = [{ container = 80 }]\ncommand = [\"httpd\", \"-f\", \"-p\", \"80\"]",
        "wget -q -O - http://127.0.0.1/etc/none",
    );
    // The page is not there, the server is: it answered, with a status that `wget` calls a failure.
    assert_eq!(ran.failures("one").len(), 1, "{}", ran.text);
    assert!(ran.scenario("one").to_string().contains("404"), "{}", ran.text);
    assert_eq!(ran.scenario("one")["hermeticity"], "open");
}

#[test]
fn a_folder_that_is_not_there_is_told_where_it_is_mounted() {
    if !engine() {
        return;
    }
    let (_, ran) = ran("volumes = [\"/tmp:/kept:ro\", \"./missing:/missing\"]", "true");
    let (code, path, message) = told(&ran);
    assert_eq!((code.as_str(), path.as_str()), ("service-not-ready", "services.it.volumes[1]"), "{message}");
    assert!(message.contains("missing"), "{message}");
    assert_eq!((ran.code, ran.outcome("one")), (Some(1), "failed"), "{}", ran.text);
}

#[test]
fn an_image_that_may_not_be_pulled_is_told_at_its_key() {
    if !engine() {
        return;
    }
    let text = "[services.it]\nimage = \"localhost/no-such-image:1\"\n[[scenario]]\nname = \"one\"\nservice = \"it\"\nrun = \"true\"\n";
    let project = Project::new(&[("t", text)]);
    let ran = project.run(&["--pull", "never"]);
    let (code, path, message) = told(&ran);
    assert_eq!((code.as_str(), path.as_str()), ("image-unavailable", "services.it.image"), "{message}");
    assert_eq!((ran.code, ran.outcome("one")), (Some(3), "infrastructure error"), "{}", ran.text);
}

#[test]
fn a_service_that_hears_no_signal_holds_up_nobody() {
    if !engine() {
        return;
    }
    let deaf = "command = [\"sh\", \"-c\", \"trap '' TERM INT HUP; while :; do sleep 1; done\"]";
    let begun = Instant::now();
    let (_, ran) = ran(deaf, "true");
    assert_eq!((ran.code, ran.outcome("one")), (Some(0), "passed"), "{}", ran.text);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn what_is_mounted_to_be_read_can_not_be_written_to() {
    if !engine() {
        return;
    }
    let (_, mounted) = ran(
        "volumes = [{ host_path = \"/tmp\", container_path = \"/kept\", read_only = true }]",
        "touch /kept/clnrm-was-here",
    );
    assert_eq!(mounted.code, Some(1), "{}", mounted.text);
    assert!(mounted.scenario("one").to_string().contains("Read-only"), "{}", mounted.text);
}
