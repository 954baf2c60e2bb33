//! What an image says of itself.

use std::collections::HashMap;
use std::time::Duration;

use bollard::models::{HealthConfig, ImageInspect};

use crate::engine::{Engine, EngineError};

/// An image that is in the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Its id, the digest of its configuration: `sha256:…`. Containers are made from this, so a tag that moves meanwhile changes
    /// nothing.
    pub id: String,
    /// The digests under which registries know it: `name@sha256:…`. Empty for images that were built here.
    pub digests: Vec<String>,
    /// Its names.
    pub tags: Vec<String>,
    /// The program that it starts, with first arguments.
    pub entrypoint: Vec<String>,
    /// The arguments that follow, or the program where there is no entry point.
    pub command: Vec<String>,
    /// Variables: name and value.
    pub env: Vec<(String, String)>,
    /// The user that its program runs as; empty: root.
    pub user: String,
    /// The folder in which its program runs; empty: `/`.
    pub workdir: String,
    /// Its own health check.
    pub healthcheck: Option<ImageHealthcheck>,
    /// The ports that it says it serves: `8080/tcp`.
    pub exposed_ports: Vec<String>,
    /// Folders that it keeps in volumes of their own.
    pub volumes: Vec<String>,
    /// The signal that asks its program to end; empty: `TERM`.
    pub stop_signal: String,
    /// Its labels.
    pub labels: HashMap<String, String>,
    /// The system: `linux`.
    pub os: String,
    /// The processor: `amd64`.
    pub architecture: String,
}

/// The health check of an image or container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageHealthcheck {
    /// What is run, as Docker has it: `CMD` or `CMD-SHELL` and what follows; `NONE` switches the image's check off.
    pub test: Vec<String>,
    /// Between two probes.
    pub interval: Option<Duration>,
    /// For one probe.
    pub timeout: Option<Duration>,
    /// Probes before it counts as unhealthy.
    pub retries: Option<i64>,
    /// In which failures don't count.
    pub start_period: Option<Duration>,
}

impl Engine {
    /// What the image says of itself; `None` when it is not in the engine. Never pulls.
    ///
    /// # Errors
    ///
    /// When the engine fails.
    pub async fn inspect_image(&self, reference: &str) -> Result<Option<Image>, EngineError> {
        let during = || format!("looking for image `{reference}`");
        match self.read(during, self.inner.docker.inspect_image(reference)).await {
            Ok(found) => Ok(Some(Image::new(found))),
            Err(EngineError::NotFound { .. }) => Ok(None),
            // Podman answers so for names that it can't resolve.
            Err(EngineError::Failed { cause, .. })
                if cause.contains("short-name") || cause.contains("no such image") =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Image {
    fn new(found: ImageInspect) -> Self {
        let config = found.config.unwrap_or_default();
        let split = |variable: String| match variable.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (variable, String::new()),
        };
        Self {
            id: found.id.unwrap_or_default(),
            digests: found.repo_digests.unwrap_or_default(),
            tags: found.repo_tags.unwrap_or_default(),
            entrypoint: config.entrypoint.unwrap_or_default(),
            command: config.cmd.unwrap_or_default(),
            env: config.env.unwrap_or_default().into_iter().map(split).collect(),
            user: config.user.unwrap_or_default(),
            workdir: config.working_dir.unwrap_or_default(),
            healthcheck: config.healthcheck.map(ImageHealthcheck::new),
            exposed_ports: config.exposed_ports.unwrap_or_default(),
            volumes: config.volumes.unwrap_or_default(),
            stop_signal: config.stop_signal.unwrap_or_default(),
            labels: config.labels.unwrap_or_default(),
            os: found.os.unwrap_or_default(),
            architecture: found.architecture.unwrap_or_default(),
        }
    }

    /// The program and its arguments that the image starts by itself.
    pub fn argv(&self) -> Vec<String> {
        self.entrypoint.iter().chain(&self.command).cloned().collect()
    }
}

impl ImageHealthcheck {
    pub(in crate::engine) fn new(check: HealthConfig) -> Self {
        Self {
            test: check.test.unwrap_or_default(),
            interval: nanoseconds(check.interval),
            timeout: nanoseconds(check.timeout),
            retries: check.retries.filter(|retries| *retries > 0),
            start_period: nanoseconds(check.start_period),
        }
    }

    /// None, also where the image has one.
    pub fn off() -> Self {
        Self { test: vec!["NONE".to_owned()], ..Self::default() }
    }
}

fn nanoseconds(number: Option<i64>) -> Option<Duration> {
    number.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0).map(Duration::from_nanos)
}
