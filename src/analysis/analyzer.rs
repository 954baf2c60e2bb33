//! The pipeline for one document: decide how it is read, render, parse, judge, map.

use std::cell::LazyCell;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use super::finish::finish;
use super::judge::{Evidence, Judged, judge};
use super::mapping::Mapping;
use super::reading_mode::{Reading, reading};
use super::recent::RecentRenders;
use super::render::RenderRequest;
use super::string_tags::problems_in_strings;
use super::{
    Analysis, AnalysisOptions, CacheLimits, CombinationCount, FileKind, RenderCache, StageDurations, VariableSources,
    project,
};
use crate::telemetry::{Measure, measured};
use crate::template::library::DiskLoader;
use crate::template::variables::Environment;
use crate::template::{Problem, ReadingMode, SourceFile, TemplateEngine, TemplateLoader};

/// Turns documents into diagnostics. One for all callers and threads; it holds what analyses share.
pub struct Analyzer {
    /// Built when the first template is met: most files need none, and a process should start at once.
    pub(super) engine: LazyLock<TemplateEngine>,
    pub(super) cache: Arc<RenderCache>,
    pub(super) recent: RecentRenders,
    pub(super) environment: Environment,
}

impl Default for Analyzer {
    /// An analyzer whose templates see no environment.
    fn default() -> Self {
        Self::new(Environment::Hidden, RenderCache::in_memory(CacheLimits::default()))
    }
}

impl Analyzer {
    /// An analyzer whose templates see `environment` where the caller trusts them, with renders kept in `cache`.
    pub fn new(environment: Environment, cache: RenderCache) -> Self {
        Self {
            engine: LazyLock::new(TemplateEngine::new),
            cache: Arc::new(cache),
            recent: RecentRenders::default(),
            environment,
        }
    }

    /// Analyses one revision of one document, whose imports are read from disk. Works on any text.
    pub fn analyze(&self, document: &SourceFile, options: &AnalysisOptions) -> Analysis {
        let loader = LazyCell::new(|| {
            let roots = options.roots.iter().cloned();
            if options.trusted { DiskLoader::trusted(roots) } else { DiskLoader::untrusted(roots) }
        });
        self.run(document, options, &|| &*loader)
    }

    /// Like [`Analyzer::analyze`], with another loader: one that knows the unsaved texts of an editor, or no disk at all.
    pub fn analyze_with(
        &self,
        document: &SourceFile,
        options: &AnalysisOptions,
        loader: &dyn TemplateLoader,
    ) -> Analysis {
        self.run(document, options, &|| loader)
    }

    /// The loader comes by a function, because most documents need none.
    fn run<'l>(
        &self,
        document: &SourceFile,
        options: &AnalysisOptions,
        loader: &dyn Fn() -> &'l dyn TemplateLoader,
    ) -> Analysis {
        let kind = kind_of(document);
        let Reading { mode, tags } = reading(&document.text);
        let sources = || Arc::new(VariableSources::new(options, &self.environment));
        match (kind, mode) {
            (FileKind::Test, ReadingMode::Plain) => {
                as_it_stands(document, mode, &[], StageDurations::default(), options, sources())
            }
            (FileKind::Test, ReadingMode::InString) => {
                let started = Instant::now();
                let problems = tracing::debug_span!("watch.render", template = document.name)
                    .in_scope(|| problems_in_strings(&RenderRequest::new(self, document, options, loader()), &tags));
                let durations = StageDurations { render: started.elapsed(), ..StageDurations::default() };
                measured(Measure::TemplateRender, durations.render);
                as_it_stands(document, mode, &problems, durations, options, sources())
            }
            (FileKind::Test, ReadingMode::Rendered) => RenderRequest::new(self, document, options, loader()).analyze(),
            (FileKind::MacroLibrary, _) if options.libraries => {
                RenderRequest::new(self, document, options, loader()).analyze_library(mode)
            }
            (FileKind::ProjectSettings, _) => project::analyze(document, options),
            _ => Analysis::unjudged(document.clone(), kind, mode),
        }
    }

    /// The cache of renders.
    pub fn cache(&self) -> &RenderCache {
        &self.cache
    }

    /// The cache of renders, for those who look at it later.
    pub fn shared_cache(&self) -> Arc<RenderCache> {
        Arc::clone(&self.cache)
    }
}

/// The analysis of a document that needs no rendering.
fn as_it_stands(
    document: &SourceFile,
    mode: ReadingMode,
    problems: &[Problem],
    mut durations: StageDurations,
    options: &AnalysisOptions,
    sources: Arc<VariableSources>,
) -> Analysis {
    let evidence = Evidence {
        name: &document.name,
        text: &document.text,
        mode,
        problems,
        opaque: &[],
        map: None,
        level: options.level,
    };
    let Judged { config, findings, durations: judging } = judge(evidence);
    durations += judging;
    Analysis {
        kind: FileKind::Test,
        mode,
        diagnostics: finish(&document.text, Mapping::IDENTITY.diagnostics(findings), options),
        files: vec![document.clone()],
        links: Vec::new(),
        rendered: None,
        config: Arc::new(config),
        sources,
        durations,
        combinations: CombinationCount::ONE,
        cached: false,
    }
}

fn kind_of(document: &SourceFile) -> FileKind {
    let name = document.path.as_deref().unwrap_or(Path::new(&document.name));
    FileKind::of(name, &document.text)
}
