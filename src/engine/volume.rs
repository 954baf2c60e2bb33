//! Volumes of a scenario that several of its containers share. A volume of one container alone needs no name: it goes with it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::{ListVolumesOptionsBuilder, RemoveVolumeOptions};

use super::teardown::Listed;
use super::{Belonging, Engine, EngineError};

/// A volume. Dropping it removes nothing; [`Volume::remove_later`] and the teardown of the run do.
#[derive(Clone, Debug)]
pub struct Volume {
    engine: Engine,
    name: Arc<str>,
}

impl Engine {
    /// Makes an empty volume.
    ///
    /// # Errors
    ///
    /// When the run has ended, when the engine fails.
    pub async fn create_volume(&self, belonging: Belonging) -> Result<Volume, EngineError> {
        let during = format!("creating a volume for `{}`", belonging.scenario);
        let run = belonging.run.clone();
        let engine = self.clone();
        let make = async move { engine.make_volume(belonging).await };
        self.make(&run, during, make, |volume: Volume| async move {
            // The teardown of the run looks again.
            let _ = volume.engine.remove_volume(&volume.name).await;
        })
        .await
    }

    async fn make_volume(&self, belonging: Belonging) -> Result<Volume, EngineError> {
        let name = belonging.name(self.next_number());
        let during = || format!("creating volume `{name}`");
        let mut labels = HashMap::new();
        belonging.stamp(&self.inner.owner, SystemTime::now(), &mut labels);
        let request =
            VolumeCreateRequest { name: Some(name.clone()), labels: Some(labels), ..VolumeCreateRequest::default() };
        let made = self.change(during, self.inner.docker.create_volume(request)).await?;
        Ok(Volume { engine: self.clone(), name: made.name.into() })
    }

    /// Removes a volume; one that is gone is removed. Waits a little for the last container that uses it.
    pub(super) async fn remove_volume(&self, name: &str) -> Result<(), EngineError> {
        const TRIES: u32 = 50;
        let during = || format!("removing volume `{name}`");
        let mut tries = 0;
        loop {
            let removed = self.inner.docker.remove_volume(name, None::<RemoveVolumeOptions>);
            match self.change(during, removed).await {
                Ok(()) | Err(EngineError::NotFound { .. }) => return Ok(()),
                Err(error) => {
                    let text = error.to_string();
                    tries += 1;
                    if !(text.contains("in use") || text.contains("being used")) || tries > TRIES {
                        return Err(error);
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// Volumes with these labels.
    pub(super) async fn volumes_with(&self, labels: Vec<String>) -> Result<Vec<Listed>, EngineError> {
        let filters = HashMap::from([("label".to_owned(), labels)]);
        let options = ListVolumesOptionsBuilder::default().filters(&filters).build();
        let during = || "listing volumes".to_owned();
        let found = self.read(during, self.inner.docker.list_volumes(Some(options))).await?;
        let volumes = found.volumes.unwrap_or_default().into_iter();
        Ok(volumes.map(|volume| (volume.name.clone(), volume.name, (volume.labels, false))).collect())
    }
}

impl Volume {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Removes it off the critical path, when its containers have gone; [`Engine::settled`] waits for that.
    pub fn remove_later(&self) {
        let volume = self.clone();
        self.engine.later(async move { volume.engine.remove_volume(&volume.name).await });
    }
}
