//! What the files of the workspace name, open or not: read once, kept by their content, read again when files change.
//!
//! Holds the files as they are on disk. What the editor has open takes their place in the [`neighbourhood`](super::neighbourhood).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use rayon::prelude::*;

use super::workspace;
use crate::analysis::cache::Digest;
use crate::features::DocumentView;
use crate::template::SourceFile;

/// How many bytes of text are kept, at most. What lies beyond is not looked at.
const MOST_BYTES: u64 = 64 << 20;

/// The files of the workspace.
pub struct WorkspaceIndex {
    known: Mutex<Known>,
    /// Whether something on disk may have changed since.
    stale: AtomicBool,
}

#[derive(Default)]
struct Known {
    folders: Vec<PathBuf>,
    files: BTreeMap<PathBuf, KnownFile>,
}

/// Length and time of the last change, which tell cheaply that a file is the same.
type Stamp = (u64, Option<SystemTime>);

struct KnownFile {
    stamp: Stamp,
    digest: Digest,
    view: DocumentView,
}

impl Default for WorkspaceIndex {
    fn default() -> Self {
        Self { known: Mutex::default(), stale: AtomicBool::new(true) }
    }
}

impl WorkspaceIndex {
    /// Something on disk may have changed.
    pub fn invalidate(&self) {
        self.stale.store(true, Ordering::Release);
    }

    /// All tests, macro libraries and settings below the folders that version control does not ignore, by path. Reads those
    /// that changed; takes time in the order of their size, so run it off the message loop.
    pub fn files(&self, folders: &[PathBuf]) -> Vec<DocumentView> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_stale = self.stale.swap(false, Ordering::AcqRel);
        if is_stale || known.folders != folders {
            let before = std::mem::take(&mut known.files);
            known.files = read(folders, before);
            known.folders = folders.to_vec();
        }
        known.files.values().map(|file| file.view.clone()).collect()
    }
}

fn read(folders: &[PathBuf], mut before: BTreeMap<PathBuf, KnownFile>) -> BTreeMap<PathBuf, KnownFile> {
    let mut bytes = 0;
    let mut found: Vec<(PathBuf, Stamp, Option<KnownFile>)> = Vec::new();
    for path in folders.iter().flat_map(|folder| workspace::files(folder)).take(workspace::MOST_FILES) {
        let Ok(metadata) = path.metadata() else { continue };
        bytes += metadata.len();
        if bytes > MOST_BYTES {
            tracing::warn!("the workspace holds more than {MOST_BYTES} bytes of tests; the rest is not indexed");
            break;
        }
        let known = before.remove(&path);
        found.push((path, (metadata.len(), metadata.modified().ok()), known));
    }
    let files = found.into_par_iter().filter_map(|(path, stamp, known)| {
        let file = known_file(&path, stamp, known)?;
        Some((path, file))
    });
    files.collect()
}

/// The file as it is now; what is known of it, if it is the same.
fn known_file(path: &Path, stamp: Stamp, known: Option<KnownFile>) -> Option<KnownFile> {
    let known = match known {
        Some(known) if known.stamp == stamp && stamp.1.is_some() => return Some(known),
        known => known,
    };
    let text = fs::read_to_string(path).ok()?;
    let digest = Digest::of(&text);
    if let Some(known) = known.filter(|known| known.digest == digest) {
        return Some(KnownFile { stamp, ..known });
    }
    let name = path.display().to_string();
    let view = DocumentView::of_text(SourceFile { name, path: Some(path.to_owned()), text: text.into() });
    // Made here, where several threads work, and not when the first request asks for it.
    view.symbols();
    Some(KnownFile { stamp, digest, view })
}
