//! From a snapshot of a document to its findings: the pipeline as the server uses it.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::documents::Judged;
use super::runs::RunView;
use super::session::Snapshot;
use crate::analysis::project::{self, Projects, is_project_file};
use crate::analysis::{
    Analysis, AnalysisOptions, Analyzer, CacheLimits, CacheStatistics, Combinations, FileKind, RenderCache,
};
use crate::features::code_actions::{self, ActionKind, ActionRequest, CodeAction, Proofs};
use crate::features::{DocumentView, Written};
use crate::formatting::{EditorConfig, FormatSettings, Formatted, Formatter, Style, Surroundings, importers};
use crate::telemetry;
use crate::template::library::DiskLoader;
use crate::template::variables::Environment;
use crate::template::{LoadError, ReadingMode, Rendered, SourceFile, TemplateLoader};
use crate::text::Span;
use crate::trace::Trace;

/// The pipeline with what all documents share.
pub struct Judge {
    analyzer: Analyzer,
    projects: Projects,
}

impl Default for Judge {
    fn default() -> Self {
        let cache = RenderCache::in_memory(CacheLimits::default());
        Self { analyzer: Analyzer::new(Environment::process(), cache), projects: Projects::default() }
    }
}

impl Judge {
    /// Judges one revision. If the pipeline panics, which it must not, nothing is found and the log says so: a defect of ours
    /// must not take the session down.
    pub fn judge(&self, snapshot: &Snapshot) -> Judged {
        let document = document(snapshot);
        let options = self.options(snapshot);
        let loader = BufferLoader { snapshot, disk: OnceLock::new() };
        let analysis =
            panic::catch_unwind(AssertUnwindSafe(|| self.analyzer.analyze_with(&document, &options, &loader)));
        let analysis = analysis.unwrap_or_else(|_| {
            tracing::error!(document = document.name, "the analysis panicked");
            Analysis::unjudged(document, FileKind::Other, ReadingMode::Plain)
        });
        let analysis = Arc::new(analysis);
        let view = DocumentView::of_written(snapshot.written.clone(), Arc::clone(&analysis));
        Judged { revision: snapshot.revision, version: snapshot.version, analysis, view, run: RunView::default() }
    }

    /// What analyses: for plans of runs.
    pub const fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// What the client and the project set for a document.
    pub fn options(&self, snapshot: &Snapshot) -> AnalysisOptions {
        let options = AnalysisOptions {
            level: snapshot.settings.level.level(),
            trusted: snapshot.trusted,
            overrides: snapshot.settings.variables.clone(),
            roots: snapshot.folders.clone(),
            combinations: if snapshot.settings.all_combinations { Combinations::ALL } else { Combinations::default() },
            libraries: true,
            ..AnalysisOptions::default()
        };
        let Some((file, text)) = project_text(snapshot) else { return options };
        let project = self.projects.of_text(&text);
        if file.parent().is_some_and(|folder| snapshot.folders.iter().any(|root| root == folder)) {
            // The cache is shared by all projects, so those in subfolders have no say.
            self.analyzer.cache().limit_entries(project.cache_entries.unwrap_or(CacheLimits::default().entries));
        }
        project.apply(options)
    }

    /// Formats one revision, or what of it touches `range`, keeping the order of keys where `keeps_order`. If the formatter panics,
    /// which it must not, nothing is changed.
    pub fn format(&self, snapshot: &Snapshot, range: Option<Span>, keeps_order: bool) -> Formatted {
        let (document, analysis) = (document(snapshot), self.options(snapshot));
        let path = snapshot.path.as_deref();
        let project = project_text(snapshot).map(|(_, text)| FormatSettings::of_project(&text)).unwrap_or_default();
        let editorconfig = path.map(EditorConfig::of).unwrap_or_default();
        let mut options = project.or(snapshot.settings.format).options(&editorconfig);
        if keeps_order {
            options.style = Style::Keep;
        }
        let loader = BufferLoader { snapshot, disk: OnceLock::new() };
        let importers = importers_of(snapshot);
        let surroundings =
            Surroundings { analyzer: &self.analyzer, options: &analysis, loader: &loader, importers: &importers };
        let formatter = Formatter { options: &options, surroundings: Some(surroundings) };
        let formatted = panic::catch_unwind(AssertUnwindSafe(|| formatter.format_within(&document, range)));
        formatted.unwrap_or_else(|_| {
            tracing::error!(document = document.name, "the formatter panicked");
            Formatted::default()
        })
    }

    /// What can be done at a place of one revision, which is that of the view. If that panics, which it must not, nothing.
    pub fn actions(&self, snapshot: &Snapshot, view: &DocumentView, asked: &AskedActions<'_>) -> Vec<CodeAction> {
        let (document, analysis) = (document(snapshot), self.options(snapshot));
        let loader = BufferLoader { snapshot, disk: OnceLock::new() };
        let importers = importers_of(snapshot);
        let surroundings =
            Surroundings { analyzer: &self.analyzer, options: &analysis, loader: &loader, importers: &importers };
        let request = ActionRequest {
            view,
            document: &document,
            surroundings,
            range: asked.range,
            wanted: asked.wanted,
            hints: snapshot.settings.hints,
            proves: asked.proves,
            last_run: asked.last_run,
        };
        let found = panic::catch_unwind(AssertUnwindSafe(|| code_actions::actions(&request)));
        found.unwrap_or_else(|_| {
            tracing::error!(document = document.name, "a code action panicked");
            Vec::new()
        })
    }

