//! An engine that answers: what all calls share. Each call has a deadline, counts against the number in flight, and fails with a
//! class. What one call of the engine does stands beside what it acts on.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use dashmap::DashMap;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::classify::classify;
use super::connect::{self, ConnectOptions, Deadlines};
use super::events::Events;
use super::image::Pulls;
use super::network::Subnets;
use super::{EngineError, EngineInfo, EngineKind, Environment, Owner};

/// A container engine. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub docker: Docker,
    pub info: EngineInfo,
    pub owner: Owner,
    pub environment: Environment,
    pub deadlines: Deadlines,
    pub pulls: Pulls,
    pub subnets: Mutex<Subnets>,
    pub events: Arc<Events>,
    pub init_folder: PathBuf,
    /// Whether a path means the same to the engine as to this program, as far as can be known without trying.
    pub sees_our_files: bool,
    /// Whether the engine turned out not to see the files of this machine.
    pub init_must_be_uploaded: AtomicBool,
    /// What goes on that nobody waits for.
    pub background: TaskTracker,
    /// What went wrong there.
    pub background_errors: Mutex<Vec<EngineError>>,
    /// The objects of each run that are being made right now.
    pub runs: DashMap<String, RunState>,
    calls: Semaphore,
    number: AtomicU64,
    _stop: DropGuard,
}

/// What is known of a run while it makes objects.
#[derive(Default)]
pub(super) struct RunState {
    pub ended: bool,
    pub making: watch::Sender<usize>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Engine").field("info", &self.inner.info).finish_non_exhaustive()
    }
}

