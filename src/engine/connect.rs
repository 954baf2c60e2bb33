//! From an address to an engine that answers: find it, greet it, agree on a version of the API.

use std::path::PathBuf;
use std::time::Duration;

use bollard::models::SystemVersion;
use bollard::{ClientVersion, Docker};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::classify::{classify, io_kind, root_cause};
use super::endpoint::{Candidate, candidates};
use super::error::{Attempted, Unreachable};
use super::network::SubnetRange;
use super::{Endpoint, Engine, EngineError, EngineInfo, EngineKind, Environment};

/// The oldest API that this program can use: Docker 20.10, podman 4.
pub const OLDEST_API: ClientVersion = ClientVersion { major_version: 1, minor_version: 41 };

/// bollard's own timeout, out of the way: each call has its deadline here, and streams may be silent for long.
pub(super) const ENDLESS: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How an engine is found and used.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// The address (as in `DOCKER_HOST`); `None`: what the environment says.
    pub host: Option<String>,
    /// Where addresses and credentials are looked up.
    pub environment: Environment,
    /// How long calls may take.
    pub deadlines: Deadlines,
    /// So many calls are in flight at most: engines get slower with more, and podman fails.
    pub calls: usize,
    /// So many images are pulled at once at most.
    pub pulls: usize,
    /// Where networks get their addresses from.
    pub subnets: SubnetRange,
    /// The folder in which the init program is put for engines of this machine.
    pub init_folder: PathBuf,
}

/// How long calls of an engine may take before it counts as hanging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Until something is said to answer at all.
    pub connect: Duration,
    /// Reading: ping, inspect, list.
    pub read: Duration,
    /// Changing: create, start, kill, remove.
    pub change: Duration,
    /// How long a pull may go without any progress.
    pub pull_idle: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            // A start takes 0.2 s on a calm machine, and many seconds on one that starts dozens.
            change: Duration::from_secs(60),
            pull_idle: Duration::from_secs(120),
        }
    }
}

impl Deadlines {
    /// The usual ones, where changes may take so long, and nothing else longer than that (pulls excepted: they may take as long as
    /// they make progress).
    pub fn within(change: Duration) -> Self {
        let usual = Self::default();
        Self { connect: usual.connect.min(change), read: usual.read.min(change), change, ..usual }
    }
}

impl ConnectOptions {
    /// What this process's environment says: the variables of Docker and podman, `CLNRM_SUBNETS` and `CLNRM_ENGINE_TIMEOUT`.
    ///
    /// # Errors
    ///
    /// When one of the last two can't be read.
    pub fn of_process() -> Result<Self, EngineError> {
        Self::new(Environment::of_process())
    }

