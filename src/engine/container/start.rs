//! Making and starting a container in the one order that loses nothing: it is listened to and attached before it starts.

use std::io;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use bollard::container::LogOutput;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, StartContainerOptions,
    UploadToContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures::{Stream as FuturesStream, StreamExt as _};
use tokio::io::AsyncWrite;
use tokio::sync::watch;

use super::body::{InitWay, body, init_folder};
use super::handle::Container;
use super::spec::{ContainerSpec, Mount, MountSource};
use crate::engine::init::{self, Architecture};
use crate::engine::{Engine, EngineError, EngineKind};

/// A container that was made and does not run yet. Dropping it removes nothing; [`Created::remove`] and the teardown of the run do.
#[derive(Debug)]
pub struct Created {
    container: Container,
}

/// A container that was started.
pub struct Running {
    /// The container.
    pub container: Container,
    /// Its streams.
    pub attached: Attached,
}

/// The streams of a container. They must be read: a container whose output nobody takes stops at its next line. Dropping them ends
/// the input of the container, and with init the container itself.
pub struct Attached {
    /// What it writes, until it ends.
    pub output: Pin<Box<dyn FuturesStream<Item = io::Result<Chunk>> + Send>>,
    /// Its input. Shutting it down ends the input.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
}

/// A piece of what a container wrote, of any size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Where to.
    pub stream: Stream,
    /// What.
    pub bytes: Vec<u8>,
}

/// A stream of a container's first process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Running").field("container", &self.container).finish_non_exhaustive()
    }
}

impl Engine {
    /// Makes a container and does not start it.
    ///
    /// # Errors
    ///
    /// When the image is missing, when the engine refuses something, when init can't be brought in, when the run has ended.
    pub async fn create(&self, spec: ContainerSpec) -> Result<Created, EngineError> {
        let run = spec.belonging.run.clone();
        let during = format!("creating a container for `{}`", spec.belonging.scenario);
        let engine = self.clone();
        let make = async move { engine.make_container(&spec).await };
        self.make(&run, during, make, |created: Created| async move {
            // The teardown of the run looks again.
            let _ = created.remove().await;
        })
        .await
    }

    /// Makes a container and starts it. What was made is removed again when the start fails.
    ///
    /// # Errors
    ///
    /// As [`Engine::create`] and [`Created::start`].
    pub async fn start(&self, spec: ContainerSpec) -> Result<Running, EngineError> {
        self.create(spec).await?.start().await
    }

    async fn make_container(&self, spec: &ContainerSpec) -> Result<Created, EngineError> {
        self.are_there(&spec.mounts)?;
        if !spec.init {
            return self.make_container_with(spec, InitWay::Absent).await;
        }
        let architecture = self.init_architecture()?;
        if self.info().endpoint.is_local_socket() && !self.inner.init_must_be_uploaded.load(Ordering::Relaxed) {
            let folder = self.inner.init_folder.clone();
            let file = tokio::task::spawn_blocking(move || init::program_file(architecture, &folder)).await;
            if let Ok(Ok(file)) = file {
                match self.make_container_with(spec, InitWay::Mounted(&file)).await {
                    // The engine is in a virtual machine, or this program in a container.
                    Err(EngineError::MountFailed { cause, .. } | EngineError::Refused { cause, .. })
                        if cause.contains(&*file.to_string_lossy()) =>
                    {
                        self.inner.init_must_be_uploaded.store(true, Ordering::Relaxed);
                    }
                    made => return made,
                }
            }
        }
        let created = self.make_container_with(spec, InitWay::Uploaded).await?;
        match self.upload_init(&created, architecture).await {
            Ok(()) => Ok(created),
            Err(error) => {
                let _ = created.remove().await;
                Err(error)
            }
        }
    }

    /// Whether what is to be mounted is there. Docker sees to that itself; podman makes an empty folder of what is missing, on the
    /// user's own disk, and the test would run with that.
    fn are_there(&self, mounts: &[Mount]) -> Result<(), EngineError> {
        if self.info().kind != EngineKind::Podman || !self.inner.sees_our_files {
            return Ok(());
        }
        let missing = mounts.iter().find_map(|mount| match &mount.source {
            MountSource::Bind(path) if path.try_exists().is_ok_and(|there| !there) => Some(path),
            _ => None,
        });
        match missing {
            None => Ok(()),
            Some(path) => Err(EngineError::MountFailed {
                during: "creating a container".to_owned(),
                cause: format!("bind source path does not exist: {}", path.display()),
            }),
        }
    }

    fn init_architecture(&self) -> Result<Architecture, EngineError> {
        let info = self.info();
        if info.os != "linux" {
            return Err(EngineError::InitUnavailable { cause: format!("the engine runs containers for {}", info.os) });
        }
        Architecture::parse(&info.architecture).ok_or_else(|| EngineError::InitUnavailable {
            cause: format!("there is no program for {} processors", info.architecture),
        })
    }

