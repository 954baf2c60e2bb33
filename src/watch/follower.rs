//! Follows a set of folders that changes over time: tells each burst of events in them at once, as soon as it is quiet. Whether a
//! content has changed, and what a file is for, is for the listener to know.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use notify::event::{CreateKind, RemoveKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{LONGEST_BURST, WatchError};

/// Events that came one shortly behind the other.
#[derive(Clone, Debug)]
pub struct Burst {
    /// What they are about; may be gone.
    pub touched: BTreeSet<PathBuf>,
    /// Whether folders came, went or were renamed, so that others must be followed.
    pub folders: bool,
    /// Whether the system lost events: anything may have changed.
    pub lost: bool,
    /// When the first one came.
    pub began: Instant,
}

/// Follows folders until it is dropped.
#[derive(Debug)]
pub struct Follower {
    /// The thread that listens ends when this goes, for it holds the other end of its channel.
    system: RecommendedWatcher,
    followed: BTreeSet<PathBuf>,
}

impl Follower {
    /// Follows nothing yet. What happens is told to `report`, after `debounce` without a further event.
    ///
    /// # Errors
    /// When the system refuses to watch at all.
    pub fn new(debounce: Duration, report: impl Fn(Burst) + Send + 'static) -> Result<Self, WatchError> {
        let (sender, receiver) = mpsc::channel();
        let system = notify::recommended_watcher(move |event| {
            // The receiver is gone only while the follower ends.
            sender.send(event).unwrap_or(());
        })?;
        thread::spawn(move || {
            while let Some(burst) = Burst::next(&receiver, debounce) {
                report(burst);
            }
        });
        Ok(Self { system, followed: BTreeSet::new() })
    }

    /// Follows these folders, each without those below it, and no others; gives those that are new. With `afresh`, those that were followed are
    /// looked up again, for another folder may stand in their place. What can't be followed is told with the reason.
    pub fn follow(&mut self, folders: BTreeSet<PathBuf>, afresh: bool) -> (usize, Vec<(PathBuf, String)>) {
        // What is left goes first: the system knows folders by what they are, and one that was renamed is still the same.
        for left in self.followed.difference(&folders) {
            // It may be gone, and its watch with it.
            drop(self.system.unwatch(left));
        }
        let (mut new, mut failed) = (0, Vec::new());
        let mut followed = BTreeSet::new();
        for folder in folders {
            let is_known = self.followed.contains(&folder);
            if is_known && !afresh {
                followed.insert(folder);
                continue;
            }
            match self.system.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    new += usize::from(!is_known);
                    followed.insert(folder);
                }
                // It went in the meantime, which another event tells.
                Err(_) if !folder.is_dir() => {}
                Err(error) => failed.push((folder, error.to_string())),
            }
        }
        self.followed = followed;
        (new, failed)
    }

    /// How many folders are followed.
    pub fn count(&self) -> usize {
        self.followed.len()
    }
}

impl Burst {
    /// A burst that says nothing but that anything may have changed.
    pub fn anything() -> Self {
        Self { touched: BTreeSet::new(), folders: true, lost: true, began: Instant::now() }
    }

    /// Adds what another one tells.
    pub fn merge(&mut self, other: Self) {
        self.touched.extend(other.touched);
        self.folders |= other.folders;
        self.lost |= other.lost;
        self.began = self.began.min(other.began);
    }

