//! The settings of the project that a file belongs to: the nearest `cleanroom.toml` in its directory or above it, up to
//! the root of the workspace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::paths::{shown, tidy};
use super::read;
use crate::analysis::AnalysisOptions;
use crate::config::ShapeProblemKind;
use crate::config::project::{FILE_NAME, ParsedProject, parse};
use crate::report::{Failure, FailureKind};
use crate::text::{LineIndex, Span};
use crate::validation::Severities;
use crate::validation::severities::SettingError;

/// What was wrong with the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Files that say nothing that could be used, with the path to show.
    pub failures: Vec<(String, Failure)>,
    /// Lines that are passed over: `path:line:column: message`.
    pub warnings: Vec<String>,
}

/// Finds the options of each file's project. Each file of settings is read once.
pub struct Projects<'a> {
    base: Arc<AnalysisOptions>,
    current: &'a Path,
    by_directory: BTreeMap<PathBuf, Arc<AnalysisOptions>>,
    problems: Problems,
}

impl<'a> Projects<'a> {
    /// Projects whose settings are added to `base`.
    pub fn new(base: AnalysisOptions, current: &'a Path) -> Self {
        Self { base: Arc::new(base), current, by_directory: BTreeMap::new(), problems: Problems::default() }
    }

    /// The options for the file at `path`.
    pub fn options(&mut self, path: &Path) -> Arc<AnalysisOptions> {
        let path = tidy(&self.current.join(path));
        self.of_directory(path.parent().unwrap_or(&path))
    }

    /// What was wrong in the settings.
    pub fn into_problems(self) -> Problems {
        self.problems
    }

    fn of_directory(&mut self, directory: &Path) -> Arc<AnalysisOptions> {
        if let Some(options) = self.by_directory.get(directory) {
            return options.clone();
        }
        let file = directory.join(FILE_NAME);
        let options = if file.is_file() {
            self.read(&file)
        } else {
            match directory.parent() {
                // Directories above the roots belong to somebody else.
                Some(parent) if self.base.roots.iter().any(|root| parent.starts_with(root)) => {
                    self.of_directory(parent)
                }
                _ => self.base.clone(),
            }
        };
        self.by_directory.insert(directory.to_path_buf(), options.clone());
        options
    }

    fn read(&mut self, file: &Path) -> Arc<AnalysisOptions> {
        let path = shown(file, self.current);
        let read = read::file(file).and_then(|text| severities(&text));
        let (severities, warnings) = match read {
            Ok(read) => read,
            Err(failure) => {
                self.problems.failures.push((path, failure));
                return self.base.clone();
            }
        };
        self.problems.warnings.extend(warnings.into_iter().map(|warning| format!("`{path}:{warning}")));
        if severities == self.base.severities {
            return self.base.clone();
        }
        Arc::new(AnalysisOptions { severities, ..(*self.base).clone() })
    }
}

/// Reads `[lint]`, one severity for each rule; with a warning (``line:column`: message``) for each line that can't be used.
fn severities(text: &str) -> Result<(Severities, Vec<String>), Failure> {
    let ParsedProject { settings, syntax, shape } = parse(text);
    let lines = LineIndex::new(text);
    if let Some(error) = syntax.first() {
        let place = Some((lines.position(text, error.span.start), error.span.start));
        return Err(Failure { kind: FailureKind::Unreadable, message: "is no TOML from here on".to_owned(), place });
    }
    let mut severities = Severities::default();
    let mut warnings: Vec<(Span, String)> = Vec::new();
    for problem in shape {
        let path = problem.path;
        let message = match problem.kind {
            ShapeProblemKind::UnknownKey { key, suggestion: Some(near), .. } => {
                format!("unknown key `{key}`; did you mean `{near}`?")
            }
            ShapeProblemKind::UnknownKey { key, .. } => format!("unknown key `{key}`"),
            ShapeProblemKind::WrongType { expected, found, .. } => format!("`{path}` is {found}, not {expected}"),
            _ => format!("`{path}` can't have this value"),
        };
        warnings.push((problem.span, message));
    }
    for setting in &settings.lint {
        // A value of another type is told by its shape.
        let Some(severity) = setting.value.known() else { continue };
        match severities.set(&setting.key.text, severity) {
            Ok(()) => {}
            Err(error @ SettingError::UnknownRule { suggestion: Some(near), .. }) => {
                warnings.push((setting.key.span, format!("{error}; did you mean `{near}`?")));
            }
            Err(error) => warnings.push((setting.key.span, error.to_string())),
        }
    }
    warnings.sort_by_key(|(span, _)| *span);
    let told = warnings.into_iter().map(|(span, message)| {
        let place = lines.position(text, span.start);
        format!("{}:{}`: {message}", place.line, place.column)
    });
    Ok((severities, told.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_can_not_be_used_is_passed_over_with_a_warning() {
        let text =
            "[project]\nname = \"x\"\n\n[lint]\norphan-servce = \"off\"\nunused-service = 3\nbroad-glob = \"off\"\n";
        let (severities, warnings) = severities(text).unwrap();
        let rule = crate::validation::catalogue::rule("broad-glob").unwrap();
        assert!(severities.is_off(rule));
        assert_eq!(warnings.len(), 2);
        assert_eq!(warnings[0], "5:1`: there is no rule `orphan-servce`; did you mean `orphan-service`?");
        assert_eq!(warnings[1], "6:18`: `lint.unused-service` is an integer, not a text");
    }

    #[test]
    fn settings_that_are_no_toml_have_a_place() {
        let failure = severities("[lint\n").unwrap_err();
        assert_eq!(failure.message, "is no TOML from here on");
        assert_eq!(failure.place.map(|(place, _)| place.line), Some(1));
    }
}
