//! The container engine of the tests: whether there is one, and what of a run is in it. Included by test crates with
//! `#[path = "../shared/engine.rs"]`.
//!
//! Where `CI` is set a missing engine or image fails the test; elsewhere the test says that it is skipped.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A small image with a shell and `wget`; `scripts/setup-engine` makes it.
pub const BUSYBOX: &str = "localhost/busybox:1";

/// Where the tests look for their engine: at the unix socket that `DOCKER_HOST` names, as the program under test does.
fn socket() -> String {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    host.strip_prefix("unix://").map_or_else(|| "/var/run/docker.sock".to_owned(), str::to_owned)
}

/// Whether an engine with the images of the tests answers. Says so where the test is skipped.
pub fn engine() -> bool {
    let missing = match get("/images/localhost/busybox:1/json") {
        Ok(image) if image.get("Id").is_some() => return true,
        Ok(answer) => format!("the engine has no {BUSYBOX}: {answer}"),
        Err(error) => format!("no engine answers at {}: {error}", socket()),
    };
    assert!(std::env::var_os("CI").is_none(), "{missing}; run scripts/setup-engine");
    eprintln!("SKIPPED: {missing}; scripts/setup-engine makes both");
    false
}

/// Asks the engine.
pub fn get(path: &str) -> std::io::Result<Value> {
    let mut stream = open(path)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(body(&answer))
}

fn open(path: &str) -> std::io::Result<UnixStream> {
    let mut stream = UnixStream::connect(socket())?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    // HTTP/1.0: the answer ends with the connection, in one piece.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: engine\r\n\r\n")?;
    Ok(stream)
}

fn body(answer: &str) -> Value {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body.trim()).unwrap_or(Value::Null)
}

/// A value of a query, percent-encoded.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn of_scenario(kind: &str, scenario: &str, all: bool) -> Vec<String> {
    let filters = encoded(r#"{"label":["dev.clnrm.managed"]}"#);
    let answer = get(&format!("/{kind}?all={}&filters={filters}", u8::from(all))).expect("the engine answers");
    let items = answer["Volumes"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
    let label = |item: &Value| item["Labels"]["dev.clnrm.scenario"].as_str().unwrap_or_default().to_owned();
    items.iter().map(label).filter(|label| label.contains(scenario)).collect()
}

/// Containers of scenarios whose identity has this text in it; those that do not run, too, where `all`.
pub fn containers(scenario: &str, all: bool) -> Vec<String> {
    of_scenario("containers/json", scenario, all)
}

/// Networks of scenarios whose identity has this text in it.
pub fn networks(scenario: &str) -> Vec<String> {
    of_scenario("networks", scenario, true)
}

/// Volumes of scenarios whose identity has this text in it.
pub fn volumes(scenario: &str) -> Vec<String> {
    of_scenario("volumes", scenario, true)
}

/// Containers, networks and volumes, by one text in the identity of their scenarios.
pub fn left(scenario: &str) -> Vec<String> {
    let mut left = containers(scenario, true);
    left.extend(networks(scenario));
    left.extend(volumes(scenario));
    left
}

/// Containers of some scenarios as they start and end, told by the engine itself while it happens: it remembers few events.
pub struct Events {
    stream: UnixStream,
    reader: std::thread::JoinHandle<(usize, usize)>,
}

impl Events {
    /// Listens from now on, for scenarios with this text in their identity.
    pub fn listen(scenario: &str) -> Self {
        // Podman knows neither a label without its value here, nor, before its fifth version, the word `die`.
        let filters = encoded(r#"{"type":["container"],"label":["dev.clnrm.managed=true"]}"#);
        let stream = open(&format!("/events?filters={filters}")).expect("the engine answers");
        let mut reads = BufReader::new(stream.try_clone().expect("a socket can be shared"));
        let scenario = scenario.to_owned();
        let reader = std::thread::spawn(move || {
            let (mut now, mut most, mut started) = (0_usize, 0, 0);
            let mut line = String::new();
            while reads.read_line(&mut line).is_ok_and(|read| read > 0) {
                let event: Value = serde_json::from_str(line.trim()).unwrap_or_default();
                line.clear();
                let label = event["Actor"]["Attributes"]["dev.clnrm.scenario"].as_str().unwrap_or_default();
                match event["Action"].as_str() {
                    Some("start") if label.contains(&scenario) => (now, started) = (now + 1, started + 1),
                    Some("die") if label.contains(&scenario) => now = now.saturating_sub(1),
                    _ => {}
                }
                most = most.max(now);
            }
            (most, started)
        });
        Self { stream, reader }
    }

    /// How many ran at most at one time, and how many were started.
    pub fn peak(self) -> (usize, usize) {
        std::thread::sleep(Duration::from_millis(500));
        let _ = self.stream.shutdown(Shutdown::Both);
        self.reader.join().expect("events are read to the end")
    }
}

/// Waits until something holds; whether it came to hold within a minute.
pub fn wait_until(mut holds: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    false
}
