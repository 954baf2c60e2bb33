//! The settings of the projects that the checked files belong to. Each `cleanroom.toml` is looked for and read once; which
//! one counts and what it says is found out by `analysis::project`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::paths::{shown, tidy};
use super::read;
use crate::analysis::project::{self, Project};
use crate::analysis::{AnalysisOptions, Diagnostic};
use crate::config::project::FILE_NAME;
use crate::report::{Failure, FailureKind};
use crate::template::SourceFile;
use crate::text::LineIndex;
use crate::validation::{Level, Severity};

/// What was wrong with the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Files that say nothing that could be used, with the path to show.
    pub failures: Vec<(String, Failure)>,
    /// Lines that are passed over, with the path to show: ``path:line:column`: message``.
    pub warnings: Vec<(String, String)>,
}

/// Finds the options of each file's project. Each file of settings is read once.
pub struct Projects<'a> {
    base: Arc<AnalysisOptions>,
    current: &'a Path,
    by_directory: BTreeMap<PathBuf, Arc<AnalysisOptions>>,
    /// By the path of the settings; `None` where there are none.
    by_settings: BTreeMap<PathBuf, Option<Arc<AnalysisOptions>>>,
    problems: Problems,
}

impl<'a> Projects<'a> {
    /// Projects whose settings are added to `base`.
    pub fn new(base: AnalysisOptions, current: &'a Path) -> Self {
        Self {
            base: Arc::new(base),
            current,
            by_directory: BTreeMap::new(),
            by_settings: BTreeMap::new(),
            problems: Problems::default(),
        }
    }

    /// The options for the file at `path`.
    pub fn options(&mut self, path: &Path) -> Arc<AnalysisOptions> {
        let path = tidy(&self.current.join(path));
        let directory = path.parent().unwrap_or(&path);
        if let Some(options) = self.by_directory.get(directory) {
            return options.clone();
        }
        let base = Arc::clone(&self.base);
        let found = project::nearest(&path, &base.roots, base.trusted, |file| self.read(file));
        let options = found.map_or(base, |(_, options)| options);
        self.by_directory.insert(directory.to_path_buf(), options.clone());
        options
    }

    /// What was wrong in the settings.
    pub fn into_problems(self) -> Problems {
        self.problems
    }

    /// The options that the settings at `file` give; `None` where there are none.
    fn read(&mut self, file: &Path) -> Option<Arc<AnalysisOptions>> {
        if let Some(known) = self.by_settings.get(file) {
            return known.clone();
        }
        let readable = project::is_readable(file, &self.base.roots, self.base.trusted);
        let options = readable.then(|| self.options_of(file));
        self.by_settings.insert(file.to_path_buf(), options.clone());
        options
    }

    fn options_of(&mut self, file: &Path) -> Arc<AnalysisOptions> {
        let path = shown(file, self.current);
        let text = match read::file(file) {
            Ok(text) => text,
            Err(failure) => {
                self.problems.failures.push((path, failure));
                return self.base.clone();
            }
        };
        let project = Project::of_text(&text);
        let options = match project == Project::default() {
            true => self.base.clone(),
            false => Arc::new(project.apply((*self.base).clone())),
        };
        let document = SourceFile { name: FILE_NAME.to_owned(), path: Some(file.to_path_buf()), text };
        self.tell(&path, &document.text, &project::analyze(&document, &options).diagnostics);
        options
    }

    /// Keeps what is wrong with settings: as a failure where they are no TOML, else as warnings.
    fn tell(&mut self, path: &str, text: &str, diagnostics: &[Diagnostic]) {
        let lines = LineIndex::new(text);
        let is_syntax = |it: &&Diagnostic| it.rule.level() == Level::Syntax && it.severity == Severity::Error;
        if let Some(error) = diagnostics.iter().find(is_syntax) {
            let place = Some((lines.position(text, error.span.start), error.span.start));
            let message = format!("is no TOML: {}", error.message);
            self.problems.failures.push((path.to_owned(), Failure { kind: FailureKind::Unreadable, message, place }));
            return;
        }
        for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.severity <= Severity::Warning) {
            let place = lines.position(text, diagnostic.span.start);
            let help = diagnostic.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            let message = format!("`{path}:{}:{}`: {}{help}", place.line, place.column, diagnostic.message);
            self.problems.warnings.push((path.to_owned(), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Problems {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), text).unwrap();
        let base = AnalysisOptions { roots: vec![folder.path().to_owned()], ..AnalysisOptions::default() };
        let mut projects = Projects::new(base, folder.path());
        projects.options(Path::new("a.clnrm.toml"));
        projects.into_problems()
    }

    #[test]
    fn a_line_that_can_not_be_used_is_passed_over_with_a_warning() {
        let text =
            "[project]\nname = \"x\"\n\n[lint]\norphan-servce = \"off\"\nunused-service = 3\nbroad-glob = \"off\"\n";
        let warnings: Vec<_> = problems(text).warnings.into_iter().map(|(_, warning)| warning).collect();
        insta::assert_snapshot!(warnings.join("\n"), @r"
        `cleanroom.toml:5:1`: there is no rule `orphan-servce`; did you mean `orphan-service`?
        `cleanroom.toml:6:18`: `lint.unused-service` wants a text, not an integer
        ");
    }

    #[test]
    fn settings_that_are_no_toml_have_a_place() {
        let problems = problems("[lint\n");
        let [(path, failure)] = problems.failures.as_slice() else { panic!("{problems:?}") };
        assert_eq!((path.as_str(), failure.place.map(|(place, _)| place.line)), (FILE_NAME, Some(1)));
        assert!(failure.message.starts_with("is no TOML: "), "{}", failure.message);
    }
}
