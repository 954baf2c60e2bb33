//! The files that a run is reported to: those of the command line, and those that tests ask for in `[report]`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Performed, ReportTarget, store};
use crate::cli::output;
use crate::cli::paths::normalized;
use crate::config::TestConfig;
use crate::report::Style;
use crate::report::run::{RunDocument, RunFormat, Waterfalls};

/// Where a run is reported to.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    /// As the command line says. These may lie anywhere: who runs the tests named them.
    pub targets: Vec<ReportTarget>,
}

impl Outputs {
    /// Writes everything, and remembers the run.
    pub fn write(&self, performed: &Performed, current: &Path) -> Unwritten {
        let mut problems = Vec::new();
        let mut tell = |path: &Path, written: io::Result<()>| {
            if let Err(error) = written {
                problems.push(format!("can't write the report to `{}`: {error}", path.display()));
            }
        };
        let document = performed.document(current);
        for target in &self.targets {
            tell(&target.path, write_one(performed, &document, target.format, &current.join(&target.path)));
        }
        for (path, (format, tests, root)) in asked_for(performed) {
            if !lies_within(&path, &root) {
                let error = format!(
                    "it lies outside of the project `{}`; name it on the command line with `--report`",
                    root.display()
                );
                tell(&path, Err(io::Error::other(error)));
                continue;
            }
            let of_tests = performed.document(&root);
            let kept = of_tests.tests.into_iter().filter(|test| tests.contains(&test.id)).collect();
            tell(&path, write_one(performed, &RunDocument { tests: kept, ..of_tests }, format, &path));
        }
        let record = store::keep(performed, current).err();
        let record = record.map(|error| format!("the run is not remembered, {error}"));
        Unwritten { reports: problems, record }
    }
}

/// What could not be written, a line each.
pub struct Unwritten {
    /// Reports that somebody asked for.
    pub reports: Vec<String>,
    /// The run, among those that the project remembers. Nobody asked for it, so it changes no exit code.
    pub record: Option<String>,
}

impl Outputs {
    /// The files that all of this is written to, besides what a project remembers.
    pub fn paths(&self, performed: &Performed, current: &Path) -> Vec<PathBuf> {
        let named = self.targets.iter().map(|target| normalized(&current.join(&target.path)));
        named.chain(asked_for(performed).into_keys()).collect()
    }
}

fn write_one(performed: &Performed, document: &RunDocument, format: RunFormat, path: &Path) -> io::Result<()> {
    let mut text = Vec::new();
    match format {
        RunFormat::Html => {
            document.write_html(&Waterfalls::of(&performed.report, &performed.redaction), &mut text)?;
        }
        format => document.write(format, Style::default(), &mut text)?,
    }
    output::write_file(path, &text)
}

/// The files that tests ask for: in which format, of which tests, and in which project. Tests that name the same file share it.
fn asked_for(performed: &Performed) -> BTreeMap<PathBuf, (RunFormat, Vec<String>, PathBuf)> {
    let mut files: BTreeMap<PathBuf, (RunFormat, Vec<String>, PathBuf)> = BTreeMap::new();
    for test in &performed.report.tests {
        let root = crate::trace::recorded::root(&test.path);
        for (format, path) in reports_of(&test.analysis.config) {
            let entry = files.entry(normalized(&root.join(path))).or_insert((format, Vec::new(), root.clone()));
            entry.1.push(test.id.to_string());
        }
    }
    files
}

fn reports_of(config: &TestConfig) -> impl Iterator<Item = (RunFormat, &str)> {
    let outputs = config.report.iter().flat_map(|report| &report.outputs);
    outputs.filter_map(|output| {
        let format = match output.key.text.as_str() {
            "json" => RunFormat::Json,
            "junit" => RunFormat::Junit,
            "digest" => RunFormat::Digest,
            _ => return None,
        };
        output.value.known().filter(|path| !path.trim().is_empty()).map(|path| (format, path))
    })
}

/// Whether a file would come to lie in a folder, links followed: as far as the way to it exists, it must lead there.
fn lies_within(path: &Path, root: &Path) -> bool {
    let Ok(root) = fs::canonicalize(root) else { return false };
    let existing = path.ancestors().skip(1).find_map(|folder| fs::canonicalize(folder).ok());
    let is_link = fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_symlink());
    !is_link && existing.is_some_and(|existing| existing.starts_with(&root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_can_not_write_outside_of_its_project() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        fs::create_dir_all(root.join("sub")).unwrap();
        assert!(lies_within(&root.join("sub/new/report.json"), &root));
        assert!(!lies_within(&normalized(&root.join("sub/../../report.json")), &root));
        assert!(!lies_within(Path::new("/etc/report.json"), &root));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.path(), root.join("link")).unwrap();
            assert!(!lies_within(&root.join("link/report.json"), &root));
            std::os::unix::fs::symlink("/etc/passwd", root.join("report.json")).unwrap();
            assert!(!lies_within(&root.join("report.json"), &root));
        }
    }
}
