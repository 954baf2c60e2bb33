//! One test with its expectations, from a file, from standard input or from a revision of git.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::input::InputOptions;
use super::settings::Projects;
use super::{paths, read};
use crate::analysis::revision::Revision;
use crate::analysis::{Analysis, AnalysisOptions, Analyzer, CacheLimits, CacheStatistics, FileKind, RenderCache};
use crate::expectation::ExpectationTree;
use crate::report::{Checked, CheckedFile, Failure, FailureKind, Outcome, Report, Source, Style};
use crate::template::library::DiskLoader;
use crate::template::variables::{Environment, Variables};
use crate::template::{Rendered, SourceFile};
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
        Self::of_document(TestDocument::read(argument, input, current)?, current)
    }

    /// The test with this text in place of what stands at its path.
    pub fn with_text(&self, text: &str, input: &InputOptions, current: &Path) -> Result<Self, Unusable> {
        let path = self.analysis.files.first().and_then(|file| file.path.clone());
        Self::of_document(TestDocument::new(self.shown.clone(), path, text.into(), None, input, current), current)
    }

    fn of_document(test: TestDocument, current: &Path) -> Result<Self, Unusable> {
        let analysis = test.analyze(current);
        let TestDocument { document, .. } = test;
        if analysis.kind != FileKind::Test {
            return Err(Unusable::NoTest(analysis.kind));
        }
        let is_unclear = |found: &&crate::analysis::Diagnostic| {
            found.severity == Severity::Error && found.rule.level() == Level::Syntax
        };
        if analysis.diagnostics.iter().any(|found| is_unclear(&found)) {
            return Err(Unusable::broken(analysis, &document, current));
        }
        let tree = ExpectationTree::new(&analysis.config);
        Ok(Self { shown: document.name, analysis, tree })
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

/// A file that is to be read as a test, with the options of its project.
pub struct TestDocument {
    /// The document; its name is how it is shown.
    pub document: SourceFile,
    options: Arc<AnalysisOptions>,
    revision: Option<Revision>,
}

impl TestDocument {
    /// Reads the file that `argument` names, whatever it is.
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
        Ok(Self::new(shown, path, text, revision, input, current))
    }

    fn new(
        shown: String,
        path: Option<PathBuf>,
        text: Arc<str>,
        revision: Option<Revision>,
        input: &InputOptions,
        current: &Path,
    ) -> Self {
        let path = path.map(|path| paths::tidy(&current.join(path)));
        let near: PathBuf = path.clone().unwrap_or_else(|| current.join("stdin"));
        let base = AnalysisOptions {
            trusted: !input.untrusted,
            overrides: input.variables.iter().cloned().collect(),
            roots: paths::roots(std::slice::from_ref(&near), current, !input.untrusted),
            ..AnalysisOptions::default()
        };
        let options = Projects::new(base, current).options(&near);
        Self { document: SourceFile { name: shown, path, text }, options, revision }
    }

    fn analyze(&self, current: &Path) -> Analysis {
        match self.revision {
            None => analyzer().analyze(&self.document, &self.options),
            Some(_) => analyzer().analyze_with(&self.document, &self.options, &self.loader(current)),
        }
    }

    /// What the whole document renders to, expressions inside of strings included, and the variables that it sees.
    pub fn render(&self, current: &Path) -> (Rendered, Variables) {
        let (analyzer, loader) = (analyzer(), self.loader(current));
        (
            analyzer.render(&self.document, &self.options, &loader),
            analyzer.variables(&self.document, &self.options, &loader),
        )
    }

    /// How the cache of renders does when the document is analyzed once. A file without template tags is not rendered, and not looked for.
    pub fn cache_statistics(&self, current: &Path) -> CacheStatistics {
        let analyzer = analyzer();
        analyzer.analyze_with(&self.document, &self.options, &self.loader(current));
        analyzer.cache().statistics()
    }

    /// What is wrong with it, for people.
    pub fn unusable(self, current: &Path) -> Unusable {
        Unusable::broken(self.analyze(current), &self.document, current)
    }

    fn loader(&self, current: &Path) -> DiskLoader {
        let roots = self.options.roots.iter().cloned();
        let loader = if self.options.trusted { DiskLoader::trusted(roots) } else { DiskLoader::untrusted(roots) };
        match &self.revision {
            None => loader,
            Some(revision) => loader.with_buffers(revision.templates(&self.document.text, current)),
        }
    }
}

fn analyzer() -> Analyzer {
    Analyzer::new(Environment::process(), RenderCache::in_memory(CacheLimits::default()))
}

/// How a file of the render of `document` is shown.
pub fn shown_source(file: &SourceFile, document: &SourceFile, current: &Path) -> String {
    match &file.path {
        _ if Arc::ptr_eq(&file.text, &document.text) => document.name.clone(),
        Some(path) => paths::shown(path, current),
        None => format!("<built-in>/{}", file.name),
    }
}

impl Unusable {
    fn broken(analysis: Analysis, document: &SourceFile, current: &Path) -> Self {
        let path = document.name.clone();
        let checked = Checked::new(analysis, |file| shown_source(file, document, current));
        Self::Broken(Box::new(CheckedFile { path, named: true, outcome: Outcome::Checked(checked) }))
    }

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
