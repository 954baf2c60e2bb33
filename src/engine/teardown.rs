//! The end of a run: everything that carries its label goes, also what was just being made.

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters::{ListContainersOptionsBuilder, ListNetworksOptionsBuilder};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use super::{Engine, EngineError, dialect, label};

/// What a teardown did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Teardown {
    /// How many containers were removed.
    pub containers: usize,
    /// How many networks were removed.
    pub networks: usize,
    /// How many volumes were removed.
    pub volumes: usize,
    /// What is left, by name: not everything went in time.
    pub left: Vec<String>,
    /// What went wrong.
    pub errors: Vec<EngineError>,
}

impl Engine {
    /// Ends a run: nothing is made for it any more, and everything of it is removed, containers first. Comes back at the deadline at
    /// the latest, and says what is left then.
    pub async fn teardown(&self, run: &str, deadline: Duration) -> Teardown {
        let mut done = Teardown::default();
        let work = self.tear_down(run, &mut done);
        if tokio::time::timeout(deadline, work).await.is_err() {
            let during = format!("removing everything of run `{run}`");
            done.errors.push(EngineError::Timeout { during, after: deadline });
        }
        done
    }

    async fn tear_down(&self, run: &str, done: &mut Teardown) {
        let mut making = {
            let mut state = self.inner.runs.entry(run.to_owned()).or_default();
            state.ended = true;
            state.making.subscribe()
        };
        // Once for what is there, so that it goes at once, and once more when nothing is being made any more.
        self.remove_labelled(run, done).await;
        // The sender lives as long as the run's entry.
        let _ = making.wait_for(|count| *count == 0).await;
        self.remove_labelled(run, done).await;
    }

    async fn remove_labelled(&self, run: &str, done: &mut Teardown) {
        let label = format!("{}={run}", label::RUN);
        done.left.clear();
        let containers = match self.containers_with(vec![label.clone()]).await {
            Ok(containers) => containers,
            Err(error) => {
                done.left.push(format!("containers of run `{run}`"));
                done.errors.push(error);
                return;
            }
        };
        // Calls in flight are counted where they are made.
        let mut removals: FuturesUnordered<_> = containers
            .into_iter()
            .map(|(id, name, _)| async move { (self.remove_container(&id, &name).await, name) })
            .collect();
        while let Some((result, name)) = removals.next().await {
            match result {
                Ok(()) => done.containers += 1,
                Err(error) => {
                    done.left.push(format!("container `{name}`"));
                    done.errors.push(error);
                }
            }
        }
        let networks = match self.networks_with(vec![label.clone()]).await {
            Ok(networks) => networks,
            Err(error) => {
                done.left.push(format!("networks of run `{run}`"));
                done.errors.push(error);
                return;
            }
        };
        let mut removals: FuturesUnordered<_> =
            networks.into_iter().map(|(_, name, _)| async move { (self.remove_network(&name).await, name) }).collect();
        while let Some((result, name)) = removals.next().await {
            match result {
                Ok(()) => done.networks += 1,
                Err(error) => {
                    done.left.push(format!("network `{name}`"));
                    done.errors.push(error);
                }
            }
        }
        let volumes = match self.volumes_with(vec![label]).await {
            Ok(volumes) => volumes,
            Err(error) => {
                done.left.push(format!("volumes of run `{run}`"));
                done.errors.push(error);
                return;
            }
        };
        for (_, name, _) in volumes {
            match self.remove_volume(&name).await {
                Ok(()) => done.volumes += 1,
                Err(error) => {
                    done.left.push(format!("volume `{name}`"));
                    done.errors.push(error);
                }
            }
        }
    }

    /// Containers with these labels, in any state: id, name, and the rest of what is listed.
    pub(super) async fn containers_with(&self, labels: Vec<String>) -> Result<Vec<Listed>, EngineError> {
        let filters = HashMap::from([("label".to_owned(), labels)]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let during = || "listing containers".to_owned();
        let list = async { dialect::read(self.inner.docker.list_containers(Some(options)).await) };
        let found = self.read(during, list).await?;
        let listed = found.into_iter().filter_map(|container| {
            let id = container.id?;
            let name = container.names.and_then(|names| names.into_iter().next()).unwrap_or_else(|| id.clone());
            let running = container.state.is_some_and(|state| {
                use bollard::models::ContainerSummaryStateEnum as State;
                matches!(state, State::RUNNING | State::PAUSED | State::RESTARTING)
            });
            Some((id, name.trim_start_matches('/').to_owned(), (container.labels.unwrap_or_default(), running)))
        });
        Ok(listed.collect())
    }

    /// Networks with these labels.
    pub(super) async fn networks_with(&self, labels: Vec<String>) -> Result<Vec<Listed>, EngineError> {
        let filters = HashMap::from([("label".to_owned(), labels)]);
        let options = ListNetworksOptionsBuilder::default().filters(&filters).build();
        let during = || "listing networks".to_owned();
        let found = self.read(during, self.inner.docker.list_networks(Some(options))).await?;
        let listed = found
            .into_iter()
            .filter_map(|network| Some((network.id?, network.name?, (network.labels.unwrap_or_default(), false))));
        Ok(listed.collect())
    }
}

/// Id, name, labels, and whether it runs.
pub(super) type Listed = (String, String, (HashMap<String, String>, bool));
