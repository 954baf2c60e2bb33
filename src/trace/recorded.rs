//! Where the spans of a test's last run are kept, for all who want to know them without running it again.
//!
//! A project keeps them in `.clnrm/traces/`, in a file for each test at the same place as the test in the project.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Trace;
use super::read::{Collector, read_path};

/// Where a project keeps traces, from its root.
const FOLDER: [&str; 2] = [".clnrm", "traces"];

/// What is added to the name of the test.
const EXTENSION: &str = ".spans.jsonl";

/// What the root of a project holds.
const ROOT_MARKS: [&str; 3] = ["cleanroom.toml", ".clnrm", ".git"];

/// Recorded files longer than this, in bytes, are not read for what an editor shows.
const LARGEST: u64 = 32 << 20;

/// Where the spans of the last run of `test` are kept, whether they are there or not. The project's root is the nearest
/// folder above the test with a `cleanroom.toml`, a `.clnrm` or a `.git`, else the test's own.
pub fn file(test: &Path) -> Option<PathBuf> {
    let root = root(test);
    let mut name: OsString = test.strip_prefix(&root).ok()?.into();
    name.push(EXTENSION);
    Some(root.join(FOLDER[0]).join(FOLDER[1]).join(name))
}

/// The root of the project that a test belongs to.
pub fn root(test: &Path) -> PathBuf {
    let folder = test.parent().unwrap_or(test);
    let is_root = |folder: &&Path| ROOT_MARKS.iter().any(|mark| folder.join(mark).exists());
    folder.ancestors().find(is_root).unwrap_or(folder).to_path_buf()
}

/// The spans in `file`, if it is there and not too long to be read in passing. What can't be read of it is left out: whoever
/// judges by it reads it for themselves and says so.
pub fn read(file: &Path) -> Option<Trace> {
    let is_small = file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST);
    is_small.then_some(())?;
    let mut collector = Collector::default();
    read_path(file, &mut collector).ok()?;
    let (trace, _) = collector.into_trace();
    (!trace.is_empty()).then_some(trace)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn traces_stand_at_the_place_of_their_test_in_the_project() {
        let project = tempfile::tempdir().unwrap();
        let root = project.path();
        fs::create_dir_all(root.join("tests/api")).unwrap();
        fs::write(root.join("cleanroom.toml"), "").unwrap();
        let file = file(&root.join("tests/api/login.clnrm.toml.tera")).unwrap();
        assert_eq!(file, root.join(".clnrm/traces/tests/api/login.clnrm.toml.tera.spans.jsonl"));
        assert!(read(&file).is_none());
    }
}