    /// The same for any environment.
    ///
    /// # Errors
    ///
    /// When `CLNRM_SUBNETS` or `CLNRM_ENGINE_TIMEOUT` can't be read.
    pub fn new(environment: Environment) -> Result<Self, EngineError> {
        let subnets = match environment.get("CLNRM_SUBNETS") {
            None => SubnetRange::default(),
            Some(text) => text
                .parse()
                .map_err(|cause| EngineError::Misconfigured { what: format!("CLNRM_SUBNETS `{text}`"), cause })?,
        };
        let deadlines = match environment.get("CLNRM_ENGINE_TIMEOUT") {
            None => Deadlines::default(),
            Some(text) => match text.parse().ok().filter(|seconds| *seconds > 0) {
                Some(seconds) => Deadlines::within(Duration::from_secs(seconds)),
                None => {
                    return Err(EngineError::Misconfigured {
                        what: format!("CLNRM_ENGINE_TIMEOUT `{text}`"),
                        cause: "it is no number of seconds".to_owned(),
                    });
                }
            },
        };
        let cache = environment
            .get("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(environment.home.as_ref()?.join(".cache")))
            .unwrap_or_else(std::env::temp_dir);
        Ok(Self { host: None, environment, deadlines, calls: 8, pulls: 3, subnets, init_folder: cache.join("clnrm") })
    }
}

/// Finds an engine and greets it. See [`Engine::connect`].
pub(super) async fn connect(options: &ConnectOptions) -> Result<Engine, EngineError> {
    let mut tried = Vec::new();
    for candidate in candidates(options.host.as_deref(), &options.environment)? {
        match greet(&candidate, options).await {
            Ok((docker, info, time)) => return Ok(Engine::new(docker, info, time, options)),
            Err(Greeting::Unreachable(failure, cause)) => tried.push(Attempted {
                endpoint: candidate.endpoint.to_string(),
                source: candidate.source,
                failure,
                cause,
            }),
            Err(Greeting::Failed(error)) => return Err(error),
        }
    }
    Err(EngineError::NotReachable { tried })
}

/// Why a greeting failed: whether another address is worth a try.
enum Greeting {
    Unreachable(Unreachable, String),
    Failed(EngineError),
}

async fn greet(
    candidate: &Candidate,
    options: &ConnectOptions,
) -> Result<(Docker, EngineInfo, Option<String>), Greeting> {
    let endpoint = &candidate.endpoint;
    let deadline = options.deadlines.connect;
    let ping = match tokio::time::timeout(deadline, ping(endpoint)).await {
        Ok(ping) => ping?,
        Err(_) => return Err(silent(deadline)),
    };
    let told = ping.as_ref().and_then(|ping| ping.api);
    let newest = bollard::API_DEFAULT_VERSION;
    let docker = match told {
        Some(api) => {
            client(endpoint, if api < *newest { &api } else { newest }).map_err(|error| unreachable(&error))?
        }
        None => {
            // The first call over TLS and ssh connects and authenticates.
            let patience = if ping.is_some() { deadline } else { deadline.max(Duration::from_secs(20)) };
            let docker = client(endpoint, newest).map_err(|error| unreachable(&error))?;
            match tokio::time::timeout(patience, docker.negotiate_version()).await {
                Ok(docker) => docker.map_err(|error| unreachable(&error))?,
                Err(_) => return Err(silent(patience)),
            }
        }
    };
    let agreed = docker.client_version();
    if agreed < OLDEST_API {
        return Err(Greeting::Failed(EngineError::Unsupported {
            endpoint: endpoint.to_string(),
            cause: format!("it speaks API {agreed}, and {OLDEST_API} is the oldest that will do"),
        }));
    }
    let docker = speaking(docker);
    let during = || format!("asking the engine at `{endpoint}` what it is");
    let is_podman = ping.is_some_and(|ping| ping.is_podman);
    // Podman says all of it in its second answer. It takes half a second for either, and many on a busy machine: it asks the package
    // manager about itself.
    let version = async { if is_podman { Ok(SystemVersion::default()) } else { docker.version().await } };
    let answers = async { tokio::try_join!(version, docker.info()) };
    let patience = options.deadlines.change;
    let (version, info) = tokio::time::timeout(patience, answers)
        .await
        .map_err(|_| Greeting::Failed(EngineError::Timeout { during: during(), after: patience }))?
        .map_err(|error| Greeting::Failed(classify(error, during())))?;
    let is_podman = is_podman
        || version.components.iter().flatten().any(|component| component.name.to_lowercase().contains("podman"));
    let kind = if is_podman { EngineKind::Podman } else { EngineKind::Docker };
    let time = info.system_time.clone();
    Ok((docker, EngineInfo::new(kind, agreed.to_string(), endpoint.clone(), version, info), time))
}

/// A client whose requests carry the agreed version: bollard 0.21 negotiates it and then leaves it out of the address, so that
/// each engine would answer in its newest form.
fn speaking(docker: Docker) -> Docker {
    let version = format!("/v{}", docker.client_version());
    docker.with_request_modifier(move |mut request| {
        let address = request.uri().to_string();
        let path = request.uri().path();
        if !path.starts_with("/v1.")
            && let Some(begin) = address.find(path)
            && let Ok(versioned) = format!("{}{version}{}", &address[..begin], &address[begin..]).parse()
        {
            *request.uri_mut() = versioned;
        }
        request
    })
}

fn client(endpoint: &Endpoint, api: &ClientVersion) -> Result<Docker, bollard::errors::Error> {
    let seconds = ENDLESS.as_secs();
    match endpoint {
        #[cfg(unix)]
        Endpoint::Unix(path) => Docker::connect_with_unix(&path.to_string_lossy(), seconds, api),
        #[cfg(windows)]
        Endpoint::NamedPipe(path) => Docker::connect_with_named_pipe(path, seconds, api),
        Endpoint::Tcp(address) => Docker::connect_with_http(address, seconds, api),
        Endpoint::Tls { address, ca, certificate, key } => {
            Docker::connect_with_ssl(address, key, certificate, ca, seconds, api)
        }
        Endpoint::Ssh(address) => Docker::connect_with_ssh(&format!("ssh://{address}"), seconds, api, None),
        #[cfg(unix)]
        Endpoint::NamedPipe(path) => {
            Err(bollard::errors::Error::UnsupportedURISchemeError { uri: format!("npipe://{path}") })
        }
        #[cfg(windows)]
        Endpoint::Unix(path) => {
            Err(bollard::errors::Error::UnsupportedURISchemeError { uri: format!("unix://{}", path.display()) })
        }
    }
}

/// What the first answer of an engine tells.
struct Ping {
    is_podman: bool,
    /// The newest version of the API that it speaks, where it is well.
    api: Option<ClientVersion>,
}

/// Greets an engine by hand: the kinds of its errors say what to do, and podman is known by a header that bollard keeps to itself.
/// `None` where the way is one that only bollard knows (TLS, ssh, pipes).
async fn ping(endpoint: &Endpoint) -> Result<Option<Ping>, Greeting> {
    match endpoint {
        #[cfg(unix)]
        Endpoint::Unix(path) => {
            let stream = tokio::net::UnixStream::connect(path).await.map_err(|error| by_kind(&error))?;
            ping_over(stream).await.map(Some)
        }
        Endpoint::Tcp(address) => {
            let stream = TcpStream::connect(address).await.map_err(|error| by_kind(&error))?;
            ping_over(stream).await.map(Some)
        }
        _ => Ok(None),
    }
}

async fn ping_over(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<Ping, Greeting> {
    const MOST: u64 = 64 * 1024;
    stream
        .write_all(b"GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
        .await
        .map_err(|error| by_kind(&error))?;
    let mut answer = Vec::new();
    let mut stream = stream.take(MOST);
    // The head is all that matters: not every engine closes the connection behind the body.
    while !answer.windows(4).any(|window| window == b"\r\n\r\n") {
        if stream.read_buf(&mut answer).await.map_err(|error| by_kind(&error))? == 0 {
            break;
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    if !status.starts_with("HTTP/1.") {
        let cause =
            if answer.is_empty() { "it closes the connection without an answer" } else { "what answers is no engine" };
        return Err(Greeting::Unreachable(Unreachable::Stranger, cause.to_owned()));
    }
    let header = |name: &str| {
        let of = |line: &str| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        head.lines().find_map(of)
    };
    let (api, libpod) = (header("api-version"), header("libpod-api-version"));
    if api.is_none() && libpod.is_none() && !status.contains(" 5") {
        let cause = format!("what answers is no engine: `{status}` without a version");
        return Err(Greeting::Unreachable(Unreachable::Stranger, cause));
    }
    let api = api.filter(|_| status.contains(" 200")).as_deref().and_then(version);
    Ok(Ping { is_podman: libpod.is_some(), api })
}

/// A version of the API: `1.41`.
fn version(text: &str) -> Option<ClientVersion> {
    let (major, minor) = text.split_once('.')?;
    Some(ClientVersion { major_version: major.parse().ok()?, minor_version: minor.parse().ok()? })
}

fn silent(after: Duration) -> Greeting {
    Greeting::Unreachable(Unreachable::Silent, format!("no answer within {after:?}"))
}

fn by_kind(error: &std::io::Error) -> Greeting {
    use std::io::ErrorKind;
    let failure = match error.kind() {
        ErrorKind::NotFound => Unreachable::NoSocket,
        ErrorKind::PermissionDenied => Unreachable::PermissionDenied,
        ErrorKind::ConnectionRefused => Unreachable::Refused,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::TimedOut => Unreachable::Host,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => Unreachable::Stranger,
        // A name that does not resolve has no kind of its own.
        _ if error.raw_os_error().is_none() => Unreachable::Host,
        _ => Unreachable::Other,
    };
    Greeting::Unreachable(failure, error.to_string())
}

fn unreachable(error: &bollard::errors::Error) -> Greeting {
    use bollard::errors::Error;
    let cause = root_cause(error);
    let failure = match error {
        Error::SocketNotFoundError(_) => Unreachable::NoSocket,
        Error::NoHomePathError
        | Error::CertPathError { .. }
        | Error::CertMultipleKeys { .. }
        | Error::CertParseError { .. }
        | Error::NoNativeCertsError { .. }
        | Error::LoadNativeCertsErrors { .. } => Unreachable::Tls,
        Error::DockerResponseServerError { .. } | Error::JsonDataError { .. } | Error::APIVersionParseError {} => {
            Unreachable::Stranger
        }
        _ => match io_kind(error) {
            Some(std::io::ErrorKind::NotFound) => Unreachable::NoSocket,
            Some(std::io::ErrorKind::PermissionDenied) => Unreachable::PermissionDenied,
            Some(std::io::ErrorKind::ConnectionRefused) => Unreachable::Refused,
            _ if cause.contains("certificate") || cause.contains("TLS") || cause.contains("handshake") => {
                Unreachable::Tls
            }
            _ => Unreachable::Other,
        },
    };
    Greeting::Unreachable(failure, cause)
}
