//! One test, looked at: what is wrong with it, what it expects, what of it would run, and what all that depends on. Reads files and starts
//! nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Dependencies;
use crate::analysis::cache::RecordingLoader;
use crate::analysis::{AnalysisOptions, Analyzer, FileKind, StageDurations};
use crate::cli::discovery::Target;
use crate::cli::run::{Matcher, narrow};
use crate::cli::test_file::shown_source;
use crate::cli::{panics, paths, read};
use crate::executor::{ScenarioPlan, SelectedTest, Selection};
use crate::expectation::ExpectationTree;
use crate::report::{Checked, CheckedFile, Failure, FailureKind, Outcome};
use crate::template::SourceFile;
use crate::template::library::DiskLoader;
use crate::trace::recorded;
use crate::validation::Severity;

/// A file that is watched because it is, or may be, a test.
#[derive(Clone, Debug)]
pub struct Looked {
    /// How it is shown.
    pub shown: String,
    /// What its project says.
    pub options: Arc<AnalysisOptions>,
    /// What is wrong with it.
    pub checked: CheckedFile,
    /// What it expects; `None` where that is unclear.
    pub tree: Option<Arc<ExpectationTree>>,
    /// What of it is wanted. `None`: nothing, or it is no test.
    pub wanted: Option<SelectedTest>,
    /// What that means, where it is to run.
    pub plan: ScenarioPlan,
    /// Why no scenario of what is wanted can run; `None` where one can.
    pub unfit: Option<Unfit>,
    /// What it depends on.
    pub dependencies: Dependencies,
}

/// Why nothing of a test can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has mistakes that leave unclear what it says, or can't be read.
    Mistakes,
    /// Nobody asked, for tests are only checked.
    Unasked,
}

/// How tests are looked at; the same for all.
pub struct Looks<'a> {
    /// Analyses, and keeps renders.
    pub analyzer: &'a Analyzer,
    /// Which scenarios are wanted.
    pub matcher: &'a Matcher,
    /// Whether tests are to run, and not only to be checked.
    pub runs: bool,
    /// Where the user stands.
    pub current: &'a Path,
}

impl Looks<'_> {
    /// Looks at the file at `path`.
    pub fn at(&self, path: &Path, target: &Target, options: Arc<AnalysisOptions>) -> Looked {
        let text = match read::file(path) {
            Ok(text) => text,
            Err(failure) => return Looked::failed(target, options, failure),
        };
        let document = SourceFile { name: target.shown.clone(), path: Some(path.to_owned()), text };
        match panics::catch(|| self.at_document(path, target, &options, document)) {
            Ok(looked) => looked,
            Err(message) => {
                let message = format!("this is a mistake of clnrm, please report it: {message}");
                Looked::failed(target, options, Failure { kind: FailureKind::Internal, message, place: None })
            }
        }
    }

    fn at_document(
        &self,
        path: &Path,
        target: &Target,
        options: &Arc<AnalysisOptions>,
        document: SourceFile,
    ) -> Looked {
        let roots = options.roots.iter().cloned();
        let disk = if options.trusted { DiskLoader::trusted(roots) } else { DiskLoader::untrusted(roots) };
        let loader = RecordingLoader::new(&disk);
        // Where it is one of many, a library is checked by the tests that import it.
        let is_library = target.named && FileKind::of_name(path) == Some(FileKind::MacroLibrary);
        let analysis = match is_library {
            true => {
                let options = AnalysisOptions { libraries: true, ..(**options).clone() };
                self.analyzer.analyze_with(&document, &options, &loader)
            }
            false => self.analyzer.analyze_with(&document, options, &loader),
        };
        let is_test = analysis.kind == FileKind::Test;
        let test = is_test.then(|| SelectedTest {
            document: document.clone(),
            path: path.to_owned(),
            root: recorded::root(path),
            options: Arc::clone(options),
            scenarios: Selection::All,
        });
        let wanted = test.and_then(|test| narrow(test, self.matcher, self.analyzer, Some(&loader)));
        let plan = wanted
            .as_ref()
            .filter(|_| self.runs)
            .map(|test| ScenarioPlan::new(self.analyzer, std::slice::from_ref(test), Some(&loader)));
        let unfit = match &plan {
            None => Some(Unfit::Unasked),
            Some(plan) if plan.tests.iter().all(|test| test.is_invalid() || test.scenarios.is_empty()) => {
                Some(Unfit::Mistakes)
            }
            Some(_) => None,
        };
        let tree = is_test.then(|| Arc::new(ExpectationTree::new(&analysis.config)));
        let checked = Checked::new(analysis, |file| shown_source(file, &document, self.current));
        Looked {
            shown: target.shown.clone(),
            options: Arc::clone(options),
            checked: CheckedFile {
                path: target.shown.clone(),
                named: target.named,
                outcome: Outcome::Checked(checked),
            },
            tree,
            wanted,
            unfit,
            dependencies: Dependencies::of(loader.into_dependencies(), plan.as_ref()),
            plan: plan.unwrap_or_default(),
        }
    }
}

impl Looked {
    fn failed(target: &Target, options: Arc<AnalysisOptions>, failure: Failure) -> Self {
        Self {
            shown: target.shown.clone(),
            options,
            checked: CheckedFile { path: target.shown.clone(), named: target.named, outcome: Outcome::Failed(failure) },
            tree: None,
            wanted: None,
            plan: ScenarioPlan::default(),
            unfit: Some(Unfit::Mistakes),
            dependencies: Dependencies::default(),
        }
    }

    /// Whether it is a test, as far as that can be told.
    pub fn is_test(&self) -> bool {
        match &self.checked.outcome {
            Outcome::Checked(checked) => checked.kind == FileKind::Test,
            Outcome::Failed(_) => true,
        }
    }

    /// Whether it is watched for itself, and not only because tests may need it: something of it is wanted, or nothing can be told of it.
    pub fn is_meant(&self) -> bool {
        self.wanted.is_some()
            || !self.is_test() && self.is_wrong()
            || matches!(self.checked.outcome, Outcome::Failed(_))
    }

    /// Whether something is wrong with it that a check fails for.
    pub fn is_wrong(&self) -> bool {
        match &self.checked.outcome {
            Outcome::Checked(checked) => checked.count(Severity::Error) > 0,
            Outcome::Failed(_) => true,
        }
    }

    /// How long each stage took.
    pub fn durations(&self) -> StageDurations {
        match &self.checked.outcome {
            Outcome::Checked(checked) => checked.durations,
            Outcome::Failed(_) => StageDurations::default(),
        }
    }
}

/// The absolute path of a target.
pub fn place(path: &Path, current: &Path) -> PathBuf {
    paths::tidy(&current.join(path))
}
