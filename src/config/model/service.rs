//! `[services.*]` and `[service.*]`.

use super::{Keyed, Name, Scalar, Spanned, Text};
use crate::text::Span;

/// Which of the two tables a service stands in. Both share one namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceTable {
    /// `[services.X]`.
    Services,
    /// `[service.X]`.
    Service,
}

/// One service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The table that it stands in.
    pub table: ServiceTable,
    /// Its name: the key in that table.
    pub name: Name,
    /// The header `[services.X]`, or the key of an inline table.
    pub header: Span,
    /// `plugin`.
    pub plugin: Option<Text>,
    /// `type` (older dialect).
    pub kind: Option<Text>,
    /// `extends`: a template that may bring what is missing here.
    pub extends: Option<Text>,
    /// `image`.
    pub image: Option<Text>,
    /// `args`.
    pub args: Option<Spanned<Vec<Text>>>,
    /// `command`; one element for a text.
    pub command: Option<Spanned<Vec<Text>>>,
    /// Whether `command` is one text (to be split like a shell would).
    pub command_is_text: bool,
    /// `env`, `environment`, `env_vars`; map or `K=V` list.
    pub env: Vec<EnvironmentVariable>,
    /// `ports`, each spelling.
    pub ports: Vec<Port>,
    /// `volumes`, each spelling.
    pub volumes: Vec<Volume>,
    /// `health_check` or `healthcheck`.
    pub health_check: Option<HealthCheck>,
    /// `wait_for_span`.
    pub wait_for_span: Option<Text>,
    /// `wait_for_span_timeout_secs`.
    pub wait_for_span_timeout_secs: Option<Spanned<i64>>,
    /// `depends_on`.
    pub depends_on: Vec<Text>,
    /// `workdir` or `working_dir`.
    pub workdir: Option<Text>,
    /// `user`: a name or a number, as the image knows it.
    pub user: Option<Text>,
    /// `limits`, `resources`, `memory_limit` and `cpu_limit`.
    pub limits: ServiceLimits,
    /// Limits and times whose texts say no amount.
    pub no_amounts: Vec<NoAmount>,
    /// `network`.
    pub network: Option<ServiceNetwork>,
    /// `timeout` or `timeout_sec`: how long the start may take, in milliseconds.
    pub start_timeout_ms: Option<Spanned<f64>>,
    /// `wait_strategy`.
    pub wait_strategy: Option<Text>,
    /// `wait_log_message`: the service is ready when its log has this text.
    pub wait_log_message: Option<Text>,
    /// `model` and the other keys of language models, in file order.
    pub language_model: Vec<Keyed<Scalar>>,
    /// `username`, of a `surrealdb` service.
    pub username: Option<Text>,
    /// `password`, of a `surrealdb` service.
    pub password: Option<Text>,
    /// `strict`, of a `surrealdb` service.
    pub strict: Option<Spanned<bool>>,
}

/// What the container of a service may use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServiceLimits {
    /// Memory, in MiB.
    pub memory_mb: Option<Spanned<f64>>,
    /// Thousandths of a processor.
    pub cpu_millis: Option<Spanned<f64>>,
}

/// A text that should say an amount and does not.
#[derive(Clone, Debug, PartialEq)]
pub struct NoAmount {
    /// The key that it stands at.
    pub key: &'static str,
    /// As written.
    pub text: Text,
}

/// The network of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceNetwork {
    /// `mode`, or the whole value where it is a text.
    pub mode: Option<Text>,
    /// `external_access`.
    pub external_access: Option<Spanned<bool>>,
    /// The whole value.
    pub span: Span,
}

/// One environment variable of a service or step.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentVariable {
    /// The variable's name; in the list form the part before `=`.
    pub name: Name,
    /// Its value. In the list form a text whose content is the part behind `=`; `None` where a list item has no `=`.
    pub value: Option<Scalar>,
}

/// What a port is published for. The ports of different protocols are different ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `/tcp`, or nothing.
    #[default]
    Tcp,
    /// `/udp`.
    Udp,
    /// `/sctp`.
    Sctp,
}

impl Protocol {
    /// The protocol of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "tcp" => Some(Self::Tcp),
            "udp" => Some(Self::Udp),
            "sctp" => Some(Self::Sctp),
            _ => None,
        }
    }
}

/// One published port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The port on the host (equal to `container` unless both are written); `None`: any free one.
    pub host: Option<Spanned<u16>>,
    /// The port in the container.
    pub container: Spanned<u16>,
    /// The protocol.
    pub protocol: Protocol,
    /// The whole value.
    pub span: Span,
}

/// One mounted volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Path on the host, if it is known.
    pub host: Option<Text>,
    /// Path in the container, if it is known.
    pub container: Option<Text>,
    /// Whether it is mounted read-only.
    pub read_only: bool,
    /// The whole value.
    pub span: Span,
}

/// A health check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HealthCheck {
    /// The key or header.
    pub header: Span,
    /// The command; one element for a text.
    pub command: Option<Spanned<Vec<Text>>>,
    /// Whether the command is one text (for the shell of the image).
    pub command_is_text: bool,
    /// Time between two probes, in milliseconds.
    pub interval_ms: Option<Spanned<f64>>,
    /// Time for one probe, in milliseconds.
    pub timeout_ms: Option<Spanned<f64>>,
    /// Probes before giving up.
    pub retries: Option<Spanned<i64>>,
    /// Time before failures count, in milliseconds.
    pub start_period_ms: Option<Spanned<f64>>,
}
