//! The analysis of a document that must be rendered: each combination of its matrix through the cache, then one list of
//! findings.

use std::cell::LazyCell;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use tracing::field::Empty;

use super::cache::{CacheKey, CachedRender, RecordingLoader, Surroundings};
use super::finish::finish;
use super::judge::{Evidence, judge};
use super::mapping::Mapping;
use super::merge::{CheckedCombination, merge};
use super::recent::Retyped;
use super::{
    Analysis, AnalysisOptions, Analyzer, CombinationCount, Combinations, FileKind, StageDurations, VariableSources,
};
use crate::telemetry::{Measure, measured};
use crate::template::names::counts_in_library;
use crate::template::variables::{VariableOrigin, Variables, scalar_axes};
use crate::template::{FileId, FileSpan, ReadingMode, RenderInput, Rendered, SourceFile, TemplateLoader};
use crate::validation::Level;

/// One document that is to be rendered, with what its render may see.
pub(super) struct RenderRequest<'a> {
    analyzer: &'a Analyzer,
    document: &'a SourceFile,
    options: &'a AnalysisOptions,
    sources: Arc<VariableSources>,
    loader: &'a dyn TemplateLoader,
}

/// The variables of a document and the axes of its matrix; found out at the first miss of the cache.
pub(super) struct Plan {
    pub variables: Variables,
    pub axes: Vec<String>,
}

impl Plan {
    pub(super) fn count(&self) -> usize {
        self.variables.combination_count(&self.axes)
    }
}

/// One combination, judged or found in the cache.
struct Checked {
    entry: Arc<CachedRender>,
    durations: StageDurations,
    cached: bool,
}

impl<'a> RenderRequest<'a> {
    pub(super) fn new(
        analyzer: &'a Analyzer,
        document: &'a SourceFile,
        options: &'a AnalysisOptions,
        loader: &'a dyn TemplateLoader,
    ) -> Self {
        let sources = Arc::new(VariableSources::new(options, &analyzer.environment));
        Self { analyzer, document, options, sources, loader }
    }

    /// The variables of the document, found without rendering it.
    pub(super) fn plan(&self) -> Plan {
        Plan { variables: self.sources.variables(&self.document.text), axes: scalar_axes(&self.document.text) }
    }

    pub(super) const fn document(&self) -> &SourceFile {
        self.document
    }

    pub(super) fn render(&self, input: RenderInput<'_>) -> Rendered {
        self.analyzer.engine.render(input)
    }

    pub(super) fn loader(&self) -> &dyn TemplateLoader {
        self.loader
    }

    /// Renders, parses, judges and maps.
    pub(super) fn analyze(&self) -> Analysis {
        let plan = LazyCell::new(|| self.plan());
        let representative = self.check(0, &plan);
        let mut durations = representative.durations;
        let mut cached = representative.cached;
        let total = representative.entry.combinations;
        let (diagnostics, files, checked) = match self.options.combinations {
            Combinations::All { at_most } if total > 1 => {
                let checked = total.min(at_most.max(1));
                let others = (1..checked).map(|index| self.check(index, &plan));
                let combinations =
                    std::iter::once(Checked { entry: Arc::clone(&representative.entry), ..representative })
                        .chain(others)
                        .enumerate()
                        .map(|(index, it)| {
                            if index > 0 {
                                durations += it.durations;
                                cached &= it.cached;
                            }
                            CheckedCombination {
                                label: self.label(index, &plan),
                                diagnostics: it.entry.diagnostics.clone(),
                                files: it.entry.rendered.files.clone(),
                            }
                        })
                        .collect();
                let (diagnostics, files) = merge(combinations);
                (diagnostics, files, checked)
            }
            _ => (representative.entry.diagnostics.clone(), representative.entry.rendered.files.clone(), 1),
        };
        Analysis {
            kind: FileKind::Test,
            mode: ReadingMode::Rendered,
            diagnostics: finish(&self.document.text, diagnostics, self.options),
            files,
            links: representative.entry.rendered.links.clone(),
            rendered: Some(Arc::clone(&representative.entry.rendered)),
            config: Arc::clone(&representative.entry.config),
            sources: Arc::clone(&self.sources),
            durations,
            combinations: CombinationCount { checked, total },
            cached,
        }
    }

    /// The render of one combination; `None` where there are fewer.
    pub(super) fn combination(&self, index: usize) -> Option<Arc<Rendered>> {
        let plan = LazyCell::new(|| self.plan());
        (index < plan.count()).then(|| Arc::clone(&self.check(index, &plan).entry.rendered))
    }

    /// The analysis of one combination alone; `None` where there are fewer.
    pub(super) fn analyze_combination(&self, index: usize, plan: &Plan) -> Option<Analysis> {
        if index >= plan.count() {
            return None;
        }
        let checked = self.check(index, &LazyCell::new(|| self.plan()));
        let entry = checked.entry;
        Some(Analysis {
            kind: FileKind::Test,
            mode: ReadingMode::Rendered,
            diagnostics: finish(&self.document.text, entry.diagnostics.clone(), self.options),
            files: entry.rendered.files.clone(),
            links: entry.rendered.links.clone(),
            rendered: Some(Arc::clone(&entry.rendered)),
            config: Arc::clone(&entry.config),
            sources: Arc::clone(&self.sources),
            durations: checked.durations,
            combinations: CombinationCount { checked: 1, total: entry.combinations },
            cached: checked.cached,
        })
    }

