//! Getting images: as the policy says, one pull for all who want the same, a few at once, with progress, and never without end.

use std::collections::BTreeMap;
use std::sync::Arc;

use bollard::query_parameters::CreateImageOptionsBuilder;
use dashmap::DashMap;
use futures::StreamExt as _;
use tokio::sync::{Semaphore, watch};

use super::credentials::credentials;
use super::reference::{ImageReference, is_id};
use super::Image;
use crate::engine::classify::classify_pull;
use crate::engine::error::{NotPulled, PullFailure};
use crate::engine::{Engine, EngineError};

/// When an image is pulled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PullPolicy {
    /// Where the engine does not have it.
    #[default]
    Missing,
    /// Always; local images are taken as they are.
    Always,
    /// Never: an image that is missing is an error.
    Never,
}

/// How far a pull is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullProgress {
    /// Bytes that are there.
    pub done: u64,
    /// Bytes in all, as far as they are known yet.
    pub total: u64,
    /// The engine's last words: `Downloading`, `Extracting`.
    pub status: String,
}

impl PullProgress {
    /// From 0 to 100, where the size is known.
    pub fn percent(&self) -> Option<u8> {
        let share = self.done.min(self.total).saturating_mul(100).checked_div(self.total)?;
        u8::try_from(share).ok()
    }
}

/// The pulls of one engine.
pub(in crate::engine) struct Pulls {
    limit: Arc<Semaphore>,
    running: DashMap<String, watch::Receiver<State>>,
}

#[derive(Clone, Debug)]
enum State {
    Going(PullProgress),
    Done(Result<(), EngineError>),
}

impl Pulls {
    pub fn new(at_once: usize) -> Self {
        Self { limit: Arc::new(Semaphore::new(at_once.max(1))), running: DashMap::new() }
    }
}

impl Engine {
    /// The image of this name, pulled where the policy wants it. `progress` is called while it is pulled; who else wants the same
    /// image meanwhile waits for the same pull. A pull ends when nobody waits for it any more.
    ///
    /// # Errors
    ///
    /// When the name is none; when the image is missing and may not, or can't be pulled; when the engine fails.
    pub async fn image(
        &self,
        reference: &str,
        policy: PullPolicy,
        mut progress: impl FnMut(&PullProgress) + Send,
    ) -> Result<Image, EngineError> {
        let name = if is_id(reference) { None } else { Some(ImageReference::parse(reference)?) };
        let local = name.as_ref().is_none_or(ImageReference::is_local);
        let present = self.inspect_image(reference).await?;
        let missing = |why| EngineError::ImageMissing { reference: reference.to_owned(), why };
        match (present, policy, name) {
            (Some(image), PullPolicy::Missing | PullPolicy::Never, _) => return Ok(image),
            (Some(image), PullPolicy::Always, _) if local => return Ok(image),
            (None, PullPolicy::Never, _) => return Err(missing(NotPulled::Policy)),
            (None, _, _) if local => return Err(missing(NotPulled::Local)),
            (_, _, Some(name)) => self.pull(&name, &mut progress).await?,
            (_, _, None) => return Err(missing(NotPulled::Local)),
        }
        // The engine says so when the pull is done; podman keeps some names otherwise.
        self.inspect_image(reference).await?.ok_or_else(|| EngineError::PullFailed {
            reference: reference.to_owned(),
            reason: PullFailure::Other,
            cause: "the engine pulled it and does not have it".to_owned(),
        })
    }

    async fn pull(
        &self,
        reference: &ImageReference,
        progress: &mut (impl FnMut(&PullProgress) + Send),
    ) -> Result<(), EngineError> {
        let key = reference.to_string();
        loop {
            let mut states = self.begin_or_join(reference, &key);
            loop {
                let state = states.borrow_and_update().clone();
                match state {
                    State::Going(now) => progress(&now),
                    State::Done(result) => return result,
                }
                if states.changed().await.is_err() {
                    // It was given up for want of others just when this one came: begin anew.
                    break;
                }
            }
        }
    }

    fn begin_or_join(&self, reference: &ImageReference, key: &str) -> watch::Receiver<State> {
        let entry = self.inner.pulls.running.entry(key.to_owned());
        match entry {
            dashmap::Entry::Occupied(running) if running.get().has_changed().is_ok() => running.get().clone(),
            entry => {
                let waiting = PullProgress { status: "waiting".to_owned(), ..PullProgress::default() };
                let (sender, receiver) = watch::channel(State::Going(waiting));
                // The map holds no receiver that would keep an unwanted pull going: the task counts them.
                let held = receiver.clone();
                entry.insert(held);
                let engine = self.clone();
                let reference = reference.clone();
                let key = key.to_owned();
                tokio::spawn(async move {
                    let result = tokio::select! {
                        result = engine.pull_once(&reference, &sender) => Some(result),
                        () = unwanted(&sender) => None,
                    };
                    engine.inner.pulls.running.remove(&key);
                    if let Some(result) = result {
                        sender.send_replace(State::Done(result));
                    }
                });
                receiver
            }
        }
    }

    async fn pull_once(&self, reference: &ImageReference, states: &watch::Sender<State>) -> Result<(), EngineError> {
        let name = reference.to_string();
        // The semaphore is never closed.
        let _permit = self.inner.pulls.limit.acquire().await.ok();
        let (found, trouble) = credentials(reference.registry_key(), &self.inner.environment).await;
        let options = CreateImageOptionsBuilder::default().from_image(&reference.name()).tag(reference.version()).build();
        let mut stream = std::pin::pin!(self.inner.docker.create_image(Some(options), None, found));
        let idle = self.inner.deadlines.pull_idle;
        let mut layers: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        loop {
            let Ok(next) = tokio::time::timeout(idle, stream.next()).await else {
                return Err(EngineError::PullFailed {
                    reference: name,
                    reason: PullFailure::Interrupted,
                    cause: format!("nothing came for {idle:?}"),
                });
            };
            match next {
                None => return Ok(()),
                Some(Err(error)) => {
                    let mut error = classify_pull(error, &name);
                    if let (EngineError::PullFailed { cause, reason: PullFailure::Denied, .. }, Some(trouble)) = (&mut error, trouble)
                    {
                        cause.push_str(&format!(" ({trouble})"));
                    }
                    return Err(error);
                }
                Some(Ok(line)) => {
                    let status = line.status.unwrap_or_default();
                    if let Some(id) = line.id {
                        let layer = layers.entry(id).or_default();
                        let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
                        if let Some(detail) = line.progress_detail {
                            // Extraction counts from the start again: what is there is there.
                            if status == "Downloading" {
                                *layer = (number(detail.current).unwrap_or(layer.0), number(detail.total).unwrap_or(layer.1));
                            }
                        }
                        if status == "Download complete" || status == "Pull complete" {
                            layer.0 = layer.1;
                        }
                    }
                    let (done, total) = layers.values().fold((0, 0), |sum, layer| (sum.0 + layer.0, sum.1 + layer.1));
                    states.send_replace(State::Going(PullProgress { done, total, status }));
                }
            }
        }
    }
}

/// Waits until only the map itself listens.
async fn unwanted(states: &watch::Sender<State>) {
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        if states.receiver_count() <= 1 {
            return;
        }
    }
}
