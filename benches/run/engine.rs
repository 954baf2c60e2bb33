//! The engine, asked over its socket without any client: what it needs itself for the containers of a run.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clnrm_lsp::executor::RunId;
use serde_json::{Value, json};

/// The image of all containers, that of `scripts/setup-engine`.
pub const IMAGE: &str = "localhost/busybox:1";

/// The engine.
pub struct Engine {
    /// Where it listens.
    pub socket: PathBuf,
}

impl Engine {
    /// That of this machine.
    pub fn of_this_machine() -> Self {
        let host = std::env::var("DOCKER_HOST").unwrap_or_default();
        Self { socket: host.strip_prefix("unix://").unwrap_or("/var/run/docker.sock").into() }
    }

    /// Whether it answers and has the image.
    pub fn has_image(&self) -> bool {
        self.ask("GET", &format!("/images/{IMAGE}/json"), None).is_ok_and(|image| image.get("Id").is_some())
    }

    /// One container from its creation to its removal; how long all of it took.
    pub fn container(&self, body: &Value) -> Duration {
        let start = Instant::now();
        let path = self.start(body);
        let status = self.status(&path);
        assert_eq!(status, 0, "the container ended with {status}");
        self.remove(&path);
        start.elapsed()
    }

    /// So many of them, `at_once` at a time.
    pub fn containers(&self, body: &Value, count: usize, at_once: usize) -> Duration {
        let (start, next) = (Instant::now(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..at_once {
                scope.spawn(|| {
                    while next.fetch_add(1, Ordering::Relaxed) < count {
                        self.container(body);
                    }
                });
            }
        });
        start.elapsed()
    }

    /// Starts a container; its path.
    pub fn start(&self, body: &Value) -> String {
        let created = self.call("POST", "/containers/create", Some(body));
        let path = format!("/containers/{}", created["Id"].as_str().expect("a container is created"));
        self.call("POST", &format!("{path}/start"), None);
        path
    }

    /// Waits for the end of a container.
    pub fn status(&self, path: &str) -> i64 {
        self.call("POST", &format!("{path}/wait"), None)["StatusCode"].as_i64().expect("it has ended")
    }

    /// Removes a container, running or not.
    pub fn remove(&self, path: &str) {
        self.call("DELETE", &format!("{path}?force=true"), None);
    }

    /// How many containers of a run there are, running or not.
    pub fn left(&self, run: &RunId) -> usize {
        let filter = format!("%7B%22label%22%3A%5B%22dev.clnrm.run%3D{run}%22%5D%7D");
        let left = self.call("GET", &format!("/containers/json?all=true&filters={filter}"), None);
        left.as_array().expect("it is a list").len()
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        self.ask(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<Value> {
        let mut stream = UnixStream::connect(&self.socket)?;
        let body = body.map(ToString::to_string).unwrap_or_default();
        // HTTP/1.0: the answer ends with the connection, in one piece.
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: engine\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        if !head.split(' ').nth(1).is_some_and(|status| status.starts_with('2')) {
            return Err(std::io::Error::other(answer));
        }
        Ok(serde_json::from_str(body).unwrap_or_default())
    }
}

/// A container without network that runs `command` and sees `host` as `/given`.
pub fn container(command: &[&str], host: &std::path::Path) -> Value {
    json!({
        "Image": IMAGE,
        "Cmd": command,
        "HostConfig": { "NetworkMode": "none", "Binds": [format!("{}:/given", host.display())] },
    })
}