    /// Checks the template alone: what a macro library writes depends on its calls.
    pub(super) fn analyze_library(&self, mode: ReadingMode) -> Analysis {
        let started = Instant::now();
        let mut rendered = self.render_span(0).in_scope(|| {
            let variables = self.plan().variables;
            self.render(RenderInput { document: self.document, variables: &variables, loader: self.loader })
        });
        rendered.problems.retain(counts_in_library(&self.document.text));
        let render = started.elapsed();
        measured(Measure::TemplateRender, render);
        let judged = judge(Evidence {
            name: &self.document.name,
            text: "",
            mode: ReadingMode::Rendered,
            problems: &rendered.problems,
            opaque: &[],
            map: None,
            level: Level::Syntax,
        });
        let mapping = Mapping { is_built_in: &|file| is_built_in(&rendered, file), ..Mapping::IDENTITY };
        let diagnostics = mapping.diagnostics(judged.findings);
        Analysis {
            kind: FileKind::MacroLibrary,
            mode,
            diagnostics: finish(&self.document.text, diagnostics, self.options),
            files: rendered.files,
            links: rendered.links,
            rendered: None,
            config: Arc::default(),
            sources: Arc::clone(&self.sources),
            durations: StageDurations { render, ..judged.durations },
            combinations: CombinationCount::ONE,
            cached: false,
        }
    }

    /// Combination `index`, from the cache or afresh.
    fn check(&self, index: usize, plan: &LazyCell<Plan, impl FnOnce() -> Plan>) -> Checked {
        let started = Instant::now();
        let lookup = tracing::debug_span!("watch.cache_lookup", key = Empty, hit = Empty).entered();
        let key = self.key(index);
        lookup.record("key", tracing::field::display(key.template));
        let environment = |name: &str| self.sources.environment().look_up(name);
        let surroundings = Surroundings { loader: self.loader(), environment: &environment };
        let entry = self.analyzer.cache.get(&key, surroundings);
        lookup.record("hit", entry.is_some());
        drop(lookup);
        measured(Measure::CacheLookup, started.elapsed());
        if let Some(entry) = entry {
            let durations = StageDurations { render: started.elapsed(), ..StageDurations::default() };
            return Checked { entry, durations, cached: true };
        }
        let missed = Instant::now();
        let render = self.render_span(index).entered();
        let (variables, _) = plan.variables.combination(&plan.axes, index);
        let retyped = self.analyzer.recent.retyped(&key.context, self.document, &variables, surroundings);
        let (rendered, dependencies, lexed) = match retyped {
            Some(Retyped { rendered, dependencies, lexed }) => {
                self.analyzer.cache.count_retyped();
                (Arc::new(rendered), dependencies, Some(lexed))
            }
            None => {
                let recording = RecordingLoader::new(self.loader());
                let input = RenderInput { document: self.document, variables: &variables, loader: &recording };
                (Arc::new(self.render(input)), recording.into_dependencies(), None)
            }
        };
        drop(render);
        measured(Measure::TemplateRender, missed.elapsed());
        let rendering = started.elapsed();
        let judged = judge(Evidence {
            name: &self.document.name,
            text: &rendered.text,
            mode: ReadingMode::Rendered,
            problems: &rendered.problems,
            opaque: &rendered.opaque,
            map: Some(&rendered.map),
            level: self.options.level,
        });
        let mapping = Mapping {
            map: Some(&rendered.map),
            opaque: &rendered.opaque,
            is_built_in: &|file| is_built_in(&rendered, file),
            definition: &|path| match variables.origin(path)? {
                VariableOrigin::File(span) => Some(FileSpan::document(*span)),
                _ => None,
            },
        };
        let entry = Arc::new(CachedRender {
            document: self.document.path.clone(),
            diagnostics: mapping.diagnostics(judged.findings),
            config: Arc::new(judged.config),
            dependencies,
            combinations: plan.count(),
            rendered,
        });
        self.analyzer.recent.put(key.context, &entry, variables, lexed);
        self.analyzer.cache.put(key, Arc::clone(&entry));
        Checked { entry, durations: StageDurations { render: rendering, ..judged.durations }, cached: false }
    }

    fn render_span(&self, combination: usize) -> tracing::Span {
        tracing::debug_span!("watch.render", template = self.document.name, combination)
    }

    /// The text decides on its own variables and imports, so they need not be part of the context.
    fn key(&self, combination: usize) -> CacheKey {
        let AnalysisOptions {
            level,
            trusted,
            overrides,
            roots,
            variables,
            seed,
            combinations: _,
            libraries: _,
            severities: _,
        } = self.options;
        let SourceFile { name, path, text } = self.document;
        let context = json!({
            "name": name,
            "path": path.as_ref().map(|path| path.to_string_lossy()),
            "level": level.name(),
            "trusted": trusted,
            "overrides": overrides,
            "roots": roots.iter().map(|root| root.to_string_lossy()).collect::<Vec<_>>(),
            "variables": variables,
            "seed": seed,
            "combination": combination,
        });
        CacheKey::new(text, &context)
    }

    /// Combination `index` for people.
    fn label(&self, index: usize, plan: &Plan) -> String {
        let (_, choice) = plan.variables.combination(&plan.axes, index);
        choice.iter().map(|(axis, value)| format!("`{axis}` = `{value}`")).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a file of a render is part of this program rather than a file of anybody.
pub(super) fn is_built_in(rendered: &Rendered, file: FileId) -> bool {
    file != FileId::DOCUMENT && rendered.files.get(file.0 as usize).is_some_and(|file| file.path.is_none())
}
