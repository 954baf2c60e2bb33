//! What can go wrong with an engine, classed by what can be done about it. Each error tells what happened, where, and what to do.

use std::fmt;
use std::time::Duration;

/// Where an address comes from that nobody gave.
pub(super) const USUAL: &str = "usual place";

/// Something went wrong with the engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// No engine answers.
    #[error("no container engine answers{}", Tried(.tried))]
    NotReachable {
        /// What was tried, and what came of each.
        tried: Vec<Attempted>,
    },
    /// The address or the settings of an engine can't be used.
    #[error("{what}: {cause}")]
    Misconfigured {
        /// What is wrong: a variable, a file.
        what: String,
        /// Why.
        cause: String,
    },
    /// The engine answers, but is no engine that this program can use.
    #[error("the engine at {endpoint} is not supported: {cause}")]
    Unsupported {
        /// Where it is.
        endpoint: String,
        /// Why.
        cause: String,
    },
    /// The engine answered before, and does not any more.
    #[error("the engine was lost while {during}: {cause}")]
    Lost {
        /// What was being done.
        during: String,
        /// What broke.
        cause: String,
    },
    /// The engine took too long.
    #[error("the engine did not answer within {after:?} while {during}")]
    Timeout {
        /// What was being done.
        during: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The image is not there, and may not or can't be pulled.
    #[error("image `{reference}` is not in the engine{}", .why.reason())]
    ImageMissing {
        /// The reference, as written.
        reference: String,
        /// Why it was not pulled.
        why: NotPulled,
    },
    /// The image could not be pulled.
    #[error("image `{reference}` could not be pulled: {cause}")]
    PullFailed {
        /// The reference, as written.
        reference: String,
        /// What kind of failure it was.
        reason: PullFailure,
        /// What the engine said.
        cause: String,
    },
    /// The text names no image.
    #[error("`{reference}` is no image reference: {cause}")]
    InvalidReference {
        /// The text.
        reference: String,
        /// Why.
        cause: String,
    },
    /// A port of the host is used by something else.
    #[error("{} is taken, {during}: {cause}", .port.map_or_else(|| "a port of the host".to_owned(), |port| format!("port {port} of the host")))]
    PortTaken {
        /// The port, where the engine told it.
        port: Option<u16>,
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// The engine's disk is full.
    #[error("the engine has no space left, {during}: {cause}")]
    NoSpace {
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// There are no addresses left for networks or containers.
    #[error("the engine has no network addresses left, {during}: {cause}")]
    PoolExhausted {
        /// What was being done.
        during: String,
        /// What the engine said, or which range is used up.
        cause: String,
    },
    /// The engine has no memory for what was asked.
    #[error("the engine is out of memory, {during}: {cause}")]
    OutOfMemory {
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// Another limit of the engine or its machine is reached: open files, processes, network devices.
    #[error("the engine is at a limit of its machine, {during}: {cause}")]
    LimitReached {
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// The program of a container could not be started.
    #[error("the command could not be started, {during}: {cause}")]
    CommandFailed {
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// Something that shall be mounted is not there, or not for the engine.
    #[error("a mount failed, {during}: {cause}")]
    MountFailed {
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// A name or address is in use by another object of the engine.
    #[error("{during} conflicts with what is there: {cause}")]
    Conflict {
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// The object is not there (any more).
    #[error("not found, {during}: {cause}")]
    NotFound {
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// The engine refused what was asked: it can't be right.
    #[error("the engine refused {during}: {cause}")]
    Refused {
        /// What was being done.
        during: String,
        /// The HTTP status.
        status: u16,
        /// What the engine said.
        cause: String,
    },
    /// The engine failed at what was asked.
    #[error("the engine failed at {during}: {cause}")]
    Failed {
        /// What was being done.
        during: String,
        /// What the engine said.
        cause: String,
    },
    /// The run that asks has been torn down already.
    #[error("{during} came after the end of the run")]
    Ended {
        /// What was being done.
        during: String,
    },
    /// Init can't be brought into the container.
    #[error("the init program can't be brought into the container: {cause}")]
    InitUnavailable {
        /// Why.
        cause: String,
    },
}

/// One place where an engine was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// The address.
    pub endpoint: String,
    /// Where the address comes from: a variable, a context, the usual places.
    pub source: String,
    /// What happened.
    pub failure: Unreachable,
    /// The cause in the system's words.
    pub cause: String,
}

/// Why an engine does not answer at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// There is no socket.
    NoSocket,
    /// This user may not use the socket.
    PermissionDenied,
    /// Nobody listens.
    Refused,
    /// It accepts connections and does not answer.
    Silent,
    /// The certificates don't fit.
    Tls,
    /// The host is not known or can't be reached.
    Host,
    /// Something answers that is no container engine.
    Stranger,
    /// Something else.
    Other,
}

/// Why an image that is missing was not pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPulled {
    /// The policy is `never`.
    Policy,
    /// It is a local name: no registry has it.
    Local,
}

/// What kind of failure a pull met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullFailure {
    /// The registry does not know the image.
    NotFound,
    /// The registry wants (other) credentials.
    Denied,
    /// The registry allows no more pulls for now.
    RateLimited,
    /// The registry can't be reached.
    Network,
    /// The image is not there for the engine's processor or system.
    Platform,
    /// It stopped midway.
    Interrupted,
    /// Something else.
    Other,
}

impl NotPulled {
    fn reason(self) -> &'static str {
        match self {
            Self::Policy => ", and images may not be pulled",
            Self::Local => ", and no registry has images of this name",
        }
    }
}

/// What was tried, one behind the other. Usual places where nothing is have nothing else to tell: they come last, together.
struct Tried<'a>(&'a [Attempted]);

impl fmt::Display for Tried<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_empty = |attempt: &&Attempted| attempt.failure == Unreachable::NoSocket && attempt.source == USUAL;
        let (empty, others): (Vec<&Attempted>, Vec<&Attempted>) = self.0.iter().partition(is_empty);
        let mut begin = ": ";
        for attempt in others {
            write!(formatter, "{begin}`{}` ({}): {}", attempt.endpoint, attempt.source, attempt.cause)?;
            begin = "; ";
        }
        for (index, attempt) in empty.iter().enumerate() {
            let begin = if index == 0 { format!("{begin}nothing is at ") } else { ", ".to_owned() };
            write!(formatter, "{begin}`{}`", attempt.endpoint)?;
        }
        Ok(())
    }
}

