//! A container that exists: its state, its end, and what ends it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bollard::models::{ContainerInspectResponse, HealthStatusEnum};
use bollard::query_parameters::{
    InspectContainerOptions, KillContainerOptionsBuilder, RemoveContainerOptionsBuilder, StopContainerOptionsBuilder,
};
use tokio::sync::watch;

use super::spec::PortProtocol;
use crate::engine::core::lock;
use crate::engine::events::Heard;
use crate::engine::{Engine, EngineError, ImageHealthcheck, dialect};

/// A container. Clones are the same container. Dropping it removes nothing.
#[derive(Clone)]
pub struct Container {
    shared: Arc<Shared>,
}

/// What waiting for the end of a container gave: its exit code or why there is none; nothing yet.
type Ended = Option<Result<i64, String>>;

struct Shared {
    engine: Engine,
    id: String,
    name: String,
    warnings: Vec<String>,
    heard: watch::Receiver<Heard>,
    waits: Mutex<Option<watch::Receiver<Ended>>>,
    started: AtomicBool,
    killed: AtomicBool,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit code of its first process; 128 and the number for a signal. `None`: it is gone, and nobody saw how it ended.
    pub code: Option<i64>,
    /// Whether a process in it was killed because its memory was used up.
    pub out_of_memory: bool,
}

/// What the engine says of a container.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerState {
    /// Whether it runs.
    pub running: bool,
    /// Whether its health check succeeds; `None`: it has none, or none was made yet.
    pub healthy: Option<bool>,
    /// The last words of its health check.
    pub health_output: Option<String>,
    /// Its health check.
    pub healthcheck: Option<ImageHealthcheck>,
    /// Its addresses, by network.
    pub addresses: BTreeMap<String, IpAddr>,
    /// Published ports: that in the container, and where it is on the engine's machine.
    pub ports: BTreeMap<(u16, PortProtocol), (IpAddr, u16)>,
    /// Its exit code, when it has ended.
    pub exit_code: Option<i64>,
    /// Whether a process in it was killed because its memory was used up.
    pub out_of_memory: bool,
    /// Everything, as the engine tells it. It may have secrets in its variables.
    pub raw: serde_json::Value,
}

/// How long what the engine tells of an end may lag behind the end: the reason of a kill comes by another way than the kill.
const LAG: Duration = Duration::from_secs(2);
const REASON_LAG: Duration = Duration::from_millis(250);

/// 128 and the number of `KILL`.
const KILLED: i64 = 137;

impl std::fmt::Debug for Container {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Container").field("id", &self.id()).field("name", &self.name()).finish_non_exhaustive()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.engine.inner.events.forget(&self.id);
    }
}

