//! A container engine for tests of what real ones do rarely: Docker's API on a socket, with faults as a test scripts them.
//! Included by test crates with `#[path = "../shared/fake_engine/mod.rs"]`.
//!
//! Its containers are honest: the first process of each is clnrm's own init, as a process of this machine, and the programs that
//! init starts really run, without any isolation. Networks and images are names only.

mod calls;
mod connection;
mod containers;
mod faults;
mod processes;

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tempfile::TempDir;

use connection::Connection;
use faults::Rule;
pub use faults::{Call, Fault};

/// The image that is there from the beginning.
pub const PRESENT: &str = "localhost/busybox:1";

/// An engine. It ends, with all of its processes, when it is dropped.
pub struct FakeEngine {
    shared: Arc<Shared>,
    folder: TempDir,
}

/// What all connections know.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    alive: AtomicBool,
    uploads: PathBuf,
}

#[derive(Default)]
struct State {
    api: String,
    podman: bool,
    containers: Vec<containers::Container>,
    networks: Vec<Value>,
    volumes: Vec<Value>,
    /// What networks left on the engine's machine.
    bridges: Vec<String>,
    images: Vec<String>,
    /// What images say of themselves, where it is not that they start a shell.
    configs: Vec<(String, Value)>,
    /// Images whose name means another one; as often as it changed.
    moved: Vec<String>,
    /// What containers were asked for.
    created: Vec<Value>,
    rules: Vec<Rule>,
    requests: Vec<String>,
    events: Vec<Value>,
    listeners: Vec<std::sync::mpsc::Sender<Value>>,
    number: u64,
    running: usize,
    peak: usize,
    started: usize,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }
}

impl FakeEngine {
    /// An engine that does what it is asked, behind a socket in a folder of its own.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("fake-engine-").tempdir().unwrap();
        let state = State { api: "1.41".to_owned(), images: vec![PRESENT.to_owned()], ..State::default() };
        let shared = Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            alive: AtomicBool::new(true),
            uploads: folder.path().join("uploads"),
        };
        let engine = Self { shared: Arc::new(shared), folder };
        engine.listen();
        engine
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("engine.sock")
    }

    fn listen(&self) {
        let _ = std::fs::remove_file(self.socket());
        let listener = UnixListener::bind(self.socket()).unwrap();
        self.accept(move || listener.accept().map(|(stream, _)| Connection::Unix(stream)));
    }

    /// Also listens on a port of this machine; its address as `DOCKER_HOST` has it.
    pub fn listen_on_tcp(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        self.accept(move || listener.accept().map(|(stream, _)| Connection::Tcp(stream)));
        format!("tcp://{address}")
    }

    fn accept(&self, accept: impl Fn() -> io::Result<Connection> + Send + 'static) {
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || {
            while let Ok(connection) = accept() {
                if !shared.is_alive() {
                    // The listener that woke this up goes with it.
                    break;
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || calls::serve(&shared, connection));
            }
        });
    }

    /// Its address as `DOCKER_HOST` has it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Says that it speaks this version of the API and none newer.
    pub fn speaks(&self, api: &str) {
        self.shared.state().api = api.to_owned();
    }

    /// Has this image too, which says this of itself.
    pub fn has_image(&self, name: &str, config: Value) {
        let mut state = self.shared.state();
        state.images.push(name.to_owned());
        state.configs.push((name.to_owned(), config));
    }

    /// The name of an image means another one from now on. The old one is still there, by its id, unless it is `forgotten`.
    pub fn image_moves(&self, name: &str, forgotten: bool) {
        let mut state = self.shared.state();
        let old = state.image_id(name);
        state.moved.push(name.to_owned());
        if !forgotten {
            state.images.push(old);
        }
    }

    /// The containers that were asked for, as the API has it.
    pub fn created(&self) -> Vec<Value> {
        self.shared.state().created.clone()
    }

    /// Says that it is podman.
    pub fn is_podman(&self) {
        self.shared.state().podman = true;
    }

    /// Its socket belongs to somebody who is not root: it runs without root.
    pub fn is_rootless(&self) {
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(self.socket(), Some(65534), None).unwrap();
        }
    }

    /// From now on a call goes wrong.
    pub fn fault(&self, call: Call, fault: Fault) {
        self.shared.state().rules.push(Rule { call, fault, times: usize::MAX, scenario: String::new() });
    }

    /// A call goes wrong once, for a scenario with this text in its identity.
    pub fn fault_once(&self, call: Call, fault: Fault, scenario: &str) {
        self.shared.state().rules.push(Rule { call, fault, times: 1, scenario: scenario.to_owned() });
    }

    /// It is gone at once: nobody listens, all connections break, containers end as their inputs close.
    pub fn die(&self) {
        self.shared.alive.store(false, Ordering::SeqCst);
        // Wakes up the one that accepts, so that its listener closes.
        let _ = std::os::unix::net::UnixStream::connect(self.socket());
        let _ = std::fs::remove_file(self.socket());
        let mut state = self.shared.state();
        state.containers.iter().filter_map(|it| it.attached.as_ref()).for_each(Connection::close);
        state.listeners.clear();
        drop(state);
        self.shared.changed.notify_all();
    }

    /// It is there again, with what it had.
    pub fn come_back(&self) {
        self.shared.alive.store(true, Ordering::SeqCst);
        self.listen();
    }

    /// How many containers run.
    pub fn running(&self) -> usize {
        self.shared.state().running
    }

    /// How many containers ran at most at one time, and how many were started.
    pub fn peak(&self) -> (usize, usize) {
        let state = self.shared.state();
        (state.peak, state.started)
    }

    /// What is left in it: containers, networks, volumes, and bridges of networks that went too early.
    pub fn left(&self) -> Vec<String> {
        let state = self.shared.state();
        let networks = state.networks.iter().map(|it| it["Name"].as_str().unwrap_or_default().to_owned());
        let volumes = state.volumes.iter().map(|it| it["Name"].as_str().unwrap_or_default().to_owned());
        let bridges = state.bridges.iter().cloned();
        state.containers.iter().map(|it| it.name.clone()).chain(networks).chain(volumes).chain(bridges).collect()
    }

    /// How often something was asked: requests (`METHOD /PATH`) with this text in them.
    pub fn asked(&self, text: &str) -> usize {
        self.shared.state().requests.iter().filter(|it| it.contains(text)).count()
    }
}

impl Drop for FakeEngine {
    fn drop(&mut self) {
        self.die();
        let pids: Vec<u32> = self.shared.state().containers.iter().filter_map(|it| it.pid).collect();
        pids.into_iter().for_each(processes::kill_tree);
    }
}