impl EngineError {
    /// What to do about it; lower case, no full stop.
    pub fn help(&self) -> String {
        match self {
            Self::NotReachable { tried } => unreachable_help(tried),
            Self::Misconfigured { .. } => "correct it, or unset it to use the engine at its usual place".to_owned(),
            Self::Unsupported { .. } => "use Docker 20.10 or newer, or podman 4 or newer".to_owned(),
            Self::Lost { .. } => {
                "see whether the engine still runs (`docker info`), and run again; what is left over is removed then".to_owned()
            }
            Self::Timeout { .. } => {
                "see whether the engine still answers (`docker info`) and how loaded its machine is; run with fewer `--jobs`".to_owned()
            }
            Self::ImageMissing { why: NotPulled::Policy, reference } => {
                format!("pull it (`docker pull {reference}`), or run with `--pull missing`")
            }
            Self::ImageMissing { why: NotPulled::Local, reference } => {
                format!("build it (`docker build -t {reference} .`) or load it (`docker load`) into this engine first")
            }
            Self::PullFailed { reason, reference, .. } => match reason {
                PullFailure::NotFound => "look for a mistyped name or tag".to_owned(),
                PullFailure::Denied => "log in to the registry (`docker login`), or look for a mistyped name: private and unknown images look alike".to_owned(),
                PullFailure::RateLimited => "log in to the registry (`docker login`), or wait; an image that is there is not pulled again with `--pull missing`".to_owned(),
                PullFailure::Network => format!("see whether the engine's machine reaches the registry, or bring the image: `docker save {reference}` on a machine that has it, `docker load` here"),
                PullFailure::Platform => "name an image that exists for the engine's processor".to_owned(),
                PullFailure::Interrupted | PullFailure::Other => "run again; if it stays, see the engine's log".to_owned(),
            },
            Self::InvalidReference { .. } => "write `NAME:TAG`, `REGISTRY/NAME:TAG` or `NAME@sha256:…`".to_owned(),
            Self::PortTaken { .. } => {
                "stop what uses the port, or publish another; scenarios reach each other by service name without published ports".to_owned()
            }
            Self::NoSpace { .. } => "free space on the engine's machine (`docker system df`, `docker system prune`)".to_owned(),
            Self::PoolExhausted { .. } => {
                "remove networks that nobody uses (`clnrm cleanup`, `docker network prune`), or give another range in `CLNRM_SUBNETS`".to_owned()
            }
            Self::OutOfMemory { .. } => "run with fewer `--jobs` or less `--max-memory`, or give the engine more memory".to_owned(),
            Self::LimitReached { .. } => "run with fewer `--jobs`, or raise the limits of the engine".to_owned(),
            Self::CommandFailed { .. } => "look whether the image has the program, and whether it is executable".to_owned(),
            Self::MountFailed { .. } => {
                "look whether the path exists on the engine's machine; a remote engine does not see the files of this one".to_owned()
            }
            Self::Conflict { .. } => "remove what is in the way (`clnrm cleanup`)".to_owned(),
            Self::NotFound { .. } => "it was removed by somebody else; run again".to_owned(),
            Self::Refused { .. } => "correct what the engine names".to_owned(),
            Self::Failed { .. } => "see the engine's log; run again".to_owned(),
            Self::Ended { .. } => "start a new run".to_owned(),
            Self::InitUnavailable { .. } => "use an image for Linux on x86_64 or aarch64".to_owned(),
        }
    }

