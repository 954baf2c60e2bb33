//! Making and removing a scenario's network.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bollard::models::{Ipam, IpamConfig, NetworkCreateRequest};
use bollard::query_parameters::ListNetworksOptions;

use super::subnet::Subnet;
use crate::engine::core::lock;
use crate::engine::{Belonging, Engine, EngineError};

/// What a network shall be.
#[derive(Clone, Debug)]
pub struct NetworkSpec {
    /// What it belongs to.
    pub belonging: Belonging,
    /// Whether it has no way out. The engine's own machine can still be reached, at the gateway.
    pub internal: bool,
    /// Whether the engine's machine can't be reached either; used where the engine can do that ([`isolates_host`]).
    ///
    /// [`isolates_host`]: crate::engine::EngineInfo::isolates_host
    pub isolated: bool,
    /// Further labels.
    pub labels: HashMap<String, String>,
}

impl NetworkSpec {
    /// A network without a way out.
    pub fn internal(belonging: Belonging) -> Self {
        Self { belonging, internal: true, isolated: false, labels: HashMap::new() }
    }
}

/// A network of a scenario. Dropping it removes nothing; [`Network::remove_later`] and the teardown of the run do.
#[derive(Clone, Debug)]
pub struct Network {
    engine: Engine,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    id: String,
    name: String,
    subnet: Subnet,
    internal: bool,
    isolated: bool,
    removed: AtomicBool,
}

/// Conflicts that are met before it is given up: more than that and something is wrong with the range.
const TRIES: u32 = 64;

impl Engine {
    /// Makes a network.
    ///
    /// # Errors
    ///
    /// When no addresses are left, when the run has ended, when the engine fails.
    pub async fn create_network(&self, spec: NetworkSpec) -> Result<Network, EngineError> {
        let during = format!("creating a network for `{}`", spec.belonging.scenario);
        let run = spec.belonging.run.clone();
        let engine = self.clone();
        let make = async move { engine.make_network(spec).await };
        self.make(&run, during, make, |network: Network| async move {
            // The teardown of the run looks again.
            let _ = network.remove().await;
        })
        .await
    }

    async fn make_network(&self, spec: NetworkSpec) -> Result<Network, EngineError> {
        let name = spec.belonging.name(self.next_number());
        let during = || format!("creating network `{name}`");
        let isolated = spec.isolated && self.info().isolates_host;
        let mut labels = spec.labels;
        spec.belonging.stamp(&self.inner.owner, SystemTime::now(), &mut labels);
        for attempt in 0..TRIES {
            let (subnet, range) = {
                let mut subnets = lock(&self.inner.subnets);
                (subnets.take(), subnets.range())
            };
            let Some(subnet) = subnet else {
                return Err(EngineError::PoolExhausted {
                    during: during(),
                    cause: format!("all of `{range}` is taken"),
                });
            };
            let request = NetworkCreateRequest {
                name: name.clone(),
                driver: Some("bridge".to_owned()),
                internal: Some(spec.internal),
                ipam: Some(Ipam {
                    config: Some(vec![IpamConfig {
                        subnet: Some(subnet.to_string()),
                        gateway: Some(subnet.gateway().to_string()),
                        ..IpamConfig::default()
                    }]),
                    ..Ipam::default()
                }),
                options: isolated.then(|| {
                    HashMap::from([("com.docker.network.bridge.gateway_mode_ipv4".to_owned(), "isolated".to_owned())])
                }),
                labels: Some(labels.clone()),
                ..NetworkCreateRequest::default()
            };
            match self.change(during, self.inner.docker.create_network(request)).await {
                Ok(made) => {
                    let shared = Shared {
                        id: made.id,
                        name,
                        subnet,
                        internal: spec.internal,
                        isolated,
                        removed: AtomicBool::new(false),
                    };
                    return Ok(Network { engine: self.clone(), shared: Arc::new(shared) });
                }
                Err(EngineError::Conflict { .. }) => {
                    lock(&self.inner.subnets).conflict(subnet);
                    if attempt == 0 {
                        self.learn_subnets().await?;
                    }
                }
                Err(error) => {
                    lock(&self.inner.subnets).give_back(subnet);
                    return Err(error);
                }
            }
        }
        Err(EngineError::PoolExhausted {
            during: during(),
            cause: format!("{TRIES} networks of our range were taken by others"),
        })
    }

    /// Asks which subnets other networks have.
    async fn learn_subnets(&self) -> Result<(), EngineError> {
        let during = || "listing networks".to_owned();
        let networks = self.read(during, self.inner.docker.list_networks(None::<ListNetworksOptions>)).await?;
        let subnets = networks
            .into_iter()
            .filter_map(|network| network.ipam?.config)
            .flatten()
            .filter_map(|config| Subnet::parse(&config.subnet?));
        lock(&self.inner.subnets).learn(subnets);
        Ok(())
    }

    /// Removes a network, by its name; one that is gone is removed. Waits a little for its last endpoints to leave. By its id podman
    /// removes a network that is in use, and what it made for that on its machine stays.
    pub(in crate::engine) async fn remove_network(&self, name: &str) -> Result<(), EngineError> {
        const TRIES: u32 = 50;
        let during = || format!("removing network `{name}`");
        let mut tries = 0;
        loop {
            match self.change(during, self.inner.docker.remove_network(name)).await {
                Ok(()) | Err(EngineError::NotFound { .. }) => return Ok(()),
                Err(error) => {
                    let text = error.to_string();
                    tries += 1;
                    if !(text.contains("active endpoints") || text.contains("is being used")) || tries > TRIES {
                        return Err(error);
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Network {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.shared.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// The address of the engine's machine in it.
    pub fn gateway(&self) -> Ipv4Addr {
        self.shared.subnet.gateway()
    }

    /// Its addresses: `10.213.0.16/28`.
    pub fn subnet(&self) -> String {
        self.shared.subnet.to_string()
    }

    /// Whether it has no way out.
    pub fn is_internal(&self) -> bool {
        self.shared.internal
    }

    /// Whether the engine's machine can't be reached in it either.
    pub fn is_isolated(&self) -> bool {
        self.shared.isolated
    }

    /// Removes it, when its containers have left.
    ///
    /// # Errors
    ///
    /// When containers stay in it, when the engine fails.
    pub async fn remove(&self) -> Result<(), EngineError> {
        if self.shared.removed.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let result = self.engine.remove_network(&self.shared.name).await;
        match &result {
            Ok(()) => lock(&self.engine.inner.subnets).give_back(self.shared.subnet),
            Err(_) => self.shared.removed.store(false, Ordering::Release),
        }
        result
    }

    /// Removes it off the critical path; [`Engine::settled`] waits for that.
    pub fn remove_later(&self) {
        let network = self.clone();
        self.engine.later(async move { network.remove().await });
    }
}
