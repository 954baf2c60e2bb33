//! Attributes that differ from run to run without a meaning: the deny list.

use std::collections::HashMap;

use glob::Pattern;

use crate::trace::{Name, Value};

/// Which attributes the canonical form leaves out.
#[derive(Clone, Debug)]
pub struct Noise {
    patterns: Vec<Pattern>,
    ephemeral_ports: bool,
}

/// A pattern of the deny list that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no glob pattern: {reason}")]
pub struct InvalidPattern {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Noise {
    /// The keys that are always noise, as globs.
    pub const KEYS: [&str; 9] = [
        "telemetry.sdk.*",
        "process.pid",
        "process.parent_pid",
        "host.*",
        "container.id",
        "service.instance.id",
        "thread.id",
        "thread.name",
        "clnrm.run.id",
    ];

    /// Systems choose ports from here on for the near end of a connection.
    pub const FIRST_EPHEMERAL_PORT: i64 = 32_768;

    /// Nothing is noise.
    pub fn none() -> Self {
        Self { patterns: Vec::new(), ephemeral_ports: false }
    }

    /// The same, and the keys that match one of these globs.
    ///
    /// # Errors
    /// The first of them that is no glob.
    pub fn and<'p>(mut self, patterns: impl IntoIterator<Item = &'p str>) -> Result<Self, InvalidPattern> {
        for pattern in patterns {
            let compiled = Pattern::new(pattern)
                .map_err(|error| InvalidPattern { pattern: pattern.to_owned(), reason: error.msg.to_owned() })?;
            self.patterns.push(compiled);
        }
        Ok(self)
    }

    /// Whether an attribute is noise: its key is on the list, or it is a port from [`Self::FIRST_EPHEMERAL_PORT`] on.
    pub fn hides(&self, key: &str, value: &Value) -> bool {
        self.hides_key(key) || self.hides_port(key, value)
    }

    fn hides_key(&self, key: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(key))
    }

    fn hides_port(&self, key: &str, value: &Value) -> bool {
        let is_port = || key == "port" || key.ends_with(".port");
        self.ephemeral_ports
            && is_port()
            && match value {
                Value::Int(port) => *port >= Self::FIRST_EPHEMERAL_PORT,
                Value::String(port) => port.parse::<i64>().is_ok_and(|port| port >= Self::FIRST_EPHEMERAL_PORT),
                _ => false,
            }
    }
}

impl Default for Noise {
    fn default() -> Self {
        let patterns = Self::KEYS.iter().filter_map(|key| Pattern::new(key).ok()).collect();
        Self { patterns, ephemeral_ports: true }
    }
}

/// The deny list with a memory: traces have few different keys.
pub(super) struct Sieve<'n> {
    noise: &'n Noise,
    keys: HashMap<Name, bool>,
}

impl<'n> Sieve<'n> {
    pub fn new(noise: &'n Noise) -> Self {
        Self { noise, keys: HashMap::new() }
    }

    /// Whether an attribute is left out.
    pub fn hides(&mut self, key: &Name, value: &Value) -> bool {
        let by_key = match self.keys.get(key) {
            Some(hidden) => *hidden,
            None => {
                let hidden = self.noise.hides_key(key);
                self.keys.insert(key.clone(), hidden);
                hidden
            }
        };
        by_key || self.noise.hides_port(key, value)
    }
}

#[cfg(test)]
mod tests {
    use super::{Noise, Value};

    #[test]
    fn the_list_hides_what_belongs_to_a_run_or_a_host() {
        let noise = Noise::default();
        for key in ["telemetry.sdk.version", "host.name", "process.pid", "thread.id"] {
            assert!(noise.hides(key, &Value::from("x")), "{key}");
        }
        for key in ["host", "process.command", "service.name", "http.host.name"] {
            assert!(!noise.hides(key, &Value::from("x")), "{key}");
        }
        assert!(noise.hides("client.port", &Value::Int(40_000)) && noise.hides("client.port", &Value::from("40000")));
        assert!(!noise.hides("server.port", &Value::Int(8080)) && !noise.hides("export", &Value::Int(40_000)));
    }

    #[test]
    fn the_list_can_be_longer() {
        let noise = Noise::default().and(["k8s.pod.*"]).unwrap();
        assert!(noise.hides("k8s.pod.uid", &Value::Empty) && noise.hides("host.id", &Value::Empty));
        assert_eq!(Noise::default().and(["a***"]).unwrap_err().pattern, "a***");
    }
}
