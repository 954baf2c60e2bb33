//! The container of a service, and the service's own program in it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::kind::Kind;
use super::output::{Capture, Writer};
use super::scenario::Setting;
use crate::collector::environment::{Recipient, variables};
use crate::collector::{Identity, Receiver};
use crate::config::model::Protocol;
use crate::engine::init::{JobEvent, JobExit, JobSpec, Session, SessionError, SessionOptions, StartError};
use crate::engine::{
    Belonging, Container, ContainerNetwork, ContainerSpec, EngineError, Image, ImageHealthcheck, Mount, MountSource,
    Network, PortProtocol, PublishedPort, Volume,
};
use crate::executor::plan::{PlannedService, ServiceResources, VolumeSource};

/// So many processes and threads may be in a container: more than programs want, and fewer than the machine can bear.
const MOST_PROCESSES: u64 = 4096;

/// A container that runs, with its init.
pub struct Member {
    /// The service, as an index into those of the test.
    pub service: usize,
    /// Its name.
    pub name: String,
    /// The container.
    pub container: Container,
    /// Its init.
    pub session: Session,
    /// What its programs get beside the container's own variables.
    pub variables: Vec<(String, String)>,
    /// The image.
    pub image: Arc<Image>,
    /// The health check that the image brings along, where it is asked.
    pub healthcheck: Option<ImageHealthcheck>,
    /// The service's own program, where it was started.
    pub program: Option<Program>,
    tunnels: JoinHandle<()>,
}

/// A service's own program.
pub struct Program {
    /// How it ended, when it has.
    pub ended: watch::Receiver<Option<Result<JobExit, SessionError>>>,
    /// What it writes.
    pub capture: Arc<Mutex<Capture>>,
}

/// Why there is no container for a service.
#[derive(Debug)]
pub enum NotLaunched {
    /// The engine could not.
    Engine(EngineError),
    /// Its init did not answer.
    Session(SessionError),
}

/// Where a container is to be.
pub struct Surroundings<'a> {
    /// The network of the scenario; `None`: the container has none.
    pub network: Option<&'a Network>,
    /// The volumes that several services share, by their names in the test.
    pub shared: &'a [(String, Volume)],
}

