//! The dry run: everything that can be known about a test without a container, as one verdict with the time of each stage.
//! A door to the pipeline for those who want a verdict and not an editor's worth of detail; it adds no check of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use super::{Analysis, AnalysisOptions, Analyzer, Diagnostic, StageDurations};
use crate::template::SourceFile;
use crate::validation::Severity;

/// Validates tests without running them: render → parse → semantic → structure → expectations.
#[derive(Clone)]
pub struct DryRunValidator {
    analyzer: Arc<Analyzer>,
    options: AnalysisOptions,
}

impl DryRunValidator {
    /// A validator that shares the analyzer, and with it the cache of renders, with others.
    pub fn new(analyzer: Arc<Analyzer>, options: AnalysisOptions) -> Self {
        Self { analyzer, options }
    }

    /// Validates the file at `path`. Fails only where the file can't be read as UTF-8 text.
    pub fn validate(&self, path: &Path) -> io::Result<DryRun> {
        let text = fs::read_to_string(path)?;
        let name = path.to_string_lossy().into_owned();
        Ok(self.validate_document(&SourceFile { name, path: Some(path.to_owned()), text: text.into() }))
    }

    /// Validates a text that need not be saved.
    pub fn validate_document(&self, document: &SourceFile) -> DryRun {
        DryRun { analysis: self.analyzer.analyze(document, &self.options) }
    }
}

/// The verdict on one test.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// All that was found.
    pub analysis: Analysis,
}

impl DryRun {
    /// Whether the test can work as written: no finding is an error.
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    /// The errors, by place.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.of(Severity::Error)
    }

    /// The warnings, by place.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.of(Severity::Warning)
    }

    /// How long each stage took.
    pub const fn durations(&self) -> StageDurations {
        self.analysis.durations
    }

    /// How long all stages together took.
    pub fn total(&self) -> Duration {
        self.analysis.durations.total()
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Diagnostic> {
        self.analysis.diagnostics.iter().filter(move |diagnostic| diagnostic.severity == severity)
    }
}