impl Container {
    pub(super) fn new(
        engine: Engine,
        id: String,
        name: String,
        warnings: Vec<String>,
        heard: watch::Receiver<Heard>,
    ) -> Self {
        let shared = Shared {
            engine,
            id,
            name,
            warnings,
            heard,
            waits: Mutex::new(None),
            started: AtomicBool::new(false),
            killed: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.shared.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// What the engine warned of when it was made: a limit that it can't enforce.
    pub fn warnings(&self) -> &[String] {
        &self.shared.warnings
    }

    /// The engine that it is in.
    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    pub(super) fn waits(&self, answer: watch::Receiver<Option<Result<i64, String>>>) {
        *lock(&self.shared.waits) = Some(answer);
    }

    pub(super) fn has_started(&self) {
        self.shared.started.store(true, Ordering::Release);
    }

    /// Waits for its end. May be dropped and called again, also after the end; the container removes itself then.
    ///
    /// # Errors
    ///
    /// When the engine is lost before.
    pub async fn exited(&self) -> Result<Exit, EngineError> {
        let mut heard = self.shared.heard.clone();
        let ended = |heard: &Heard| heard.exit.is_some() || heard.removed;
        let waits = lock(&self.shared.waits).clone();
        let answer = async {
            let mut waits = match waits {
                Some(waits) => waits,
                None => return std::future::pending().await,
            };
            match waits.wait_for(Option::is_some).await.map(|answer| answer.clone()) {
                Ok(Some(Ok(code))) => code,
                // The engine went away, or the container was never started.
                _ => std::future::pending().await,
            }
        };
        let code = tokio::select! {
            biased;
            // The sender lives as long as this container is registered.
            _ = heard.wait_for(ended) => None,
            code = answer => Some(code),
            error = self.shared.engine.lost() => return Err(error),
        };
        if code.is_some() {
            // The events say more.
            let _ = tokio::time::timeout(LAG, heard.wait_for(ended)).await;
        }
        let code = heard.borrow().exit.or(code);
        if code == Some(KILLED) && !self.shared.killed.load(Ordering::Acquire) {
            let _ = tokio::time::timeout(REASON_LAG, heard.wait_for(|heard| heard.out_of_memory)).await;
        }
        let out_of_memory = heard.borrow().out_of_memory;
        Ok(Exit { code, out_of_memory })
    }

    /// Whether a process in it was killed because its memory was used up. Ask after one was killed: the engine tells it within a
    /// fraction of a second, which is waited for.
    pub async fn ran_out_of_memory(&self) -> bool {
        let mut heard = self.shared.heard.clone();
        matches!(tokio::time::timeout(REASON_LAG, heard.wait_for(|heard| heard.out_of_memory)).await, Ok(Ok(_)))
    }

    /// What its health check said last, by the engine's events; `None` before it said anything.
    pub fn healthy(&self) -> Option<bool> {
        self.shared.heard.borrow().healthy
    }

    /// What the engine says of it now; `None` when it is gone.
    ///
    /// # Errors
    ///
    /// When the engine fails.
    pub async fn inspect(&self) -> Result<Option<ContainerState>, EngineError> {
        let engine = &self.shared.engine;
        let during = || format!("inspecting container `{}`", self.name());
        let inspect = engine.inner.docker.inspect_container(self.id(), None::<InspectContainerOptions>);
        match engine.read(during, async { dialect::read(inspect.await) }).await {
            Ok(found) => Ok(Some(state(found))),
            Err(EngineError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends a signal to its first process, by name: `TERM`, `KILL`. One that has ended gets none.
    ///
    /// # Errors
    ///
    /// When the engine fails.
    pub async fn kill(&self, signal: &str) -> Result<(), EngineError> {
        if signal.trim_start_matches("SIG") == "KILL" {
            self.shared.killed.store(true, Ordering::Release);
        }
        let engine = &self.shared.engine;
        let options = KillContainerOptionsBuilder::default().signal(signal).build();
        let during = || format!("sending {signal} to container `{}`", self.name());
        match engine.change(during, engine.inner.docker.kill_container(self.id(), Some(options))).await {
            // `is not running`
            Ok(()) | Err(EngineError::NotFound { .. } | EngineError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Asks it to end, and kills it after the grace (in whole seconds, at least one).
    ///
    /// # Errors
    ///
    /// When the engine fails.
    pub async fn stop(&self, grace: Duration) -> Result<(), EngineError> {
        self.shared.killed.store(true, Ordering::Release);
        let engine = &self.shared.engine;
        let seconds = i32::try_from(grace.as_millis().div_ceil(1000)).unwrap_or(i32::MAX).max(1);
        let options = StopContainerOptionsBuilder::default().t(seconds).build();
        let during = || format!("stopping container `{}`", self.name());
        let deadline = engine.inner.deadlines.change.saturating_add(grace);
        match engine.call(deadline, during, engine.inner.docker.stop_container(self.id(), Some(options))).await {
            Ok(()) | Err(EngineError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Kills it and removes it with its own volumes, and waits until it is gone. One that is gone is removed.
    ///
    /// # Errors
    ///
    /// When the engine fails, or does not get rid of it in time.
    pub async fn remove(&self) -> Result<(), EngineError> {
        self.shared.killed.store(true, Ordering::Release);
        self.shared.engine.remove_container(self.id(), self.name()).await
    }

    /// Removes it off the critical path; [`Engine::settled`] waits for that.
    pub fn remove_later(&self) {
        let container = self.clone();
        self.shared.engine.later(async move { container.remove().await });
    }
}

impl Engine {
    /// Removes a container by id, however far its removal is already.
    pub(in crate::engine) async fn remove_container(&self, id: &str, name: &str) -> Result<(), EngineError> {
        let during = || format!("removing container `{name}`");
        let deadline = self.inner.deadlines.change;
        let begun = tokio::time::Instant::now();
        loop {
            let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
            match self.change(during, self.inner.docker.remove_container(id, Some(options))).await {
                Ok(()) | Err(EngineError::NotFound { .. }) => return Ok(()),
                // It removes itself right now.
                Err(EngineError::Conflict { .. }) if begun.elapsed() < deadline => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                // It ended between the look and the kill of a forced removal.
                Err(EngineError::Failed { cause, .. })
                    if begun.elapsed() < deadline && cause.contains("is not running") =>
                {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

fn state(found: ContainerInspectResponse) -> ContainerState {
    let raw = serde_json::to_value(&found).unwrap_or_default();
    let state = found.state.unwrap_or_default();
    let health = state.health.unwrap_or_default();
    let running = state.running.unwrap_or(false);
    let settings = found.network_settings.unwrap_or_default();
    let ports = settings
        .ports
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(key, bindings)| {
            let binding = bindings?.into_iter().next()?;
            let (port, protocol) = key.split_once('/').unwrap_or((&key, "tcp"));
            let protocol = match protocol {
                "udp" => PortProtocol::Udp,
                "sctp" => PortProtocol::Sctp,
                _ => PortProtocol::Tcp,
            };
            let address =
                binding.host_ip.and_then(|address| address.parse().ok()).unwrap_or(IpAddr::from([127, 0, 0, 1]));
            Some(((port.parse().ok()?, protocol), (address, binding.host_port?.parse().ok()?)))
        })
        .collect();
    ContainerState {
        running,
        healthy: match health.status {
            Some(HealthStatusEnum::HEALTHY) => Some(true),
            Some(HealthStatusEnum::UNHEALTHY) => Some(false),
            _ => None,
        },
        healthcheck: found.config.and_then(|config| config.healthcheck).map(ImageHealthcheck::new),
        health_output: health.log.and_then(|log| log.into_iter().next_back()).and_then(|last| last.output),
        addresses: settings
            .networks
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(name, endpoint)| Some((name, endpoint.ip_address?.parse().ok()?)))
            .collect(),
        ports,
        exit_code: state.exit_code.filter(|_| !running),
        out_of_memory: state.oom_killed.unwrap_or(false),
        raw,
    }
}
