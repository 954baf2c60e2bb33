//! Where an engine may be: what the variables and contexts of Docker and podman say, else the usual sockets. Reads files, asks nobody.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::EngineError;
use super::error::USUAL;

/// The variables and the home that tell where engines and credentials are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Variables by name.
    pub variables: BTreeMap<String, String>,
    /// The home of the user.
    pub home: Option<PathBuf>,
}

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        Self { variables: std::env::vars().collect(), home: std::env::home_dir() }
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether this program says of itself that it runs in a container of podman's.
    pub(super) fn is_in_container(&self) -> bool {
        self.get("container").is_some() || Path::new("/run/.containerenv").exists()
    }

    /// The folder of Docker's client: `DOCKER_CONFIG`, else `~/.docker`.
    pub fn docker_folder(&self) -> Option<PathBuf> {
        self.get("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(self.home.as_ref()?.join(".docker")))
    }
}

/// The address of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A named pipe of Windows.
    NamedPipe(String),
    /// Plain TCP, `HOST:PORT`.
    Tcp(String),
    /// TLS, with the certificates of the client.
    Tls {
        /// `HOST:PORT`.
        address: String,
        /// Who signed the engine's certificate.
        ca: PathBuf,
        /// The client's certificate.
        certificate: PathBuf,
        /// The client's key.
        key: PathBuf,
    },
    /// By the programs `ssh` here and `docker` there, `[USER@]HOST[:PORT]`.
    Ssh(String),
}

/// An address and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub endpoint: Endpoint,
    pub source: String,
}

impl Endpoint {
    /// Reads an address as `DOCKER_HOST` has it. `certificates` is the folder of `ca.pem`, `cert.pem` and `key.pem`, where TLS is on.
    ///
    /// # Errors
    ///
    /// When the scheme is not known or nothing stands behind it.
    pub fn parse(text: &str, certificates: Option<&Path>) -> Result<Self, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some(parts) => parts,
            // Docker takes a bare path and a bare `HOST:PORT` too.
            None if text.starts_with('/') => ("unix", text),
            None => ("tcp", text),
        };
        let rest = if scheme == "unix" || scheme == "npipe" { rest } else { rest.trim_end_matches('/') };
        if rest.is_empty() {
            return Err(format!("nothing stands behind `{scheme}://`"));
        }
        match scheme {
            "unix" => Ok(Self::Unix(PathBuf::from(rest))),
            "npipe" => Ok(Self::NamedPipe(rest.to_owned())),
            "http" => Ok(Self::Tcp(rest.to_owned())),
            "tcp" | "https" => match certificates {
                Some(folder) => Ok(Self::Tls {
                    address: with_port(rest, 2376),
                    ca: folder.join("ca.pem"),
                    certificate: folder.join("cert.pem"),
                    key: folder.join("key.pem"),
                }),
                None if scheme == "https" => Err("`https://` needs certificates: set `DOCKER_CERT_PATH`".to_owned()),
                None => Ok(Self::Tcp(with_port(rest, 2375))),
            },
            "ssh" => Ok(Self::Ssh(rest.to_owned())),
            other => Err(format!("the scheme `{other}` is not known: use unix, tcp, ssh or npipe")),
        }
    }

    /// Whether it is a socket or pipe of this machine. The engine behind it may still run in a virtual machine.
    pub fn is_local_socket(&self) -> bool {
        matches!(self, Self::Unix(_) | Self::NamedPipe(_))
    }
}

fn with_port(address: &str, port: u16) -> String {
    let behind_host = address.rsplit_once(']').map_or(address, |(_, behind)| behind);
    if behind_host.contains(':') { address.to_owned() } else { format!("{address}:{port}") }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(formatter, "unix://{}", path.display()),
            Self::NamedPipe(path) => write!(formatter, "npipe://{path}"),
            Self::Tcp(address) | Self::Tls { address, .. } => write!(formatter, "tcp://{address}"),
            Self::Ssh(address) => write!(formatter, "ssh://{address}"),
        }
    }
}

