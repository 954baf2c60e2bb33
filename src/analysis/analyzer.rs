//! The pipeline for one document: decide how it is read, render, parse, judge, map.

use std::path::Path;
use std::sync::Arc;

use super::finish::finish;
use super::judge::{Evidence, Judged, judge};
use super::mapping::Mapping;
use super::reading_mode::{Reading, reading};
use super::{Analysis, AnalysisOptions, CacheLimits, FileKind, RenderCache, StageDurations};
use crate::template::{ReadingMode, SourceFile};

/// Turns documents into diagnostics. One for all callers and threads; it holds what analyses share.
pub struct Analyzer {
    cache: RenderCache,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self { cache: RenderCache::in_memory(CacheLimits::default()) }
    }
}

impl Analyzer {
    /// Analyses one revision of one document. Works on any text.
    pub fn analyze(&self, document: &SourceFile, options: &AnalysisOptions) -> Analysis {
        let kind = kind_of(document);
        let Reading { mode, .. } = reading(&document.text);
        if kind != FileKind::Test {
            return unjudged(document, kind, mode);
        }
        match mode {
            ReadingMode::Plain | ReadingMode::InString | ReadingMode::Rendered => {
                self.analyze_as_it_stands(document, mode, options)
            }
        }
    }

    /// The cache of renders.
    pub fn cache(&self) -> &RenderCache {
        &self.cache
    }

    fn analyze_as_it_stands(&self, document: &SourceFile, mode: ReadingMode, options: &AnalysisOptions) -> Analysis {
        let Judged { config, findings, durations } =
            judge(Evidence { text: &document.text, mode, problems: &[], opaque: &[], map: None, level: options.level });
        let diagnostics = finish(&document.text, Mapping::IDENTITY.diagnostics(findings), options);
        Analysis {
            kind: FileKind::Test,
            mode,
            diagnostics,
            files: vec![document.clone()],
            rendered: None,
            config: Arc::new(config),
            durations,
            cached: false,
        }
    }
}

fn kind_of(document: &SourceFile) -> FileKind {
    let name = document.path.as_deref().unwrap_or(Path::new(&document.name));
    FileKind::of(name, &document.text)
}

/// The analysis of a file that is no test.
fn unjudged(document: &SourceFile, kind: FileKind, mode: ReadingMode) -> Analysis {
    Analysis {
        kind,
        mode,
        diagnostics: Vec::new(),
        files: vec![document.clone()],
        rendered: None,
        config: Arc::default(),
        durations: StageDurations::default(),
        cached: false,
    }
}
