//! One checked file as reports need it: lean enough to keep ten thousand of them.

use std::sync::Arc;

use crate::analysis::{Analysis, Diagnostic, FileKind, StageDurations};
use crate::template::{FileId, SourceFile};
use crate::text::{LineColumn, LineIndex, Span};
use crate::validation::Severity;

/// One file and what became of it.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    /// The path to show, with `/` between its parts.
    pub path: String,
    /// Whether the user named this very file, rather than a directory that holds it.
    pub named: bool,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was read and analysed.
    Checked(Checked),
    /// It could not be checked.
    Failed(Failure),
}

/// The result of a check, without what only editors need.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What the file is.
    pub kind: FileKind,
    /// All findings, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the findings point into, by [`FileId`]; empty where nothing was found.
    pub sources: Vec<Source>,
    /// How long each stage took.
    pub durations: StageDurations,
}

/// A text that findings point into.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path to show.
    pub path: String,
    /// Whether the text is part of this program and no file.
    pub built_in: bool,
    /// The text.
    pub text: Arc<str>,
    /// Its lines.
    pub lines: LineIndex,
}

impl Source {
    /// `text` under the name `path`.
    pub fn new(path: String, built_in: bool, text: Arc<str>) -> Self {
        let lines = LineIndex::new(&text);
        Self { path, built_in, text, lines }
    }

    /// The line and column of a byte offset.
    pub fn position(&self, offset: usize) -> LineColumn {
        self.lines.position(&self.text, offset)
    }

    /// The text of the line that holds `offset`, without its end.
    pub fn line_at(&self, offset: usize) -> &str {
        let line = self.lines.line(offset);
        self.lines.line_span(&self.text, line).slice(&self.text).unwrap_or_default()
    }

    /// The text of a span; empty where the span does not fit.
    pub fn slice(&self, span: Span) -> &str {
        span.slice(&self.text).unwrap_or_default()
    }
}

impl Checked {
    /// Keeps of `analysis` what reports need. `display` names files as the user should see them.
    pub fn new(analysis: Analysis, display: impl Fn(&SourceFile) -> String) -> Self {
        let Analysis { kind, diagnostics, files, durations, .. } = analysis;
        let sources = if diagnostics.is_empty() {
            Vec::new()
        } else {
            let sources = files.iter().enumerate().map(|(index, file)| {
                let built_in = index > 0 && file.path.is_none();
                Source::new(display(file), built_in, file.text.clone())
            });
            sources.collect()
        };
        Self { kind, diagnostics, sources, durations }
    }

    /// The text of a file of the render; `None` for an id that is not among them.
    pub fn source(&self, file: FileId) -> Option<&Source> {
        self.sources.get(file.0 as usize)
    }

    /// The checked document's own text, if there is any finding in it.
    pub fn document(&self) -> Option<&Source> {
        self.source(FileId::DOCUMENT)
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// Why a file could not be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// What happened, lower case, no full stop; does not repeat the path.
    pub message: String,
    /// Where in the file, if it has a place: line and column from 1, and the byte from 0.
    pub place: Option<(LineColumn, usize)>,
}

/// The kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// There is no such file, or nothing fits the glob.
    NotFound,
    /// The file system refuses it.
    Unreadable,
    /// It is not UTF-8.
    NotUtf8,
    /// This program failed.
    Internal,
}

impl FailureKind {
    /// The stable code, in kebab case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Unreadable => "unreadable",
            Self::NotUtf8 => "not-utf-8",
            Self::Internal => "internal-error",
        }
    }
}
