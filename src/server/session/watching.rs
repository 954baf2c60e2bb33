//! Watching the workspace's files, for clients that can't.

use std::path::Path;
use std::sync::PoisonError;

use super::Session;
use crate::watch;

impl Session {
    /// Watches the workspace's files for a client that can't, from now on and instead of what was watched before.
    pub fn watch_files(&self) {
        let session = self.clone();
        // Walking the folders takes time; nobody waits for it.
        self.shared.runtime.spawn_blocking(move || {
            let folders = session.state().folders.clone();
            let reporting = session.clone();
            match watch::watch(&folders, is_watched, move |paths| reporting.files_changed(paths)) {
                Ok(watcher) => {
                    *session.shared.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher);
                    // What changed before the watch stood was told by nobody.
                    session.judge_again(|_| true);
                }
                Err(error) => tracing::warn!(%error, "files are not watched"),
            }
        });
    }

    /// Watches the folders that the workspace has now, if files are watched by us.
    pub fn watch_files_anew(&self) {
        if self.shared.watcher.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            self.watch_files();
        }
    }
}

/// Whether a change of this file can matter.
fn is_watched(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml" || extension == "tera")
}