impl Member {
    /// Makes and starts the container of a service. None of its programs runs yet.
    pub async fn launch(
        setting: &Setting,
        index: usize,
        service: &PlannedService,
        image: Arc<Image>,
        surroundings: Surroundings<'_>,
        identity: &Identity,
        receiver: &Receiver,
    ) -> Result<Self, NotLaunched> {
        let kind = Kind::of(service);
        let belonging = Belonging::new(setting.run.to_string(), setting.id().to_string()).service(service.name.clone());
        let mut spec = ContainerSpec::new(belonging, image.id.clone());
        spec.init = true;
        spec.env = service.env.clone();
        spec.env.extend(kind.env.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        spec.workdir.clone_from(&service.workdir);
        spec.user.clone_from(&service.user);
        spec.hostname = host_name(&service.name);
        // What all containers of the test together may use, no single one may exceed.
        let limits = &setting.test.limits;
        let of_test = ServiceResources { memory_mb: limits.memory_mb, cpu_millis: limits.cpu_millis };
        let resources = setting.planned().resources_of(service).tighter(of_test);
        spec.memory = resources.memory_mb.map(|mib| mib << 20);
        spec.nano_cpus = resources.cpu_millis.map(|millis| millis * 1_000_000);
        spec.pids = Some(MOST_PROCESSES);
        // Init asks by itself: a check of the image would run beside it for nobody.
        spec.healthcheck = image.healthcheck.as_ref().map(|_| ImageHealthcheck::off());
        spec.ports = service
            .ports
            .iter()
            .map(|port| PublishedPort {
                protocol: match port.protocol {
                    Protocol::Tcp => PortProtocol::Tcp,
                    Protocol::Udp => PortProtocol::Udp,
                    Protocol::Sctp => PortProtocol::Sctp,
                },
                ..PublishedPort::loopback(port.host, port.container)
            })
            .collect();
        spec.mounts = service
            .volumes
            .iter()
            .map(|volume| Mount {
                source: match &volume.source {
                    VolumeSource::Host(path) => MountSource::Bind(path.clone()),
                    VolumeSource::Named(name) => match surroundings.shared.iter().find(|(shared, _)| shared == name) {
                        Some((_, volume)) => MountSource::Volume(volume.name().to_owned()),
                        None => MountSource::Anonymous,
                    },
                    VolumeSource::Anonymous => MountSource::Anonymous,
                },
                target: volume.container.clone(),
                read_only: volume.read_only,
            })
            .collect();
        if let Some(network) = surroundings.network {
            spec.network = ContainerNetwork::Own { network: network.clone(), aliases: vec![service.name.clone()] };
        }
        let running = setting.engine.start(spec).await.map_err(NotLaunched::Engine)?;
        let container = running.container;
        let mut healthcheck = image.healthcheck.clone();
        if healthcheck.is_none() && super::ready::asks_image(service, &kind) {
            // Podman's images don't tell theirs; the containers that are made of them do.
            let state = container.inspect().await.map_err(NotLaunched::Engine)?;
            healthcheck = state.and_then(|state| state.healthcheck);
        }
        let (output, input) = running.attached.into_session();
        let mut options = SessionOptions { grace: setting.grace(), ..SessionOptions::default() };
        if kind.takes_otlp {
            // Its own receiver listens on the usual ports.
            options.ports = vec![0];
        }
        let opened = Session::open(output, input, options).await;
        let (session, mut tunnels) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                container.remove_later();
                return Err(NotLaunched::Session(error));
            }
        };
        let acceptor = receiver.acceptor();
        let tunnels = tokio::spawn(async move {
            while let Some(tunnel) = tunnels.next().await {
                acceptor.serve(tunnel);
            }
        });
        let port = session.ports().last().map_or(4318, |port| port.held);
        let variables = variables(&Recipient {
            otel: setting.test.analysis.config.otel.as_ref(),
            service: &service.name,
            port,
            identity,
            image: &image.env,
            seed: setting.test.seed.unwrap_or(setting.options.seed),
            freeze_clock: setting.test.freeze_clock.as_deref(),
        });
        let variables = variables.into_iter().filter(|(name, _)| !service.env.iter().any(|(set, _)| set == name));
        let variables = variables.collect();
        let name = service.name.clone();
        Ok(Self { service: index, name, container, session, variables, image, healthcheck, program: None, tunnels })
    }

    /// Starts the service's own program: what the image starts, with the arguments of the test or of its kind.
    pub async fn start_program(
        &mut self,
        setting: &Setting,
        service: &PlannedService,
        command: Vec<String>,
    ) -> Result<(), StartError> {
        let writer = Writer { scenario: setting.id().clone(), service: service.name.clone(), step: None };
        let file = setting.file(&service.name);
        let capture = Capture::new(writer, setting.events.clone(), &setting.redaction, file.as_deref());
        let spec = JobSpec { argv: command, env: set(&self.variables), workdir: None };
        let mut job = self.session.start(spec).await?;
        let capture = Arc::new(Mutex::new(capture));
        let (sender, ended) = watch::channel(None);
        let writes = Arc::clone(&capture);
        tokio::spawn(async move {
            loop {
                match job.next().await {
                    Ok(Some(JobEvent::Output(output, bytes))) => writes.lock().await.take(output, &bytes).await,
                    Ok(Some(JobEvent::Exited(exit))) => {
                        sender.send_replace(Some(Ok(exit)));
                    }
                    Ok(None) => break,
                    Err(error) => {
                        sender.send_if_modified(|ended| {
                            let first = ended.is_none();
                            if first {
                                *ended = Some(Err(error));
                            }
                            first
                        });
                        break;
                    }
                }
            }
            writes.lock().await.finish().await;
        });
        self.program = Some(Program { ended, capture });
        Ok(())
    }

    /// The argument vector of the service's own program; empty where the image starts nothing.
    pub fn command(&self, service: &PlannedService) -> Vec<String> {
        let kind = Kind::of(service);
        let arguments = match (&service.command, &kind.command) {
            (said, _) if !said.is_empty() => said,
            (_, usual) if !usual.is_empty() => usual,
            _ => &self.image.command,
        };
        self.image.entrypoint.iter().chain(arguments).cloned().collect()
    }

    /// Whether a process in it was killed because its memory was used up. Init knows that of all that it started; the engine knows
    /// it of init too, where it tells it at all.
    pub async fn ran_out_of_memory(&self) -> bool {
        self.session.ran_out_of_memory() || self.container.ran_out_of_memory().await
    }

    /// Ends the container, and waits until its streams are closed; kills it where that takes too long.
    pub async fn close(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.session.close()).await.is_err() {
            self.container.remove_later();
        }
    }

    /// Kills the container, and waits until it is gone.
    pub async fn kill(&self) {
        if self.container.remove().await.is_err() {
            // The teardown of the run looks again.
            self.container.remove_later();
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.tunnels.abort();
    }
}

impl Program {
    /// How it ended, if it has.
    pub fn exit(&self) -> Option<Result<JobExit, SessionError>> {
        self.ended.borrow().clone()
    }

    /// Waits for its end.
    pub async fn exited(&self) -> Result<JobExit, SessionError> {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(ended) => ended.clone().unwrap_or(Err(SessionError::Ended)),
            Err(_) => Err(SessionError::Ended),
        }
    }

    /// The last lines that it wrote.
    pub async fn last_lines(&self, count: usize) -> Option<String> {
        self.capture.lock().await.last_lines(count)
    }
}

/// Variables that are set.
pub fn set(variables: &[(String, String)]) -> Vec<(String, Option<String>)> {
    variables.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect()
}

/// The name of a service as the container's own, where it may be one.
fn host_name(name: &str) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (name.len() < 64 && !name.is_empty() && name.bytes().all(fits)).then(|| name.to_owned())
}
