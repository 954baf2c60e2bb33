//! The labels on everything that this program makes in an engine. They are put on last, so no test can override them, and exist from
//! the moment the object does.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::Owner;
use super::owner::unix_seconds;

/// Set on every object: `true`.
pub const MANAGED: &str = "dev.clnrm.managed";
/// The run.
pub const RUN: &str = "dev.clnrm.run";
/// The scenario.
pub const SCENARIO: &str = "dev.clnrm.scenario";
/// The service, on containers.
pub const SERVICE: &str = "dev.clnrm.service";
/// Where the owner runs.
pub const HOST: &str = "dev.clnrm.host";
/// The owner's process.
pub const PID: &str = "dev.clnrm.pid";
/// When that process started.
pub const PID_START: &str = "dev.clnrm.pid-start";
/// When the object was made: seconds since 1970.
pub const CREATED: &str = "dev.clnrm.created";
/// When nobody can want the object any more: seconds since 1970.
pub const EXPIRES: &str = "dev.clnrm.expires";

/// How long an object may be wanted, unless it is told otherwise.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(6 * 60 * 60);

/// What an object of the engine belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belonging {
    /// The run.
    pub run: String,
    /// The scenario.
    pub scenario: String,
    /// The service, for containers of one.
    pub service: Option<String>,
    /// How long it may be wanted. Then it is removed by whoever sweeps, even while its owner lives.
    pub lifetime: Duration,
}

impl Belonging {
    /// Something of a scenario in a run, with the usual lifetime.
    pub fn new(run: impl Into<String>, scenario: impl Into<String>) -> Self {
        Self { run: run.into(), scenario: scenario.into(), service: None, lifetime: DEFAULT_LIFETIME }
    }

    /// The same for a service.
    #[must_use]
    pub fn service(mut self, service: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Puts the labels on an object, over whatever the object has.
    pub(super) fn stamp(&self, owner: &Owner, now: SystemTime, labels: &mut HashMap<String, String>) {
        let created = unix_seconds(now);
        let expires = created.saturating_add(self.lifetime.as_secs());
        let mut set = |key: &str, value: String| labels.insert(key.to_owned(), value);
        set(MANAGED, "true".to_owned());
        set(RUN, self.run.clone());
        set(SCENARIO, self.scenario.clone());
        if let Some(service) = &self.service {
            set(SERVICE, service.clone());
        }
        set(HOST, owner.host.clone());
        set(PID, owner.pid.to_string());
        set(PID_START, owner.start.clone());
        set(CREATED, created.to_string());
        set(EXPIRES, expires.to_string());
    }

    /// A name for an object: readable, unique by the number.
    pub(super) fn name(&self, number: u64) -> String {
        let mut parts = vec!["clnrm".to_owned(), slug(&self.run, 24), slug(&self.scenario, 24)];
        parts.extend(self.service.as_deref().map(|service| slug(service, 16)));
        parts.push(number.to_string());
        parts.retain(|part| !part.is_empty());
        parts.join("-")
    }
}

/// Lower-case letters and digits of a text with `-` between, at most so many.
fn slug(text: &str, most: usize) -> String {
    let mut slug = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= most {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// What the labels of a found object say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub run: String,
    pub scenario: String,
    pub owner: Option<Owner>,
    pub created: Option<u64>,
    pub expires: Option<u64>,
}

impl Found {
    pub fn read(labels: &HashMap<String, String>) -> Option<Self> {
        let get = |key: &str| labels.get(key).cloned();
        get(MANAGED)?;
        let owner = get(HOST)
            .zip(get(PID).and_then(|pid| pid.parse().ok()))
            .map(|(host, pid)| Owner { host, pid, start: get(PID_START).unwrap_or_default() });
        Some(Self {
            run: get(RUN).unwrap_or_default(),
            scenario: get(SCENARIO).unwrap_or_default(),
            owner,
            created: get(CREATED).and_then(|seconds| seconds.parse().ok()),
            expires: get(EXPIRES).and_then(|seconds| seconds.parse().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_labels_win_and_can_be_read_again() {
        let owner = Owner { host: "h/b/1".to_owned(), pid: 7, start: "99".to_owned() };
        let mut labels = HashMap::from([
            (PID.to_owned(), "1".to_owned()),
            (EXPIRES.to_owned(), "9999999999".to_owned()),
            ("com.example.own".to_owned(), "kept".to_owned()),
        ]);
        let mut belonging = Belonging::new("run 1", "Login / works!").service("api");
        belonging.lifetime = Duration::from_secs(60);
        belonging.stamp(&owner, SystemTime::UNIX_EPOCH + Duration::from_secs(1000), &mut labels);
        assert_eq!(labels["com.example.own"], "kept");
        let found = Found::read(&labels).unwrap();
        assert_eq!(found.owner, Some(owner));
        assert_eq!((found.created, found.expires), (Some(1000), Some(1060)));
        assert_eq!(belonging.name(3), "clnrm-run-1-login-works-api-3");
    }
}
