//! One test with its expectations, from a file, from standard input or from a revision of git.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::input::InputOptions;
use super::settings::Projects;
use super::{paths, read};
use crate::analysis::revision::Revision;
use crate::analysis::{Analysis, AnalysisOptions, Analyzer, CacheLimits, FileKind, RenderCache};
use crate::expectation::ExpectationTree;
use crate::report::{Checked, CheckedFile, Failure, FailureKind, Outcome, Report, Source, Style};
use crate::template::SourceFile;
use crate::template::library::DiskLoader;
use crate::template::variables::Environment;
use crate::validation::{Level, Severity};

/// A test as it is read to be evaluated.
pub struct TestFile {
    /// How it is shown.
    pub shown: String,
    /// Its analysis.
    pub analysis: Analysis,
    /// What it expects.
    pub tree: ExpectationTree,
}

/// Why there is no test to evaluate.
#[derive(Debug)]
pub enum Unusable {
    /// It could not be read.
    Unreadable(Failure),
    /// It is no test.
    NoTest(FileKind),
    /// It has mistakes that leave unclear what it expects.
    Broken(Box<CheckedFile>),
}

impl TestFile {
    /// Reads the test that `argument` names.
    pub fn read(argument: &Path, input: &InputOptions, current: &Path) -> Result<Self, Unusable> {
        let revision = Revision::of(argument);
        let shown = match (&revision, &input.stdin_filename) {
            (None, Some(name)) if argument.as_os_str() == "-" => paths::shown(name, current),
            (None, None) if argument.as_os_str() == "-" => "<stdin>".to_owned(),
            _ => paths::shown(&paths::tidy(argument), current),
        };
        let (text, path) = match &revision {
            Some(revision) => {
                let bytes = revision.read(current).map_err(|error| {
                    let kind = FailureKind::NotFound;
                    Unusable::Unreadable(Failure { kind, message: error.to_string(), place: None })
                })?;
                (read::text(&bytes), revision.path_on_disk(current))
            }
            None if argument.as_os_str() == "-" => (read::stdin(), input.stdin_filename.clone()),
            None => (read::file(argument), Some(argument.to_path_buf())),
        };
        let text = text.map_err(Unusable::Unreadable)?;
        Self::of_text(shown, path, text, revision.as_ref(), input, current)
    }

    /// The test with this text in place of what stands at its path.
    pub fn with_text(&self, text: &str, input: &InputOptions, current: &Path) -> Result<Self, Unusable> {
        let path = self.analysis.files.first().and_then(|file| file.path.clone());
        Self::of_text(self.shown.clone(), path, text.into(), None, input, current)
    }

    fn of_text(
        shown: String,
        path: Option<PathBuf>,
        text: Arc<str>,
        revision: Option<&Revision>,
        input: &InputOptions,
        current: &Path,
    ) -> Result<Self, Unusable> {
        let path = path.map(|path| paths::tidy(&current.join(path)));
        let near: PathBuf = path.clone().unwrap_or_else(|| current.join("stdin"));
        let base = AnalysisOptions {
            trusted: !input.untrusted,
            overrides: input.variables.iter().cloned().collect(),
            roots: paths::roots(std::slice::from_ref(&near), current),
            ..AnalysisOptions::default()
        };
        let options = Projects::new(base, current).options(&near);
        let document = SourceFile { name: shown.clone(), path, text };
        let analysis = analyze(&document, &options, revision, current);
        if analysis.kind != FileKind::Test {
            return Err(Unusable::NoTest(analysis.kind));
        }
        let is_unclear = |found: &&crate::analysis::Diagnostic| {
            found.severity == Severity::Error && found.rule.level() == Level::Syntax
        };
        if analysis.diagnostics.iter().any(|found| is_unclear(&found)) {
            let checked = Checked::new(analysis, |file| shown_source(file, &document, current));
            let outcome = Outcome::Checked(checked);
            return Err(Unusable::Broken(Box::new(CheckedFile { path: shown, named: true, outcome })));
        }
        let tree = ExpectationTree::new(&analysis.config);
        Ok(Self { shown, analysis, tree })
    }

    /// The text of the document, with its lines.
    pub fn source(&self) -> Source {
        let text = self.analysis.files.first().map(|file| file.text.clone()).unwrap_or_default();
        Source::new(self.shown.clone(), false, text)
    }

    /// How a file of the test's render is shown.
    pub fn shown_source(&self, file: &SourceFile, current: &Path) -> String {
        match self.analysis.files.first() {
            Some(document) => shown_source(file, document, current),
            None => file.name.clone(),
        }
    }
}

fn analyze(document: &SourceFile, options: &AnalysisOptions, revision: Option<&Revision>, current: &Path) -> Analysis {
    let analyzer = Analyzer::new(Environment::process(), RenderCache::in_memory(CacheLimits::default()));
    match revision {
        None => analyzer.analyze(document, options),
        Some(revision) => {
            let roots = options.roots.iter().cloned();
            let loader = if options.trusted { DiskLoader::trusted(roots) } else { DiskLoader::untrusted(roots) };
            let loader = loader.with_buffers(revision.templates(&document.text, current));
            analyzer.analyze_with(document, options, &loader)
        }
    }
}

fn shown_source(file: &SourceFile, document: &SourceFile, current: &Path) -> String {
    match &file.path {
        _ if Arc::ptr_eq(&file.text, &document.text) => document.name.clone(),
        Some(path) => paths::shown(path, current),
        None => format!("<built-in>/{}", file.name),
    }
}

impl Unusable {
    /// Tells on standard error why nothing can be done with the test at `shown`.
    pub fn tell(self, shown: &Path, color: clap::ColorChoice) {
        let file = match self {
            Self::Broken(file) => *file,
            Self::Unreadable(failure) => failed(shown, failure),
            Self::NoTest(kind) => {
                let what = crate::report::not_judged(kind).unwrap_or("is no test");
                failed(shown, Failure { kind: FailureKind::Unreadable, message: what.to_owned(), place: None })
            }
        };
        let color = super::output::color(color, &std::io::stderr());
        let style = Style { color, width: super::output::width(), quiet: true, ..Style::default() };
        let report = Report { files: vec![file], strict: false, timing: None, style };
        let mut text = Vec::new();
        // A vector takes everything.
        let _ = report.write(crate::report::Format::Human, &mut text);
        super::output::write_stderr(&text);
    }
}

fn failed(shown: &Path, failure: Failure) -> CheckedFile {
    CheckedFile { path: shown.display().to_string(), named: true, outcome: Outcome::Failed(failure) }
}