    async fn upload_init(&self, created: &Created, architecture: Architecture) -> Result<(), EngineError> {
        let archive = init::program_tar(architecture)
            .map_err(|error| EngineError::InitUnavailable { cause: error.to_string() })?;
        let options = UploadToContainerOptionsBuilder::default().path(init_folder()).build();
        let id = created.container.id();
        let during = || format!("bringing init into container `{}`", created.container.name());
        let upload = self.inner.docker.upload_to_container(id, Some(options), bollard::body_full(archive.into()));
        self.change(during, upload).await
    }

    async fn make_container_with(&self, spec: &ContainerSpec, init: InitWay<'_>) -> Result<Created, EngineError> {
        let name = spec.belonging.name(self.next_number());
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let during = || format!("creating container `{name}`");
        let create = self.inner.docker.create_container(Some(options), body(self, spec, init));
        let made = match self.change(during, create).await {
            Err(EngineError::NotFound { cause, .. }) if cause.to_lowercase().contains("image") => {
                return Err(EngineError::ImageMissing {
                    reference: spec.image.clone(),
                    why: crate::engine::NotPulled::Policy,
                });
            }
            made => made?,
        };
        let heard = self.inner.events.register(&made.id);
        Ok(Created { container: Container::new(self.clone(), made.id, name, made.warnings, heard) })
    }
}

impl Created {
    /// The container.
    pub fn container(&self) -> &Container {
        &self.container
    }

    /// Starts it, with its streams attached and its end waited for from before its start. It is removed when it can't be started.
    ///
    /// # Errors
    ///
    /// When its command can't be started, a port is taken, something can't be mounted, or the engine fails.
    pub async fn start(self) -> Result<Running, EngineError> {
        let container = self.container;
        match start(&container).await {
            Ok(attached) => Ok(Running { container, attached }),
            Err(error) => {
                // Its end is not waited for: the cause is known, and the teardown of the run looks again.
                container.remove_later();
                Err(error)
            }
        }
    }

    /// Removes it.
    ///
    /// # Errors
    ///
    /// When the engine fails.
    pub async fn remove(&self) -> Result<(), EngineError> {
        self.container.remove().await
    }
}

async fn start(container: &Container) -> Result<Attached, EngineError> {
    let engine = container.engine();
    let options = AttachContainerOptionsBuilder::default().stream(true).stdin(true).stdout(true).stderr(true).build();
    let during = || format!("attaching to container `{}`", container.name());
    let streams = engine.change(during, engine.inner.docker.attach_container(container.id(), Some(options))).await?;
    container.waits(wait(container));
    let during = || format!("starting container `{}`", container.name());
    let begin = engine.inner.docker.start_container(container.id(), None::<StartContainerOptions>);
    engine.change(during, begin).await?;
    container.has_started();
    let output = streams.output.map(|chunk| match chunk {
        Ok(LogOutput::StdErr { message }) => Ok(Chunk { stream: Stream::Stderr, bytes: message.into() }),
        Ok(chunk) => Ok(Chunk { stream: Stream::Stdout, bytes: chunk.into_bytes().into() }),
        Err(error) => Err(io::Error::other(error)),
    });
    Ok(Attached { output: Box::pin(output), input: streams.input })
}

/// Asks for the end of a container, before its start: the second way to learn it, beside the events.
fn wait(container: &Container) -> watch::Receiver<Option<Result<i64, String>>> {
    let (sender, receiver) = watch::channel(None);
    let docker = container.engine().inner.docker.clone();
    let id = container.id().to_owned();
    tokio::spawn(async move {
        let options = WaitContainerOptionsBuilder::default().condition("next-exit").build();
        let mut stream = std::pin::pin!(docker.wait_container(&id, Some(options)));
        let next = tokio::select! {
            next = stream.next() => next,
            () = sender.closed() => return,
        };
        let code = match next {
            Some(Ok(answer)) => Ok(answer.status_code),
            // So bollard tells an exit code other than zero.
            Some(Err(bollard::errors::Error::DockerContainerWaitError { code, .. })) => Ok(code),
            Some(Err(error)) => Err(crate::engine::classify::root_cause(&error)),
            None => Err("the engine ended its answer".to_owned()),
        };
        sender.send_replace(Some(code));
    });
    receiver
}

impl Attached {
    /// The streams for a session with init: what it writes to its standard output, and its input. What it writes to standard error
    /// goes to the log: init writes there only when it can't speak.
    pub fn into_session(self) -> (SessionOutput, Pin<Box<dyn AsyncWrite + Send>>) {
        (SessionOutput { output: self.output }, self.input)
    }
}

/// What init writes to its standard output.
pub struct SessionOutput {
    output: Pin<Box<dyn FuturesStream<Item = io::Result<Chunk>> + Send>>,
}

impl FuturesStream for SessionOutput {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::task::ready!(self.output.as_mut().poll_next(context)) {
                Some(Ok(Chunk { stream: Stream::Stderr, bytes })) => {
                    tracing::warn!(target: crate::engine::TARGET, "init says: {}", String::from_utf8_lossy(&bytes).trim_end());
                }
                Some(Ok(chunk)) => return Poll::Ready(Some(Ok(chunk.bytes))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
