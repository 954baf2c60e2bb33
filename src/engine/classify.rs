//! From what bollard and the engines say to classes of errors. The engines have no codes: their words are all there is, those of
//! Docker 20.10 to 29 and podman 4 and 5.

use std::error::Error as _;

use bollard::errors::Error;

use super::EngineError;
use super::error::PullFailure;

/// Classes an error of a call.
pub(super) fn classify(error: Error, during: String) -> EngineError {
    match error {
        Error::DockerResponseServerError { status_code, message } => by_answer(status_code, message, during),
        Error::DockerStreamError { error } => by_answer(500, error, during),
        Error::RequestTimeoutError => EngineError::Timeout { during, after: super::connect::ENDLESS },
        Error::JsonDataError { .. } | Error::JsonSerdeError { .. } | Error::StrParseError { .. } => {
            EngineError::Failed { during, cause: format!("its answer can't be read: {error}") }
        }
        other => EngineError::Lost { during, cause: root_cause(&other) },
    }
}

/// The innermost cause, which says more than the layers around it.
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    if text.is_empty() { error.to_string() } else { text }
}

/// The kind of the I/O error at the bottom of an error, if there is one.
pub(super) fn io_kind(error: &Error) -> Option<std::io::ErrorKind> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = error.source();
    }
    None
}

fn by_answer(status: u16, message: String, during: String) -> EngineError {
    let cause = message.trim().to_owned();
    let said = cause.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["no space left on device", "disk quota exceeded"]) {
        EngineError::NoSpace { during, cause }
    } else if says(&["port is already allocated", "address already in use"]) {
        EngineError::PortTaken { port: taken_port(&cause), during, cause }
    } else if says(&[
        "non-overlapping",
        "all predefined address pools",
        "could not find free subnet",
        "no available ipv4 addresses",
        "no available addresses",
        "no available ip addresses",
        "failed to find an available ip",
    ]) {
        EngineError::PoolExhausted { during, cause }
    } else if says(&["cannot allocate memory", "oom-killed", "out of memory"]) {
        EngineError::OutOfMemory { during, cause }
    } else if says(&[
        "too many open files",
        "resource temporarily unavailable",
        "exchange full",
        "no buffer space available",
        "too many processes",
    ]) {
        EngineError::LimitReached { during, cause }
    } else if overlaps(&said) {
        EngineError::Conflict { during, cause }
    } else if says(&[
        "bind source path does not exist",
        "mounts denied",
        "error mounting",
        "invalid mount",
        "not a directory: unknown",
        "error while creating mount source path",
        "making volume mountpoint",
    ]) || said.contains("statfs ")
    {
        EngineError::MountFailed { during, cause }
    } else if says(&[
        "executable file not found",
        "exec format error",
        "unable to find user",
        "unable to start container process",
        "starting container process caused",
        "no command specified",
        "exec: ",
        "crun: executable",
    ]) {
        EngineError::CommandFailed { during, cause }
    } else {
        match status {
            404 => EngineError::NotFound { during, cause },
            // So podman answers about a container that goes away while it looks at it, and podman 4 about one that does not run.
            500 if says(&["no such container"]) => EngineError::NotFound { during, cause },
            500 if says(&["container state improper"]) => EngineError::Conflict { during, cause },
            409 => EngineError::Conflict { during, cause },
            400..=499 => EngineError::Refused { during, status, cause },
            _ => EngineError::Failed { during, cause },
        }
    }
}

/// Whether the engine says that a subnet overlaps with another one. `said` is in lower case.
fn overlaps(said: &str) -> bool {
    [
        "pool overlaps",
        "is already used on the host or by another config",
        "conflicts with network",
        "networks have overlapping",
    ]
    .iter()
    .any(|words| said.contains(words))
}