    /// Whether the engine, its network or its machine failed, so that nothing is said about the test.
    pub fn is_infrastructure(&self) -> bool {
        match self {
            Self::InvalidReference { .. }
            | Self::ImageMissing { why: NotPulled::Local, .. }
            | Self::CommandFailed { .. }
            | Self::MountFailed { .. }
            | Self::Refused { .. } => false,
            Self::PullFailed { reason, .. } => !matches!(reason, PullFailure::NotFound | PullFailure::Platform),
            _ => true,
        }
    }

    /// Whether a resource ran out: fewer at a time may succeed.
    pub fn is_resource(&self) -> bool {
        matches!(
            self,
            Self::NoSpace { .. } | Self::PoolExhausted { .. } | Self::OutOfMemory { .. } | Self::LimitReached { .. }
        )
    }

    /// Whether the engine is gone, so that nothing else will succeed.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. } | Self::NotReachable { .. })
    }
}

fn unreachable_help(tried: &[Attempted]) -> String {
    // The one that is nearest to working tells most.
    let nearest = tried.iter().max_by_key(|attempt| match attempt.failure {
        Unreachable::NoSocket => 0,
        Unreachable::Other | Unreachable::Host => 1,
        Unreachable::Refused => 2,
        Unreachable::Stranger => 3,
        Unreachable::Tls => 4,
        Unreachable::Silent => 5,
        Unreachable::PermissionDenied => 6,
    });
    match nearest.map(|attempt| (attempt.failure, attempt)) {
        None | Some((Unreachable::NoSocket, _)) => {
            "start Docker or podman (`podman system service`), or tell where it is in `DOCKER_HOST`".to_owned()
        }
        Some((Unreachable::PermissionDenied, attempt)) => format!(
            "let this user use `{}`: add it to the group of the socket (`sudo usermod -aG docker $USER`, then log in anew), or use a rootless engine",
            attempt.endpoint
        ),
        Some((Unreachable::Refused, attempt)) => format!("start the engine: nobody listens at `{}`", attempt.endpoint),
        Some((Unreachable::Silent, attempt)) => {
            format!("restart the engine: `{}` accepts connections and does not answer", attempt.endpoint)
        }
        Some((Unreachable::Tls, _)) => {
            "give certificates that the engine knows in `DOCKER_CERT_PATH` (ca.pem, cert.pem, key.pem)".to_owned()
        }
        Some((Unreachable::Stranger, attempt)) => {
            format!("give the address of a container engine in `DOCKER_HOST`: `{}` is none", attempt.endpoint)
        }
        Some((Unreachable::Host | Unreachable::Other, attempt)) => {
            format!("see whether `{}` is right and can be reached", attempt.endpoint)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempted(endpoint: &str, source: &str, failure: Unreachable, cause: &str) -> Attempted {
        Attempted { endpoint: endpoint.to_owned(), source: source.to_owned(), failure, cause: cause.to_owned() }
    }

    #[test]
    fn empty_places_are_told_together_behind_what_is_there_and_does_not_answer() {
        let tried = vec![
            attempted("unix:///a", USUAL, Unreachable::NoSocket, "No such file"),
            attempted("unix:///b", USUAL, Unreachable::PermissionDenied, "Permission denied"),
            attempted("unix:///c", USUAL, Unreachable::NoSocket, "No such file"),
        ];
        let told = EngineError::NotReachable { tried }.to_string();
        assert_eq!(
            told,
            "no container engine answers: `unix:///b` (usual place): Permission denied; nothing is at `unix:///a`, `unix:///c`"
        );
    }

    #[test]
    fn an_address_that_somebody_gave_is_told_with_its_source_and_cause() {
        let tried = vec![attempted("unix:///a", "DOCKER_HOST", Unreachable::NoSocket, "No such file")];
        let told = EngineError::NotReachable { tried }.to_string();
        assert_eq!(told, "no container engine answers: `unix:///a` (DOCKER_HOST): No such file");
    }
}