    /// Waits for the next one; `None` when nothing more will come. What only reads files neither begins a burst nor makes it longer.
    fn next(receiver: &Receiver<notify::Result<Event>>, debounce: Duration) -> Option<Self> {
        let longest = LONGEST_BURST.max(debounce * 4);
        let mut burst = Self { touched: BTreeSet::new(), folders: false, lost: false, began: Instant::now() };
        while !burst.add(receiver.recv().ok()?) {}
        burst.began = Instant::now();
        let mut quiet_from = burst.began + debounce;
        while burst.began.elapsed() < longest {
            match receiver.recv_timeout(quiet_from.saturating_duration_since(Instant::now())) {
                Ok(event) => {
                    if burst.add(event) {
                        quiet_from = Instant::now() + debounce;
                    }
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        Some(burst)
    }

    /// Whether the event says that something may have changed.
    fn add(&mut self, event: notify::Result<Event>) -> bool {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                tracing::warn!(%error, "watching files failed for a moment");
                self.lost = true;
                return true;
            }
        };
        if event.need_rescan() {
            self.lost = true;
            return true;
        }
        let is_folder = |path: &PathBuf| Path::is_dir(path);
        self.folders |= match event.kind {
            EventKind::Access(_) => return false,
            EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder) => true,
            // Some systems don't say what it was; what is gone can't be asked.
            EventKind::Create(_) | EventKind::Modify(_) | EventKind::Any | EventKind::Other => {
                matches!(event.kind, EventKind::Modify(notify::event::ModifyKind::Name(_)))
                    && event.paths.iter().any(|path| !path.exists())
                    || event.paths.iter().any(is_folder)
            }
            EventKind::Remove(_) => false,
        };
        self.touched.extend(event.paths);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Longer than any debounce on a loaded machine; only reached when the test fails.
    const PATIENCE: Duration = Duration::from_secs(10);

    fn followed(folder: &Path) -> (Follower, Receiver<Burst>) {
        let (sender, bursts) = mpsc::channel();
        let mut follower = Follower::new(Duration::from_millis(50), move |burst| drop(sender.send(burst))).unwrap();
        assert_eq!(follower.follow(BTreeSet::from([folder.to_owned()]), false), (1, Vec::new()));
        (follower, bursts)
    }

    #[test]
    fn many_events_are_one_burst() {
        let folder = tempfile::tempdir().unwrap();
        let (_follower, bursts) = followed(folder.path());
        let paths: BTreeSet<PathBuf> = (0..100).map(|number| folder.path().join(number.to_string())).collect();
        paths.iter().for_each(|path| fs::write(path, "1").unwrap());
        let mut burst = bursts.recv_timeout(PATIENCE).unwrap();
        // On a machine that stands still in between it may be two.
        while burst.touched.len() < paths.len() {
            burst.merge(bursts.recv_timeout(PATIENCE).unwrap());
        }
        assert_eq!((burst.touched, burst.folders, burst.lost), (paths, false, false));
    }

    #[test]
    fn a_folder_in_the_place_of_another_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (mut follower, bursts) = followed(folder.path());
        let sub = folder.path().join("sub");
        let both = BTreeSet::from([folder.path().to_owned(), sub.clone()]);
        fs::create_dir(&sub).unwrap();
        assert!(bursts.recv_timeout(PATIENCE).unwrap().folders);
        assert_eq!(follower.follow(both.clone(), true).0, 1);
        fs::rename(&sub, folder.path().join("other")).unwrap();
        assert!(bursts.recv_timeout(PATIENCE).unwrap().folders);
        fs::create_dir(&sub).unwrap();
        assert!(bursts.recv_timeout(PATIENCE).unwrap().folders);
        follower.follow(both, true);
        fs::write(sub.join("file"), "1").unwrap();
        let deadline = Instant::now() + PATIENCE;
        while !bursts
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            .unwrap()
            .touched
            .contains(&sub.join("file"))
        {}
    }

    #[test]
    fn what_is_no_longer_followed_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let (left, kept) = (folder.path().join("left"), folder.path().join("kept"));
        fs::create_dir(&left).unwrap();
        fs::create_dir(&kept).unwrap();
        let (mut follower, bursts) = followed(&left);
        follower.follow(BTreeSet::from([kept.clone()]), false);
        fs::write(left.join("file"), "1").unwrap();
        fs::write(kept.join("file"), "1").unwrap();
        assert_eq!(bursts.recv_timeout(PATIENCE).unwrap().touched, BTreeSet::from([kept.join("file")]));
    }
}
