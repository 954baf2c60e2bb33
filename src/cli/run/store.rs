//! The runs that a project remembers: `.clnrm/runs/RUN/report.json`, and which one was the last.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Performed;
use crate::cli::output;
use crate::config::project::FILE_NAME;
use crate::executor::RunReport;
use crate::report::run::{RunDocument, RunFormat, TestDocument, Unreadable};
use crate::trace::read::{Collector, SpanReader};
use crate::trace::{Trace, recorded};

/// So many runs are kept, with all that they left.
const KEPT: usize = 20;

/// The document in the folder of a run.
const REPORT: &str = "report.json";

/// The spans among the artifacts of a scenario.
const SPANS: &str = "spans.jsonl";

/// Names the last run, in the folder of all runs.
const LAST: &str = "last";

/// A run that is remembered.
pub struct StoredRun {
    /// The root of its project: its paths are seen from there.
    pub root: PathBuf,
    /// Whether it is the last one.
    pub is_last: bool,
    /// What came out.
    pub document: RunDocument,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum Stored {
    /// Nothing ran yet.
    #[error("no run is recorded in `{0}`: `clnrm run` records each, in the project of its tests")]
    Nothing(PathBuf),
    /// There is none of this name.
    #[error("there is no run `{name}` and no such file; the last ones are {}", known.join(", "))]
    Unknown {
        /// As it was asked for.
        name: String,
        /// The last ones that there are.
        known: Vec<String>,
    },
    /// It can't be read.
    #[error("`{path}` can't be read: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is no report.
    #[error("`{path}` {error}")]
    NoReport {
        /// The file.
        path: PathBuf,
        /// Why.
        error: Unreadable,
    },
}

impl StoredRun {
    /// The file of one of its tests.
    pub fn file(&self, test: &TestDocument) -> PathBuf {
        let from_root = self.root.join(&test.path);
        let in_project = self.root.join(&test.file);
        if !from_root.is_file() && in_project.is_file() { in_project } else { from_root }
    }

    /// The spans of one of its tests, as far as they are still there: those among the artifacts of its scenarios, or those of the test's last run
    /// where this is it.
    pub fn trace(&self, test: &TestDocument) -> Option<Trace> {
        let folders = test.scenarios.iter().filter_map(|scenario| scenario.artifacts.as_ref());
        let files = folders.map(|folder| self.root.join(folder).join(SPANS)).filter(|file| file.is_file());
        let mut reader = SpanReader::new(Collector::default());
        let read = files.filter(|file| reader.read_path(file).is_ok()).count();
        if read > 0 {
            return Some(reader.into_sink().into_trace().0).filter(|trace| !trace.is_empty());
        }
        let last = self.is_last.then(|| recorded::file(&self.file(test))).flatten();
        last.and_then(|file| recorded::read(&file))
    }
}

/// Remembers a run in the projects of its tests and where it was started.
///
/// # Errors
/// Where a folder can't be written.
pub fn keep(performed: &Performed, current: &Path) -> io::Result<()> {
    let mut roots = roots(&performed.report);
    // Where the tests belong to no project, it is looked for from where they were run. Else nothing is left in a folder that is none.
    let here = recorded::root(&current.join("any"));
    let is_wanted = is_project(&here) || !roots.iter().all(|root| is_project(root));
    if is_wanted && !roots.contains(&here) {
        roots.push(here);
    }
    for root in roots {
        let runs = folder(&root);
        let run = &performed.report.run.0;
        let mut text = Vec::new();
        performed.document(&root).write(RunFormat::Json, crate::report::Style::default(), &mut text)?;
        let written = output::write_file(&runs.join(run).join(REPORT), &text)
            .and_then(|()| output::write_file(&runs.join(LAST), format!("{run}\n").as_bytes()));
        written
            .map_err(|error| io::Error::new(error.kind(), format!("`{}` can't be written: {error}", runs.display())))?;
        prune(&runs);
    }
    Ok(())
}

/// The run with this id, the one in this file, or the last one.
///
/// # Errors
/// Where there is none, or it can't be read.
pub fn find(name: Option<&str>, current: &Path) -> Result<StoredRun, Stored> {
    let root = recorded::root(&current.join("any"));
    let runs = folder(&root);
    let last = fs::read_to_string(runs.join(LAST)).ok().map(|text| text.trim().to_owned());
    let path = match name {
        None | Some("last") => match &last {
            Some(last) => runs.join(last).join(REPORT),
            None => return Err(Stored::Nothing(root)),
        },
        Some(name) => {
            let by_id = runs.join(name).join(REPORT);
            let by_path = current.join(name);
            // An id is a name, never a path.
            let is_id = !name.contains(['/', '\\']) && by_id.is_file();
            match (is_id, by_path.is_file()) {
                (true, _) => by_id,
                (false, true) => by_path,
                (false, false) => return Err(Stored::Unknown { name: name.to_owned(), known: known(&runs) }),
            }
        }
    };
    let text = fs::read_to_string(&path).map_err(|error| Stored::Io { path: path.clone(), error })?;
    let document = RunDocument::read(&text).map_err(|error| Stored::NoReport { path: path.clone(), error })?;
    let is_last = last.as_ref() == Some(&document.run);
    Ok(StoredRun { root, is_last, document })
}

fn folder(root: &Path) -> PathBuf {
    root.join(".clnrm").join("runs")
}

/// Whether somebody made a project of this folder, rather than a run before.
fn is_project(root: &Path) -> bool {
    [FILE_NAME, ".git"].iter().any(|mark| root.join(mark).exists())
}

/// The roots of the projects of all tests of a run.
fn roots(report: &RunReport) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = report.tests.iter().map(|test| recorded::root(&test.path)).collect();
    roots.sort();
    roots.dedup();
    roots
}

/// The ids of the runs, the last ones first.
fn known(runs: &Path) -> Vec<String> {
    let mut known = all(runs);
    known.reverse();
    known.truncate(5);
    known
}

/// The ids of all runs; they sort by time.
fn all(runs: &Path) -> Vec<String> {
    let entries = fs::read_dir(runs).into_iter().flatten().flatten();
    let finished = entries.filter(|entry| entry.path().join(REPORT).is_file());
    let mut all: Vec<String> = finished.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    all.sort();
    all
}

/// Removes the oldest runs. What can't be removed stays.
fn prune(runs: &Path) {
    let all = all(runs);
    for old in &all[..all.len().saturating_sub(KEPT)] {
        let _ = fs::remove_dir_all(runs.join(old));
    }
}
