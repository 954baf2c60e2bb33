//! The watcher: one watch for each folder that version control does not ignore, and one report for each burst of events.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use ignore::WalkBuilder;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{HashFilter, LONGEST_BURST};
use crate::telemetry::{Measure, measured};

/// How long it must be quiet before a burst of events is reported.
pub const DEBOUNCE: Duration = Duration::from_millis(50);

/// How many folders are watched at most; systems have a limit as well.
const MOST_FOLDERS: usize = 8_192;

/// Why nothing can be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The system refuses.
    #[error("the system refuses to watch files: {0}")]
    System(#[from] notify::Error),
}

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    control: mpsc::Sender<Control>,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // The thread is gone already only if it panicked.
        self.control.send(Control::End).unwrap_or(());
    }
}

#[derive(Debug)]
enum Control {
    Event(Event),
    End,
}

/// Watches the files below `roots` for which `wanted` holds, and calls `report` with those whose content has changed, sorted.
///
/// # Errors
/// When the system refuses to watch at all. Folders that can't be watched one by one are left out and logged.
pub fn watch(
    roots: &[PathBuf],
    wanted: impl Fn(&Path) -> bool + Send + 'static,
    report: impl Fn(&[PathBuf]) + Send + 'static,
) -> Result<Watcher, WatchError> {
    let (sender, receiver) = mpsc::channel();
    let events = sender.clone();
    let mut system = notify::recommended_watcher(move |event: notify::Result<Event>| {
        match event {
            // The receiver is gone only while the watcher ends.
            Ok(event) => events.send(Control::Event(event)).unwrap_or(()),
            Err(error) => tracing::warn!(%error, "watching files failed for a moment"),
        }
    })?;
    let folders = add_folders(&mut system, roots);
    tracing::debug!(folders, "watching");
    thread::spawn(move || run(&receiver, system, &wanted, &report));
    Ok(Watcher { control: sender })
}

fn run(
    receiver: &Receiver<Control>,
    mut system: RecommendedWatcher,
    wanted: &impl Fn(&Path) -> bool,
    report: &impl Fn(&[PathBuf]),
) {
    let mut filter = HashFilter::default();
    while let Ok(Control::Event(first)) = receiver.recv() {
        let started = Instant::now();
        let mut touched = BTreeSet::new();
        let mut next = Some(first);
        while let Some(event) = next {
            if matches!(event.kind, EventKind::Create(_)) {
                let created: Vec<PathBuf> = event.paths.iter().filter(|path| path.is_dir()).cloned().collect();
                add_folders(&mut system, &created);
            }
            if !matches!(event.kind, EventKind::Access(_)) {
                touched.extend(event.paths.into_iter().filter(|path| wanted(path)));
            }
            if started.elapsed() > LONGEST_BURST {
                break;
            }
            next = match receiver.recv_timeout(DEBOUNCE) {
                Ok(Control::Event(event)) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Ok(Control::End) | Err(RecvTimeoutError::Disconnected) => return,
            };
        }
        let changed: Vec<PathBuf> = touched.into_iter().filter(|path| filter.changed(path)).collect();
        if !changed.is_empty() {
            measured(Measure::FileDetection, started.elapsed());
            report(&changed);
        }
    }
}

/// Watches the folders below `roots` that version control does not ignore; returns how many there are.
fn add_folders(system: &mut RecommendedWatcher, roots: &[PathBuf]) -> usize {
    let mut added = 0;
    for root in roots {
        let folders = WalkBuilder::new(root)
            .follow_links(false)
            .filter_entry(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()))
            .build()
            .filter_map(Result::ok)
            .take(MOST_FOLDERS.saturating_sub(added));
        for folder in folders {
            match system.watch(folder.path(), RecursiveMode::NonRecursive) {
                Ok(()) => added += 1,
                Err(error) => tracing::warn!(%error, folder = %folder.path().display(), "a folder is not watched"),
            }
        }
    }
    added
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Longer than any debounce on a loaded machine; only reached when the test fails.
    const PATIENCE: Duration = Duration::from_secs(10);

    struct Watched {
        folder: tempfile::TempDir,
        reports: Receiver<Vec<PathBuf>>,
        _watcher: Watcher,
    }

    fn watched() -> Watched {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        let (sender, reports) = mpsc::channel();
        let wanted = |path: &Path| path.extension().is_some_and(|extension| extension == "toml");
        let watcher =
            watch(&[folder.path().to_owned()], wanted, move |paths| sender.send(paths.to_vec()).unwrap()).unwrap();
        Watched { folder, reports, _watcher: watcher }
    }

    #[test]
    fn a_burst_is_one_report_of_the_files_that_matter() {
        let watched = watched();
        let root = watched.folder.path();
        for name in ["deep/b.toml", "a.toml", "c.txt"] {
            fs::write(root.join(name), "x = 1").unwrap();
        }
        let report = watched.reports.recv_timeout(PATIENCE).unwrap();
        assert_eq!(report, [root.join("a.toml"), root.join("deep/b.toml")]);
    }

    #[test]
    fn a_write_that_changes_nothing_is_not_reported() {
        let watched = watched();
        let (same, other) = (watched.folder.path().join("same.toml"), watched.folder.path().join("other.toml"));
        fs::write(&same, "x = 1").unwrap();
        assert_eq!(watched.reports.recv_timeout(PATIENCE).unwrap(), std::slice::from_ref(&same));
        fs::write(&same, "x = 1").unwrap();
        fs::write(&other, "x = 1").unwrap();
        assert_eq!(watched.reports.recv_timeout(PATIENCE).unwrap(), [other]);
    }

    #[test]
    fn folders_that_come_later_are_watched_too() {
        let watched = watched();
        let late = watched.folder.path().join("late");
        fs::create_dir(&late).unwrap();
        let path = late.join("a.toml");
        let deadline = Instant::now() + PATIENCE;
        let mut content = 0;
        // The folder's watch begins a moment after the folder itself.
        while Instant::now() < deadline {
            content += 1;
            fs::write(&path, format!("x = {content}")).unwrap();
            if let Ok(report) = watched.reports.recv_timeout(Duration::from_millis(200)) {
                assert_eq!(report, [path]);
                return;
            }
        }
        panic!("no report");
    }
}