/// The addresses to try, in order. One that somebody named is the only one: falling back to another engine would run tests where
/// nobody wants them.
pub(super) fn candidates(host: Option<&str>, environment: &Environment) -> Result<Vec<Candidate>, EngineError> {
    let certificates = certificates(environment);
    let named = |text: &str, source: &str| {
        Endpoint::parse(text, certificates.as_deref())
            .map(|endpoint| vec![Candidate { endpoint, source: source.to_owned() }])
            .map_err(|cause| EngineError::Misconfigured { what: format!("{source} `{text}`"), cause })
    };
    if let Some(host) = host {
        return named(host, "engine address");
    }
    if let Some(host) = environment.get("DOCKER_HOST") {
        return named(host, "DOCKER_HOST");
    }
    if let Some(candidate) = context(environment)? {
        return Ok(vec![candidate]);
    }
    if let Some(host) = environment.get("CONTAINER_HOST") {
        return named(host, "CONTAINER_HOST");
    }
    Ok(usual(environment))
}

/// The folder of certificates, where TLS is on.
fn certificates(environment: &Environment) -> Option<PathBuf> {
    environment.get("DOCKER_TLS_VERIFY")?;
    environment.get("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| environment.docker_folder())
}

#[derive(Deserialize)]
struct ClientConfig {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct ContextMeta {
    #[serde(rename = "Endpoints", default)]
    endpoints: BTreeMap<String, ContextEndpoint>,
}

#[derive(Deserialize)]
struct ContextEndpoint {
    #[serde(rename = "Host")]
    host: Option<String>,
}

/// The engine of Docker's current context, unless that is the default one.
fn context(environment: &Environment) -> Result<Option<Candidate>, EngineError> {
    let Some(folder) = environment.docker_folder() else { return Ok(None) };
    let name = match environment.get("DOCKER_CONTEXT") {
        Some(name) => Some(name.to_owned()),
        None => std::fs::read_to_string(folder.join("config.json"))
            .ok()
            .and_then(|text| serde_json::from_str::<ClientConfig>(&text).ok())
            .and_then(|config| config.current_context),
    };
    let Some(name) = name.filter(|name| !name.is_empty() && name != "default") else { return Ok(None) };
    let wrong = |cause: String| EngineError::Misconfigured { what: format!("Docker's context `{name}`"), cause };
    let digest: String = Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let meta = folder.join("contexts/meta").join(&digest).join("meta.json");
    let text = std::fs::read_to_string(&meta).map_err(|error| wrong(format!("`{}`: {error}", meta.display())))?;
    let meta: ContextMeta =
        serde_json::from_str(&text).map_err(|error| wrong(format!("`{}`: {error}", meta.display())))?;
    let host = meta
        .endpoints
        .get("docker")
        .and_then(|endpoint| endpoint.host.as_deref())
        .ok_or_else(|| wrong("it names no engine".to_owned()))?;
    let certificates = folder.join("contexts/tls").join(&digest).join("docker");
    let certificates = certificates.join("cert.pem").exists().then_some(certificates);
    let endpoint = Endpoint::parse(host, certificates.as_deref()).map_err(wrong)?;
    Ok(Some(Candidate { endpoint, source: format!("Docker's context `{name}`") }))
}

/// Where engines usually are: Docker before podman, the system's before the user's.
fn usual(environment: &Environment) -> Vec<Candidate> {
    let mut paths = Vec::new();
    if cfg!(windows) {
        return ["//./pipe/docker_engine", "//./pipe/podman-machine-default"]
            .map(|pipe| Candidate { endpoint: Endpoint::NamedPipe(pipe.to_owned()), source: USUAL.to_owned() })
            .into();
    }
    let runtime = environment.get("XDG_RUNTIME_DIR").map(PathBuf::from);
    let home = environment.home.as_ref();
    paths.push(PathBuf::from("/var/run/docker.sock"));
    paths.extend(runtime.as_ref().map(|folder| folder.join("docker.sock")));
    // Docker Desktop (macOS, Linux), Colima, Rancher Desktop, OrbStack.
    for place in [
        ".docker/run/docker.sock",
        ".docker/desktop/docker.sock",
        ".colima/default/docker.sock",
        ".rd/docker.sock",
        ".orbstack/run/docker.sock",
    ] {
        paths.extend(home.map(|home| home.join(place)));
    }
    paths.extend(runtime.as_ref().map(|folder| folder.join("podman/podman.sock")));
    paths.push(PathBuf::from("/run/podman/podman.sock"));
    paths.extend(home.map(|home| home.join(".local/share/containers/podman/machine/podman.sock")));
    paths.into_iter().map(|path| Candidate { endpoint: Endpoint::Unix(path), source: USUAL.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)], home: &Path) -> Environment {
        Environment {
            variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            home: Some(home.to_owned()),
        }
    }

    #[test]
    fn addresses_are_read_as_docker_does() {
        let parse = |text| Endpoint::parse(text, None).map(|endpoint| endpoint.to_string());
        assert_eq!(parse("unix:///run/x.sock"), Ok("unix:///run/x.sock".to_owned()));
        assert_eq!(parse("/run/x.sock"), Ok("unix:///run/x.sock".to_owned()));
        assert_eq!(parse("tcp://10.0.0.1"), Ok("tcp://10.0.0.1:2375".to_owned()));
        assert_eq!(parse("tcp://[::1]:99/"), Ok("tcp://[::1]:99".to_owned()));
        assert_eq!(parse("ssh://me@host:22"), Ok("ssh://me@host:22".to_owned()));
        assert!(parse("https://host").is_err());
        assert!(parse("gopher://host").is_err());
        assert!(parse("unix://").is_err());
        let tls = Endpoint::parse("tcp://host", Some(Path::new("/certs")));
        assert!(
            matches!(tls, Ok(Endpoint::Tls { address, ca, .. }) if address == "host:2376" && ca == Path::new("/certs/ca.pem"))
        );
    }

    #[test]
    fn what_is_named_is_the_only_candidate() {
        let home = tempfile::tempdir().unwrap();
        let both = environment(&[("DOCKER_HOST", "tcp://a:1"), ("CONTAINER_HOST", "tcp://b:1")], home.path());
        let found = candidates(None, &both).unwrap();
        assert_eq!(found.iter().map(|found| found.endpoint.to_string()).collect::<Vec<_>>(), ["tcp://a:1"]);
        let found = candidates(Some("unix:///x"), &both).unwrap();
        assert_eq!(found[0].endpoint, Endpoint::Unix("/x".into()));
        let nothing = candidates(None, &environment(&[("XDG_RUNTIME_DIR", "/run/user/7")], home.path())).unwrap();
        assert!(nothing.iter().any(|found| found.endpoint.to_string() == "unix:///run/user/7/podman/podman.sock"));
        let error = candidates(None, &environment(&[("DOCKER_HOST", "nonsense://x")], home.path())).unwrap_err();
        assert!(error.to_string().contains("DOCKER_HOST `nonsense://x`"), "{error}");
    }

    #[test]
    fn contexts_of_docker_are_followed() {
        let home = tempfile::tempdir().unwrap();
        let docker = home.path().join(".docker");
        let digest: String = Sha256::digest(b"far").iter().map(|byte| format!("{byte:02x}")).collect();
        let meta = docker.join("contexts/meta").join(digest);
        std::fs::create_dir_all(&meta).unwrap();
        std::fs::write(docker.join("config.json"), r#"{"currentContext":"far"}"#).unwrap();
        std::fs::write(meta.join("meta.json"), r#"{"Name":"far","Endpoints":{"docker":{"Host":"tcp://far:2375"}}}"#)
            .unwrap();
        let found = candidates(None, &environment(&[], home.path())).unwrap();
        assert_eq!(found[0].endpoint.to_string(), "tcp://far:2375");
        assert_eq!(found[0].source, "Docker's context `far`");
        let error = candidates(None, &environment(&[("DOCKER_CONTEXT", "gone")], home.path())).unwrap_err();
        assert!(error.to_string().contains("Docker's context `gone`"), "{error}");
    }
}
