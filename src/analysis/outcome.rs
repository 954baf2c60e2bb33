//! What the analysis of one document yields.

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use super::{Diagnostic, VariableSources};
use crate::config::{FileKind, TestConfig};
use crate::template::{FileId, ReadingMode, Rendered, SourceFile};

/// How long each stage took. A stage that did not run is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageDurations {
    /// Lexing, lowering, rendering and mapping.
    pub render: Duration,
    /// TOML, schema and model.
    pub parse: Duration,
    /// Rules of the level `Semantic`.
    pub semantic: Duration,
    /// Rules of the level `Structure` that look at blocks.
    pub structure: Duration,
    /// Rules of the level `Structure` that look at expectations.
    pub expectations: Duration,
}

impl StageDurations {
    /// The sum of all stages.
    pub fn total(&self) -> Duration {
        self.render + self.parse + self.semantic + self.structure + self.expectations
    }
}

impl AddAssign for StageDurations {
    fn add_assign(&mut self, other: Self) {
        self.render += other.render;
        self.parse += other.parse;
        self.semantic += other.semantic;
        self.structure += other.structure;
        self.expectations += other.expectations;
    }
}

/// The analysis of one revision of one document.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// What the file is. Only tests are judged.
    pub kind: FileKind,
    /// How it was read.
    pub mode: ReadingMode,
    /// All findings, sorted by place, then severity, then code; each once.
    pub diagnostics: Vec<Diagnostic>,
    /// The document (index 0) and all files that took part in its render.
    pub files: Vec<SourceFile>,
    /// By file, then by its `import`, `include` and `extends` tags in order: the file behind the tag, as an index into
    /// `files`. Empty where nothing was rendered.
    pub links: Vec<Vec<Option<FileId>>>,
    /// The render, where one was needed. With several matrix combinations, that of the representative one.
    pub rendered: Option<Arc<Rendered>>,
    /// The typed model, as far as the mistakes allow.
    pub config: Arc<TestConfig>,
    /// What gives the template its variables beside its text.
    pub sources: Arc<VariableSources>,
    /// How long each stage took.
    pub durations: StageDurations,
    /// How many combinations of the matrix there are, and how many of them were checked.
    pub combinations: CombinationCount,
    /// Whether all renders came from the cache.
    pub cached: bool,
}

impl Analysis {
    /// The analysis of a file about which nothing was found out but what it is.
    pub fn unjudged(document: SourceFile, kind: FileKind, mode: ReadingMode) -> Self {
        Self {
            kind,
            mode,
            diagnostics: Vec::new(),
            files: vec![document],
            links: Vec::new(),
            rendered: None,
            config: Arc::default(),
            sources: Arc::default(),
            durations: StageDurations::default(),
            combinations: CombinationCount::ONE,
            cached: false,
        }
    }

    /// The text that was parsed: the rendered one, else the document's own.
    pub fn parsed_text(&self) -> &str {
        let own = || self.files.first().map_or("", |document| &document.text);
        self.rendered.as_ref().map_or_else(own, |rendered| &rendered.text)
    }
}

/// How many combinations a matrix has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CombinationCount {
    /// How many were checked; at least one.
    pub checked: usize,
    /// How many there are; one where there is no matrix.
    pub total: usize,
}

impl CombinationCount {
    /// That of a document without matrix.
    pub const ONE: Self = Self { checked: 1, total: 1 };
}