/// The port in `… 127.0.0.1:8080 …: port is already allocated`, `listen tcp4 127.0.0.1:8080: bind: address already in use` and
/// `host port for 127.0.0.1:8080:172.17.0.2:80/tcp`.
fn taken_port(cause: &str) -> Option<u16> {
    let anchors =
        ["bind for ", "host port for ", "listen tcp4 ", "listen tcp6 ", "listen tcp ", "listen udp4 ", "listen udp "];
    let lower = cause.to_lowercase();
    let rest = anchors.iter().find_map(|anchor| lower.split_once(anchor))?.1;
    // An address of IPv6 has colons of its own, in brackets.
    let rest = rest.rsplit_once(']').map_or(rest, |(_, behind)| behind);
    let rest = rest.split_once(':')?.1;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Classes what a pull failed with.
pub(super) fn classify_pull(error: Error, reference: &str) -> EngineError {
    let (cause, answered) = match &error {
        Error::DockerResponseServerError { message, .. } => (message.trim().to_owned(), true),
        Error::DockerStreamError { error } => (error.trim().to_owned(), true),
        // The stream of progress ends in the middle of a line when the engine goes away.
        other => (root_cause(other), false),
    };
    if !answered {
        return match io_kind(&error) {
            Some(std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused) => {
                EngineError::Lost { during: format!("pulling image `{reference}`"), cause }
            }
            _ => EngineError::PullFailed { reference: reference.to_owned(), reason: PullFailure::Interrupted, cause },
        };
    }
    let said = cause.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["no space left on device", "disk quota exceeded"]) {
        return EngineError::NoSpace { during: format!("pulling image `{reference}`"), cause };
    }
    let reason = if says(&["toomanyrequests", "rate limit", "too many requests"]) {
        PullFailure::RateLimited
    } else if says(&[
        "no matching manifest",
        "does not match the specified platform",
        "no image found in manifest list",
    ]) {
        PullFailure::Platform
    } else if says(&[
        "pull access denied",
        "unauthorized",
        "authentication required",
        "denied:",
        "no basic auth credentials",
        "incorrect username or password",
        "forbidden",
    ]) {
        PullFailure::Denied
    } else if says(&["manifest unknown", "not found", "manifest for", "name unknown"]) {
        PullFailure::NotFound
    } else if says(&[
        "no such host",
        "connection refused",
        "i/o timeout",
        "network is unreachable",
        "tls handshake timeout",
        "no route to host",
        "connection reset",
        "server misbehaving",
        "timeout exceeded",
        "deadline exceeded",
        "request canceled",
        "dial tcp",
        "unexpected eof",
        "x509",
    ]) {
        PullFailure::Network
    } else {
        PullFailure::Other
    };
    EngineError::PullFailed { reference: reference.to_owned(), reason, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, message: &str) -> EngineError {
        classify(
            Error::DockerResponseServerError { status_code: status, message: message.to_owned() },
            "starting container `c`".to_owned(),
        )
    }

    #[test]
    fn words_of_the_engines_have_classes() {
        for (message, port) in [
            (
                "driver failed programming external connectivity on endpoint x (ab12): Bind for 127.0.0.1:18080 failed: port is already allocated",
                Some(18080),
            ),
            ("Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use", Some(8080)),
            (
                "failed to set up container networking: driver failed programming external connectivity on endpoint x: failed to bind host port for 127.0.0.1:8080:172.17.0.2:80/tcp: address already in use",
                Some(8080),
            ),
            ("rootlessport listen tcp [::1]:8081: bind: address already in use", Some(8081)),
            ("something: address already in use", None),
        ] {
            match answer(500, message) {
                EngineError::PortTaken { port: found, .. } => assert_eq!(found, port, "{message}"),
                other => panic!("{message}: {other:?}"),
            }
        }
        let class = |message: &str| answer(500, message);
        assert!(matches!(class("write /x: no space left on device"), EngineError::NoSpace { .. }));
        assert!(matches!(
            class(
                "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"
            ),
            EngineError::PoolExhausted { .. }
        ));
        assert!(matches!(class("Pool overlaps with other one on this address space"), EngineError::Conflict { .. }));
        assert!(matches!(
            class(
                "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"nope\": executable file not found in $PATH: unknown"
            ),
            EngineError::CommandFailed { .. }
        ));
        assert!(matches!(
            class("invalid mount config for type \"bind\": bind source path does not exist: /nowhere"),
            EngineError::MountFailed { .. }
        ));
        assert!(matches!(class("fork/exec /usr/bin/runc: cannot allocate memory"), EngineError::OutOfMemory { .. }));
        assert!(matches!(answer(404, "No such container: x"), EngineError::NotFound { .. }));
        assert!(matches!(
            class("container ab12 does not exist in database: no such container"),
            EngineError::NotFound { .. }
        ));
        assert!(matches!(
            class("can only kill running containers. ab12 is in state exited: container state improper"),
            EngineError::Conflict { .. }
        ));
        assert!(matches!(
            class("making volume mountpoint for volume /etc/passwd/it: mkdir /etc/passwd: not a directory"),
            EngineError::MountFailed { .. }
        ));
        assert!(matches!(answer(409, "Conflict. The container name is in use"), EngineError::Conflict { .. }));
        assert!(matches!(answer(400, "bad parameter"), EngineError::Refused { status: 400, .. }));
    }

    #[test]
    fn failures_of_pulls_have_reasons() {
        for (message, expected) in [
            (
                "pull access denied for nobody/nothing, repository does not exist or may require 'docker login'",
                PullFailure::Denied,
            ),
            ("manifest for alpine:99 not found: manifest unknown: manifest unknown", PullFailure::NotFound),
            (
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
                PullFailure::Network,
            ),
            ("toomanyrequests: You have reached your pull rate limit", PullFailure::RateLimited),
            ("no matching manifest for linux/s390x in the manifest list entries", PullFailure::Platform),
            ("unexpected EOF", PullFailure::Network),
            ("strange", PullFailure::Other),
        ] {
            match classify_pull(Error::DockerStreamError { error: message.to_owned() }, "alpine:99") {
                EngineError::PullFailed { reason, .. } => assert_eq!(reason, expected, "{message}"),
                other => panic!("{message}: {other:?}"),
            }
        }
    }
}
