//! What the expectations of a document are compared with: the text as it was saved last, or as git's `HEAD` has it.
//!
//! Git is asked in trusted workspaces only, never while a message is handled, and again only when a commit or a checkout
//! can have changed its answer.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::Deserialize;

use super::judge::Judge;
use super::session::Snapshot;
use crate::analysis::Analysis;
use crate::analysis::revision::Revision;
use crate::expectation::ExpectationTree;
use crate::features::{Written, expectation_changes};

/// Which earlier text expectations are compared with, as settings spell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaselineSetting {
    /// The saved text while the document differs from it, else `HEAD`.
    #[default]
    Auto,
    /// The saved text.
    Saved,
    /// The text that git's `HEAD` has.
    Head,
    /// None: no comparison.
    Off,
}

/// An earlier text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Baseline {
    /// As it was saved last.
    Saved,
    /// As git's `HEAD` has it.
    Head,
}

impl Baseline {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Saved => "the saved file",
            Self::Head => "HEAD",
        }
    }
}

/// The expectations of earlier texts, read once.
#[derive(Debug, Default)]
pub struct Baselines {
    known: Mutex<HashMap<(PathBuf, Baseline), Known>>,
}

#[derive(Clone, Debug)]
struct Known {
    stamps: Vec<Option<SystemTime>>,
    earlier: Option<Arc<Earlier>>,
}

/// An earlier text, as far as its expectations go.
#[derive(Debug)]
pub struct Earlier {
    /// What it expects.
    pub tree: ExpectationTree,
    /// Its analysis, which knows the places of its expectations.
    pub analysis: Arc<Analysis>,
}

impl Baselines {
    /// The expectations to compare those of a document with, and where they are from. `None`: there is no such text, or it is
    /// broken. Takes the time of an analysis, and of git, where they are not known yet.
    pub fn of(&self, snapshot: &Snapshot, judge: &Judge) -> Option<(Baseline, Arc<Earlier>)> {
        let path = snapshot.path.as_deref()?;
        let is_saved = || fs::read_to_string(path).is_ok_and(|saved| saved == **snapshot.written.text());
        let baseline = match snapshot.settings.baseline {
            BaselineSetting::Off => return None,
            BaselineSetting::Saved => Baseline::Saved,
            BaselineSetting::Head => Baseline::Head,
            BaselineSetting::Auto if is_saved() => Baseline::Head,
            BaselineSetting::Auto => Baseline::Saved,
        };
        let stamps = match baseline {
            Baseline::Saved => vec![modified(path)],
            Baseline::Head => {
                let git = git_folder(path).filter(|_| snapshot.trusted)?;
                ["HEAD", "logs/HEAD"].map(|file| modified(&git.join(file))).to_vec()
            }
        };
        let key = (path.to_path_buf(), baseline);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let known = match known.filter(|known| known.stamps == stamps) {
            Some(known) => known,
            None => {
                let earlier = earlier(snapshot, path, baseline).and_then(|earlier| {
                    let judged = judge.judge(&earlier);
                    let tree = expectation_changes::expectations(&judged.analysis)?;
                    Some(Arc::new(Earlier { tree, analysis: judged.analysis }))
                });
                let known = Known { stamps, earlier };
                self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, known.clone());
                known
            }
        };
        Some((baseline, known.earlier?))
    }

    /// Forgets what is known of a document.
    pub fn forget(&self, path: &Path) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _), _| known != path);
    }
}

/// The document as it was, with the templates of that time around it.
fn earlier(snapshot: &Snapshot, path: &Path, baseline: Baseline) -> Option<Snapshot> {
    let mut earlier = snapshot.clone();
    match baseline {
        Baseline::Saved => {
            earlier.written = Written::new(fs::read_to_string(path).ok()?.into());
            earlier.buffers.clear();
        }
        Baseline::Head => {
            let folder = path.parent()?;
            let revision = Revision { name: "HEAD".to_owned(), path: format!("./{}", path.file_name()?.to_str()?) };
            let text = String::from_utf8(revision.read(folder).ok()?).ok()?;
            let templates = revision.templates(&text, folder);
            earlier.buffers = templates.into_iter().map(|(path, text)| (path, Written::new(text))).collect();
            earlier.written = Written::new(text.into());
        }
    }
    Some(earlier)
}

/// When a file was changed last; `None`: it is not there.
fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// Where git keeps the state of the working tree that holds `path`.
fn git_folder(path: &Path) -> Option<PathBuf> {
    let git = path.ancestors().skip(1).map(|folder| folder.join(".git")).find(|git| git.exists())?;
    if git.is_dir() {
        return Some(git);
    }
    // In a linked working tree it is a file that names the folder.
    let named = fs::read_to_string(&git).ok()?;
    Some(git.parent()?.join(named.strip_prefix("gitdir:")?.trim()))
}
