//! Removing what earlier runs left: those that were killed, and those of machines that went away. What belongs to a process that
//! lives stays, until it expires.

use std::time::{Duration, SystemTime};

use super::label::{self, Found};
use super::owner::{Ownership, unix_seconds};
use super::{Engine, EngineError};

/// What is swept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepOptions {
    /// Nothing is removed, only told.
    pub dry_run: bool,
    /// Everything of ours goes, whoever it belongs to and whether it lives: other runs in this engine fail then.
    pub all: bool,
}

/// What a sweep found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// What was removed, or would be.
    pub removed: Vec<SweptObject>,
    /// What stays: it belongs to somebody who lives, or may.
    pub kept: Vec<SweptObject>,
    /// What should have gone and did not.
    pub errors: Vec<EngineError>,
}

/// An object of ours in the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweptObject {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// Its run.
    pub run: String,
    /// Its scenario.
    pub scenario: String,
    /// Why it goes or stays.
    pub reason: Reason,
}

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A container.
    Container,
    /// A network.
    Network,
    /// A volume.
    Volume,
}

/// Why an object goes or stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its owner has ended.
    OwnerDead,
    /// Nobody can want it any more.
    Expired,
    /// Its owner ran before this machine was started anew.
    EarlierBoot,
    /// Everything was asked to go.
    All,
    /// Its owner lives.
    OwnerAlive,
    /// Whether its owner lives can't be seen from here.
    OwnerUnknown,
}

/// After an earlier boot an object is kept for so long: a machine of the same name may use this engine too.
const EARLIER_BOOT_AGE: Duration = Duration::from_secs(10 * 60);

impl ObjectKind {
    /// The word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Network => "network",
            Self::Volume => "volume",
        }
    }
}

impl Reason {
    /// The name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OwnerDead => "owner-dead",
            Self::Expired => "expired",
            Self::EarlierBoot => "earlier-boot",
            Self::All => "all",
            Self::OwnerAlive => "owner-alive",
            Self::OwnerUnknown => "owner-unknown",
        }
    }

    /// The words for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OwnerDead => "its runner has ended",
            Self::Expired => "it has expired",
            Self::EarlierBoot => "its runner ran before this machine was started anew",
            Self::All => "everything was asked to go",
            Self::OwnerAlive => "its runner is alive",
            Self::OwnerUnknown => "its runner is on another machine, and it has not expired",
        }
    }
}

impl Engine {
    /// Removes what earlier runs left: containers in any state, then networks and volumes that nobody uses.
    ///
    /// # Errors
    ///
    /// When the engine does not tell what there is. What could not be removed is in the result.
    pub async fn sweep(&self, options: SweepOptions) -> Result<Swept, EngineError> {
        let ours = || vec![format!("{}=true", label::MANAGED)];
        let now = SystemTime::now();
        let mut swept = Swept::default();
        for kind in [ObjectKind::Container, ObjectKind::Network, ObjectKind::Volume] {
            let listed = match kind {
                ObjectKind::Container => self.containers_with(ours()).await?,
                ObjectKind::Network => self.networks_with(ours()).await?,
                ObjectKind::Volume => self.volumes_with(ours()).await?,
            };
            let mut doomed = Vec::new();
            for (id, name, (labels, running)) in listed {
                let Some(found) = Found::read(&labels) else { continue };
                let (goes, reason) = verdict(&found, running, now, options.all);
                let object = SweptObject { kind, name, run: found.run, scenario: found.scenario, reason };
                if goes { doomed.push((id, object)) } else { swept.kept.push(object) }
            }
            let removals = doomed.into_iter().map(|(id, object)| async move {
                let result = match kind {
                    _ if options.dry_run => Ok(()),
                    ObjectKind::Container => self.remove_container(&id, &object.name).await,
                    ObjectKind::Network => self.remove_network(&object.name).await,
                    ObjectKind::Volume => self.remove_volume(&id).await,
                };
                (object, result)
            });
            swept.take(futures::future::join_all(removals).await);
        }
        Ok(swept)
    }
}

impl Swept {
    fn take(&mut self, results: Vec<(SweptObject, Result<(), EngineError>)>) {
        for (object, result) in results {
            match result {
                Ok(()) => self.removed.push(object),
                Err(error) => self.errors.push(error),
            }
        }
    }
}

/// Whether an object goes, and why it goes or stays.
fn verdict(found: &Found, running: bool, now: SystemTime, all: bool) -> (bool, Reason) {
    let now = unix_seconds(now);
    if all {
        return (true, Reason::All);
    }
    if found.expires.is_some_and(|expires| expires <= now) {
        return (true, Reason::Expired);
    }
    match found.owner.as_ref().map_or(Ownership::Unknown, super::Owner::ownership) {
        Ownership::Dead => (true, Reason::OwnerDead),
        Ownership::Alive => (false, Reason::OwnerAlive),
        Ownership::EarlierBoot => {
            let old = found.created.is_some_and(|created| created.saturating_add(EARLIER_BOOT_AGE.as_secs()) <= now);
            if old && !running { (true, Reason::EarlierBoot) } else { (false, Reason::OwnerUnknown) }
        }
        Ownership::Unknown => (false, Reason::OwnerUnknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Owner;

    const NOW: u64 = 1_000_000;

    fn judge(owner: Option<Owner>, created: u64, expires: u64, running: bool) -> (bool, Reason) {
        let found = Found {
            run: "r".to_owned(),
            scenario: "s".to_owned(),
            owner,
            created: Some(created),
            expires: Some(expires),
        };
        verdict(&found, running, SystemTime::UNIX_EPOCH + Duration::from_secs(NOW), false)
    }

    #[test]
    fn what_lives_stays_until_it_expires() {
        let us = Owner::of_process();
        let dead = Owner { start: "0".to_owned(), ..us.clone() };
        let foreign = Owner { host: "elsewhere/boot/1".to_owned(), ..us.clone() };
        let name = us.host.split('/').next().unwrap().to_owned();
        let earlier = Owner { host: format!("{name}/earlier/1"), ..us.clone() };
        assert_eq!(judge(Some(us.clone()), NOW - 1, NOW + 1, true), (false, Reason::OwnerAlive));
        assert_eq!(judge(Some(us), NOW - 9, NOW, true), (true, Reason::Expired));
        assert_eq!(judge(Some(dead), NOW - 1, NOW + 1, true), (true, Reason::OwnerDead));
        assert_eq!(judge(Some(foreign.clone()), NOW - 9000, NOW + 1, false), (false, Reason::OwnerUnknown));
        assert_eq!(judge(Some(foreign), NOW - 9000, NOW - 1, false), (true, Reason::Expired));
        assert_eq!(judge(Some(earlier.clone()), NOW - 9000, NOW + 1, false), (true, Reason::EarlierBoot));
        assert_eq!(judge(Some(earlier.clone()), NOW - 9000, NOW + 1, true), (false, Reason::OwnerUnknown));
        assert_eq!(judge(Some(earlier), NOW - 1, NOW + 1, false), (false, Reason::OwnerUnknown));
        assert_eq!(judge(None, NOW - 1, NOW + 1, false), (false, Reason::OwnerUnknown));
    }
}
