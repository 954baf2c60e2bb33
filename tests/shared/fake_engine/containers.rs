//! Containers: a process of this machine each, between its start and its end.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::connection::Connection;
use super::faults::Fault;
use super::{Shared, State, processes};

/// A container.
pub struct Container {
    pub id: String,
    pub name: String,
    /// As it was asked for.
    pub body: Value,
    pub pid: Option<u32>,
    pub started: bool,
    pub exit: Option<i64>,
    pub out_of_memory: bool,
    pub attached: Option<Connection>,
    /// Speaks as podman does.
    pub podman: bool,
    /// What its image says of its health check.
    pub healthcheck: Value,
}

/// How long podman takes to clean up behind a container that has ended.
const CLEANUP: Duration = Duration::from_millis(300);

impl Container {
    /// The scenario that it belongs to.
    pub fn scenario(&self) -> &str {
        self.body["Labels"]["dev.clnrm.scenario"].as_str().unwrap_or_default()
    }

    pub fn is_running(&self) -> bool {
        self.started && self.exit.is_none()
    }

    /// Its state in the words of the engine.
    fn status(&self) -> &'static str {
        match (self.started, self.exit) {
            (false, _) => "created",
            (true, None) => "running",
            // As long as podman cleans up behind it.
            (true, Some(_)) if self.podman => "stopped",
            (true, Some(_)) => "exited",
        }
    }

    pub fn inspected(&self) -> Value {
        json!({
            "Id": self.id,
            "Name": format!("/{}", self.name),
            "State": {
                "Status": self.status(),
                "Running": self.is_running(),
                "ExitCode": self.exit.unwrap_or(0),
                "OOMKilled": self.out_of_memory && !self.podman,
                "StartedAt": if self.started { "2024-01-01T00:00:00Z" } else { "0001-01-01T00:00:00Z" },
                "FinishedAt": if self.exit.is_some() { "2024-01-01T00:00:01Z" } else { "0001-01-01T00:00:00Z" },
            },
            "Config": {
                "Image": self.body["Image"],
                "Env": self.body["Env"],
                "Labels": self.body["Labels"],
                "Healthcheck": if self.body["Healthcheck"].is_null() { &self.healthcheck } else { &self.body["Healthcheck"] },
            },
            "NetworkSettings": { "Networks": {}, "Ports": {} },
        })
    }

    pub fn listed(&self) -> Value {
        let state = self.status();
        json!({ "Id": self.id, "Names": [format!("/{}", self.name)], "Labels": self.body["Labels"], "State": state })
    }
}

impl State {
    pub fn container(&mut self, id: &str) -> Option<&mut Container> {
        self.containers.iter_mut().find(|it| it.id == id || it.name == id)
    }

    /// Tells those who listen to events.
    fn event(&mut self, id: &str, action: &str, code: Option<i64>) {
        let labels = self.container(id).map(|it| it.body["Labels"].clone()).unwrap_or_default();
        let mut attributes = labels.as_object().cloned().unwrap_or_default();
        if let Some(code) = code {
            attributes.insert("exitCode".to_owned(), code.to_string().into());
        }
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs());
        let action = if self.podman && action == "destroy" { "remove" } else { action };
        let actor = json!({ "ID": id, "Attributes": attributes });
        let event = json!({ "Type": "container", "Action": action, "Actor": actor, "time": time });
        self.events.push(event.clone());
        self.listeners.retain(|listener| listener.send(event.clone()).is_ok());
    }

    /// It is gone.
    pub fn forget(&mut self, id: &str) {
        if self.container(id).is_some() {
            self.event(id, "destroy", None);
            self.containers.retain(|it| it.id != id);
        }
    }
}

