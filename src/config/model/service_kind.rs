//! What a service is: the kinds that `plugin` (or the older `type`) may name.

use super::{Service, Text};

/// Where a service of a kind gets its image from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// The service has to name one.
    Required,
    /// This one, unless the service names another.
    Default(&'static str),
    /// No image is needed: the service runs elsewhere.
    None,
}

/// A kind of service that this tool knows.
#[derive(Debug, PartialEq, Eq)]
pub struct ServiceKind {
    /// Its name, as `plugin` should write it.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// Where its image comes from.
    pub image: ImageSource,
}

/// All known kinds.
pub static SERVICE_KINDS: &[ServiceKind] = &[
    ServiceKind {
        name: "generic_container",
        aliases: &["generic", "container", "testcontainers"],
        image: ImageSource::Required,
    },
    ServiceKind { name: "alpine", aliases: &[], image: ImageSource::Default("alpine:latest") },
    ServiceKind { name: "ubuntu", aliases: &[], image: ImageSource::Default("ubuntu:latest") },
    ServiceKind { name: "debian", aliases: &[], image: ImageSource::Default("debian:latest") },
    ServiceKind {
        name: "surrealdb",
        aliases: &["surreal_db"],
        image: ImageSource::Default("surrealdb/surrealdb:latest"),
    },
    ServiceKind {
        name: "otel_collector",
        aliases: &[],
        image: ImageSource::Default("otel/opentelemetry-collector:latest"),
    },
    ServiceKind { name: "postgres", aliases: &["postgresql"], image: ImageSource::Default("postgres:latest") },
    ServiceKind { name: "mysql", aliases: &[], image: ImageSource::Default("mysql:latest") },
    ServiceKind { name: "mongodb", aliases: &["mongo"], image: ImageSource::Default("mongo:latest") },
    ServiceKind { name: "redis", aliases: &[], image: ImageSource::Default("redis:latest") },
    ServiceKind { name: "nginx", aliases: &[], image: ImageSource::Default("nginx:latest") },
    ServiceKind { name: "node", aliases: &[], image: ImageSource::Default("node:latest") },
    ServiceKind { name: "curl", aliases: &[], image: ImageSource::Default("curlimages/curl:latest") },
    ServiceKind { name: "ollama", aliases: &[], image: ImageSource::Default("ollama/ollama:latest") },
    ServiceKind { name: "vllm", aliases: &[], image: ImageSource::Default("vllm/vllm-openai:latest") },
    ServiceKind {
        name: "tgi",
        aliases: &[],
        image: ImageSource::Default("ghcr.io/huggingface/text-generation-inference:latest"),
    },
    ServiceKind { name: "network_service", aliases: &[], image: ImageSource::None },
    ServiceKind { name: "chaos_engine", aliases: &[], image: ImageSource::None },
    ServiceKind { name: "ai_test_generator", aliases: &[], image: ImageSource::None },
];

/// The kind with this name or alias.
pub fn service_kind(name: &str) -> Option<&'static ServiceKind> {
    SERVICE_KINDS.iter().find(|kind| kind.name == name || kind.aliases.contains(&name))
}

/// What kind a service is of, all its keys together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectiveKind<'a> {
    /// A known kind.
    Known(&'static ServiceKind),
    /// A free label; the text is that of `plugin`, or of `type` where there is no `plugin`.
    Label(&'a Text),
    /// Known at run time only.
    Unknown,
}

impl Service {
    /// The kind: `plugin` where it names a known one, else `type` where that does, else the free label; a generic container
    /// where neither is written.
    pub fn effective_kind(&self) -> EffectiveKind<'_> {
        let mut written = [self.plugin.as_ref(), self.kind.as_ref()].into_iter().flatten().peekable();
        let Some(&first) = written.peek() else {
            return service_kind("generic_container").map_or(EffectiveKind::Unknown, EffectiveKind::Known);
        };
        for text in written {
            let Some(name) = text.known() else { return EffectiveKind::Unknown };
            if let Some(kind) = service_kind(name) {
                return EffectiveKind::Known(kind);
            }
        }
        EffectiveKind::Label(first)
    }
}
