//! The spans of each test's last run, as far as they are recorded; read again when the file has changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::session::State;
use crate::features::known_spans::KnownSpans;
use crate::trace::{Trace, recorded};

/// What is known of recorded runs.
#[derive(Debug, Default)]
pub struct Recorded {
    read: Mutex<HashMap<PathBuf, (SystemTime, Arc<Run>)>>,
}

/// A recorded run.
#[derive(Debug, Default)]
pub struct Run {
    /// What features know of its spans.
    pub known: Arc<KnownSpans>,
    /// The spans.
    pub trace: Arc<Trace>,
}

/// Where the spans of the last run of a test may be looked for: not outside of a workspace that is not trusted.
pub fn place(state: &State, test: &Path) -> Option<PathBuf> {
    let file = recorded::file(test)?;
    let is_inside = state.folders.iter().any(|folder| file.starts_with(folder));
    (state.trusted || is_inside).then_some(file)
}

impl Recorded {
    /// The run in a file of [`place`]; one without spans where there is no such file. Reads it where it has changed, so never call it
    /// on the message loop.
    pub fn run(&self, file: &Path) -> Arc<Run> {
        let Ok(modified) = file.metadata().and_then(|metadata| metadata.modified()) else { return Arc::default() };
        let known = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(file).cloned();
        if let Some((at, run)) = known
            && at == modified
        {
            return run;
        }
        let trace = recorded::read(file).unwrap_or_default();
        let run = Arc::new(Run { known: Arc::new(KnownSpans::of(&trace)), trace: Arc::new(trace) });
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(file.to_path_buf(), (modified, Arc::clone(&run)));
        run
    }
}