/// Starts a container.
pub fn start(shared: &Arc<Shared>, id: &str, fault: Option<Fault>) -> Result<(), (u16, String)> {
    let mut state = shared.state();
    let Some(container) = state.container(id) else { return Err((404, format!("No such container: {id}"))) };
    let program = program(container, shared);
    let variables = container.body["Env"].as_array().cloned().unwrap_or_default();
    let variables = variables.iter().filter_map(|it| it.as_str()?.split_once('='));
    let mut command = Command::new(&program);
    command.envs(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().map_err(|error| (500, format!("starting container process caused: {error}")))?;
    let (Some(mut input), Some(mut output)) = (process.stdin.take(), process.stdout.take()) else {
        return Err((500, "its streams are not there".to_owned()));
    };
    let pid = process.id();
    let podman = container.podman;
    container.started = true;
    container.pid = Some(pid);
    let attached = container.attached.as_ref().and_then(|it| Some((it.try_clone().ok()?, it.try_clone().ok()?)));
    let id = id.to_owned();
    state.event(&id, "start", None);
    state.running += 1;
    state.started += 1;
    state.peak = state.peak.max(state.running);
    drop(state);
    // It counts until its output has ended: who reads that starts the next one at once.
    let counts = Arc::new(AtomicBool::new(true));
    let breaks = attached.as_ref().and_then(|(it, _)| it.try_clone().ok());
    if let Some((mut reads, mut writes)) = attached {
        // Its input ends with the connection: the tether.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut reads, &mut input);
        });
        let (counted, shared) = (Arc::clone(&counts), Arc::clone(shared));
        std::thread::spawn(move || {
            let mut buffer = [0; 32 * 1024];
            while let Ok(read) = output.read(&mut buffer) {
                let length = u32::try_from(read).unwrap_or_default().to_be_bytes();
                let frame = [&[1, 0, 0, 0], &length[..], &buffer[..read]].concat();
                if read == 0 || writes.write_all(&frame).is_err() {
                    break;
                }
            }
            if counted.swap(false, Ordering::SeqCst) {
                shared.state().running -= 1;
            }
            writes.close();
        });
    }
    match fault {
        Some(Fault::OutOfMemory(after)) => later(shared, after, {
            let id = id.clone();
            move |shared| {
                let mut state = shared.state();
                if let Some(container) = state.container(&id) {
                    container.out_of_memory = true;
                    // Podman tells nobody.
                    if !podman {
                        state.event(&id, "oom", None);
                    }
                }
                drop(state);
                processes::kill_tree(pid);
            }
        }),
        Some(Fault::Break(after)) => later(shared, after, move |_| {
            if let Some(breaks) = breaks {
                breaks.close();
            }
        }),
        _ => {}
    }
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        let ended = process.wait();
        let code = ended.ok().and_then(|it| it.code()).map_or(137, i64::from);
        let mut state = shared.state();
        if counts.swap(false, Ordering::SeqCst) {
            state.running -= 1;
        }
        if let Some(container) = state.container(&id) {
            container.exit = Some(code);
            container.pid = None;
        }
        state.event(&id, "die", Some(code));
        drop(state);
        shared.changed.notify_all();
        // Those who wait for it learn of its end before it is gone.
        std::thread::sleep(if podman { CLEANUP } else { Duration::from_millis(20) });
        let mut state = shared.state();
        if state.container(&id).is_some_and(|it| it.body["HostConfig"]["AutoRemove"] == true) {
            state.forget(&id);
        }
        drop(state);
        shared.changed.notify_all();
    });
    Ok(())
}

fn later(shared: &Arc<Shared>, after: Duration, work: impl FnOnce(&Shared) + Send + 'static) {
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        std::thread::sleep(after);
        work(&shared);
    });
}

/// The program that is its first process: the mounted one, or the one that was uploaded.
fn program(container: &Container, shared: &Shared) -> PathBuf {
    let entrypoint = container.body["Entrypoint"][0].as_str().unwrap_or_default();
    let mounts = container.body["HostConfig"]["Mounts"].as_array().cloned().unwrap_or_default();
    let mounted = mounts.iter().find(|it| it["Target"] == entrypoint).and_then(|it| it["Source"].as_str());
    match mounted {
        Some(source) => PathBuf::from(source),
        None => shared.uploads.join(&container.id).join(entrypoint.rsplit('/').next().unwrap_or_default()),
    }
}