    /// The render of one combination of a document's matrix; `None` where there is no such combination.
    pub fn combination(&self, snapshot: &Snapshot, index: usize) -> Option<Arc<Rendered>> {
        let loader = BufferLoader { snapshot, disk: OnceLock::new() };
        let (document, options) = (document(snapshot), self.options(snapshot));
        let render = || self.analyzer.combination(&document, &options, &loader, index);
        panic::catch_unwind(AssertUnwindSafe(render)).unwrap_or_else(|_| {
            tracing::error!(document = document.name, "a render panicked");
            None
        })
    }

    /// Forgets all cached renders; returns how many there were.
    pub fn clear_cache(&self) -> usize {
        let entries = self.cache_statistics().entries;
        self.analyzer.cache().clear();
        entries
    }

    /// How the cache of renders fares.
    pub fn cache_statistics(&self) -> CacheStatistics {
        self.analyzer.cache().statistics()
    }

    /// Exports how the cache of renders fares, where metrics are exported.
    pub fn export_cache_figures(&self) {
        let cache = self.analyzer.shared_cache();
        telemetry::observe_cache(telemetry::CacheType::Render, move || cache.statistics().into());
    }

    /// Whether the analysis of a document read `path`, or would read it if it existed.
    pub fn depends_on(&self, judged: &Judged, path: &Path) -> bool {
        let is_read = judged.analysis.files.iter().skip(1).any(|file| file.path.as_deref() == Some(path));
        is_read || misses_a_template(&judged.analysis) || shadows_built_in(&judged.analysis, path)
    }
}

/// Which actions are asked for.
pub struct AskedActions<'a> {
    /// The selection.
    pub range: Span,
    /// The kinds that are wanted.
    pub wanted: &'a dyn Fn(ActionKind) -> bool,
    /// The refactorings that are proved now.
    pub proves: &'a Proofs,
    /// The spans of the test's last recorded run.
    pub last_run: Option<&'a Trace>,
}

/// Files that import the document, for a library: by these it is proved.
fn importers_of(snapshot: &Snapshot) -> Vec<SourceFile> {
    let library = snapshot.path.as_deref().filter(|path| FileKind::of_name(path) == Some(FileKind::MacroLibrary));
    let Some(library) = library else { return Vec::new() };
    let buffers = snapshot.buffers.iter().map(|(path, text)| SourceFile {
        name: path.display().to_string(),
        path: Some(path.clone()),
        text: Arc::clone(text.text()),
    });
    importers(library, buffers, &snapshot.folders)
}

/// Where settings are looked for, and those that the editor has open: their text counts, not the file's.
pub struct Settings<'a> {
    /// The workspace's folders.
    pub folders: &'a [PathBuf],
    /// Whether the workspace is trusted.
    pub trusted: bool,
    /// Each open `cleanroom.toml`.
    pub open: Vec<(&'a Path, &'a Written)>,
}

impl Settings<'_> {
    /// The `cleanroom.toml` that counts for a file, and its text. One that can't be read counts, and says nothing.
    pub fn nearest(&self, path: &Path) -> Option<(PathBuf, Arc<str>)> {
        project::nearest(path, self.folders, self.trusted, |file| {
            if let Some((_, text)) = self.open.iter().find(|(path, _)| *path == file) {
                return Some(Arc::clone(text.text()));
            }
            if !project::is_readable(file, self.folders, self.trusted) {
                return None;
            }
            let is_small = file.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST_SETTINGS);
            let text = is_small.then(|| fs::read_to_string(file).ok()).flatten();
            Some(text.unwrap_or_default().into())
        })
    }
}

/// No `cleanroom.toml` longer than this, in bytes, is read.
const LARGEST_SETTINGS: u64 = 4 << 20;

/// The `cleanroom.toml` that counts for a document, and its text.
fn project_text(snapshot: &Snapshot) -> Option<(PathBuf, Arc<str>)> {
    let own = snapshot.path.iter().map(|path| (path.as_path(), &snapshot.written));
    let others = snapshot.buffers.iter().map(|(path, text)| (path.as_path(), text));
    let settings = Settings {
        folders: &snapshot.folders,
        trusted: snapshot.trusted,
        open: own.chain(others).filter(|(path, _)| is_project_file(path)).collect(),
    };
    settings.nearest(snapshot.path.as_deref()?)
}

fn document(snapshot: &Snapshot) -> SourceFile {
    let name =
        snapshot.path.as_ref().map_or_else(|| snapshot.uri.as_str().to_owned(), |path| path.display().to_string());
    SourceFile { name, path: snapshot.path.clone(), text: Arc::clone(snapshot.written.text()) }
}

/// Finds templates as the editor has them: open documents over files. Most documents need none, so it is set up on demand.
struct BufferLoader<'a> {
    snapshot: &'a Snapshot,
    disk: OnceLock<DiskLoader>,
}

impl TemplateLoader for BufferLoader<'_> {
    fn load(&self, name: &str, from: &SourceFile) -> Result<SourceFile, LoadError> {
        let disk = self.disk.get_or_init(|| {
            let roots = self.snapshot.folders.iter().cloned();
            let disk = if self.snapshot.trusted { DiskLoader::trusted(roots) } else { DiskLoader::untrusted(roots) };
            let buffers = self.snapshot.buffers.iter().map(|(path, text)| (path.clone(), Arc::clone(text.text())));
            disk.with_buffers(buffers.collect())
        });
        disk.load(name, from)
    }
}

/// Whether the document names a template that was not found: any new file may be it.
fn misses_a_template(analysis: &Analysis) -> bool {
    analysis.diagnostics.iter().any(|diagnostic| diagnostic.rule.code == "unknown-template")
}

/// Whether the document reads a built-in file whose place a file of this name would take.
fn shadows_built_in(analysis: &Analysis, path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    analysis.files.iter().skip(1).any(|file| file.path.is_none() && Some(file.name.as_str()) == name)
}