impl Engine {
    /// Finds an engine, greets it and agrees on a version of the API (1.41 or newer).
    ///
    /// # Errors
    ///
    /// When none answers, with all places that were tried and what to do; when its address can't be read; when it is too old.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn connect(options: &ConnectOptions) -> Result<Self, EngineError> {
        connect::connect(options).await
    }

    pub(super) fn new(docker: Docker, info: EngineInfo, time: Option<String>, options: &ConnectOptions) -> Self {
        let owner = Owner::of_process();
        let stop = CancellationToken::new();
        let events = Events::follow(docker.clone(), &owner, time.as_deref(), stop.clone());
        let subnets = Subnets::new(options.subnets, owner.pid, info.is_local);
        let sees_our_files = info.is_local && info.is_named_as_this_machine() && !options.environment.is_in_container();
        // Docker says that it does not find a file that is to be mounted; podman makes an empty folder in its place.
        let must_be_uploaded = info.kind == EngineKind::Podman && !sees_our_files;
        Self {
            inner: Arc::new(Inner {
                docker,
                info,
                owner,
                environment: options.environment.clone(),
                deadlines: options.deadlines,
                pulls: Pulls::new(options.pulls),
                subnets: Mutex::new(subnets),
                events,
                init_folder: options.init_folder.clone(),
                sees_our_files,
                init_must_be_uploaded: AtomicBool::new(must_be_uploaded),
                background: TaskTracker::new(),
                background_errors: Mutex::new(Vec::new()),
                runs: DashMap::new(),
                calls: Semaphore::new(options.calls.max(1)),
                number: AtomicU64::new(1),
                _stop: stop.drop_guard(),
            }),
        }
    }

    /// What the engine is and what its machine has.
    pub fn info(&self) -> &EngineInfo {
        &self.inner.info
    }

    /// Whether the engine answers right now. Tells a program that hangs from an engine that does.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn ping(&self) -> Result<(), EngineError> {
        let ping = self.inner.docker.ping();
        let during = || "asking whether the engine answers".to_owned();
        // Not counted: it must get through while all other calls hang.
        within(self.inner.deadlines.connect, during, ping).await.map(drop)
    }

    /// Waits until the engine is lost: its stream of events broke and it answers no more. Returns the reason.
    pub async fn lost(&self) -> EngineError {
        let cause = self.inner.events.lost().await;
        EngineError::Lost { during: "containers ran".to_owned(), cause }
    }

    /// Waits for an engine that went away and may come back, as one that is started anew does; not beyond so long after it was heard
    /// last, and not at all while it is heard.
    pub async fn answering(&self, patience: Duration) {
        self.inner.events.answering(patience).await;
    }

    /// Waits until everything is done that was put off the critical path: removals of networks and containers. Tells what went wrong
    /// there since the last call.
    pub async fn settled(&self, deadline: Duration) -> Vec<EngineError> {
        self.inner.background.close();
        let done = tokio::time::timeout(deadline, self.inner.background.wait()).await;
        self.inner.background.reopen();
        let mut errors = std::mem::take(&mut *lock(&self.inner.background_errors));
        if done.is_err() {
            errors.push(EngineError::Timeout {
                during: "removing what is not used any more".to_owned(),
                after: deadline,
            });
        }
        errors
    }

    /// Does something off the critical path.
    pub(super) fn later(&self, work: impl Future<Output = Result<(), EngineError>> + Send + 'static) {
        let inner = Arc::clone(&self.inner);
        self.inner.background.spawn(async move {
            if let Err(error) = work.await {
                tracing::debug!(target: super::TARGET, %error, "off the critical path");
                lock(&inner.background_errors).push(error);
            }
        });
    }

    pub(super) fn next_number(&self) -> u64 {
        self.inner.number.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes a call that only reads.
    pub(super) async fn read<T>(
        &self,
        during: impl FnOnce() -> String,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, EngineError> {
        self.call(self.inner.deadlines.read, during, call).await
    }

    /// Makes a call that changes something.
    pub(super) async fn change<T>(
        &self,
        during: impl FnOnce() -> String,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, EngineError> {
        self.call(self.inner.deadlines.change, during, call).await
    }

    pub(super) async fn call<T>(
        &self,
        deadline: Duration,
        during: impl FnOnce() -> String,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, EngineError> {
        // The semaphore is never closed.
        let _permit = self.inner.calls.acquire().await.ok();
        within(deadline, during, call).await
    }

    /// Makes an object of a run. It is made to the end even when nobody waits any more; then it is removed at once, so that no
    /// object is left that nobody knows of.
    pub(super) async fn make<T: Send + 'static>(
        &self,
        run: &str,
        during: String,
        make: impl Future<Output = Result<T, EngineError>> + Send + 'static,
        unwanted: impl AsyncFnOnceSend<T>,
    ) -> Result<T, EngineError> {
        let making = {
            let state = self.inner.runs.entry(run.to_owned()).or_default();
            if state.ended {
                return Err(EngineError::Ended { during });
            }
            state.making.send_modify(|count| *count += 1);
            state.making.clone()
        };
        let (sender, receiver) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let made = make.await;
            if let Err(Ok(made)) = sender.send(made) {
                unwanted.call(made).await;
            }
            making.send_modify(|count| *count -= 1);
        });
        match receiver.await {
            Ok(made) => made,
            Err(_) => Err(EngineError::Failed { during, cause: "it was given up".to_owned() }),
        }
    }
}

/// A future to be made of a value, in another task.
pub(super) trait AsyncFnOnceSend<T>: Send + 'static {
    fn call(self, value: T) -> impl Future<Output = ()> + Send;
}

impl<T, F, R> AsyncFnOnceSend<T> for F
where
    F: FnOnce(T) -> R + Send + 'static,
    R: Future<Output = ()> + Send,
{
    fn call(self, value: T) -> impl Future<Output = ()> + Send {
        self(value)
    }
}

async fn within<T>(
    deadline: Duration,
    during: impl FnOnce() -> String,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, EngineError> {
    match tokio::time::timeout(deadline, call).await {
        Ok(answer) => answer.map_err(|error| classify(error, during())),
        Err(_) => Err(EngineError::Timeout { during: during(), after: deadline }),
    }
}

/// Nothing that holds one of these locks can panic halfway through a change.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
