//! One client's session: all mutable state of the server, and the queue that keeps every open document judged.
//!
//! Rules that hold everywhere in this room: state changes happen before a handler's first `.await` and under one lock that is
//! never held across an `.await` or an analysis; a document has at most one analysis in flight, and when its text has moved on
//! meanwhile the result is dropped and the newest text is taken.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::watch as signal;
use tower_lsp::Client;
use tower_lsp::ls_types as lsp;
use tracing::field::Empty;
use tracing::{Span, debug_span};

use super::baseline::Baselines;
use super::client_facts::ClientFacts;
use super::diagnostics;
use super::documents::{Documents, Judged};
use super::judge::Judge;
use super::metrics::Metrics;
use super::outbox::Outbox;
use super::recorded::Recorded;
use super::requests::rendered;
use super::runs::places::{KnownPlaces, RunPlaces};
use super::runs::runner::Runner;
use super::runs::{RunView, Runs, explorer, replay};
use super::semantic_legend::TokenLegend;
use super::settings::{InitializationOptions, Settings};
use super::workspace;
use super::workspace_index::WorkspaceIndex;
use crate::analysis::cache::Digest;
use crate::analysis::project::is_project_file;
use crate::config::FileKind;
use crate::features::DocumentView;
use crate::features::iterations::Selection;
use crate::telemetry::{Measure, measured};
use crate::text::Document;
use crate::watch::{self, Watcher};

/// A session. Shared by all handlers; cloning is cheap.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    outbox: Outbox,
    runtime: Handle,
    judge: Judge,
    index: WorkspaceIndex,
    baselines: Baselines,
    recorded: Recorded,
    runs: Runs,
    metrics: Metrics,
    watcher: Mutex<Option<Watcher>>,
    state: Mutex<State>,
    /// Counts finished analyses; requests that need one wait on it.
    finished: signal::Sender<u64>,
}

/// The mutable state.
#[derive(Default)]
pub struct State {
    /// What the client can do.
    pub facts: ClientFacts,
    /// By which names the client knows kinds of tokens.
    pub legend: Arc<TokenLegend>,
    /// Whether the workspace is trusted.
    pub trusted: bool,
    /// The workspace's folders.
    pub folders: Vec<PathBuf>,
    /// The client's settings.
    pub settings: Settings,
    /// The open documents.
    pub documents: Documents,
}

/// What an analysis needs, taken under the lock.
#[derive(Clone)]
pub struct Snapshot {
    /// The document.
    pub uri: lsp::Uri,
    /// Where it is on disk, if it is there.
    pub path: Option<PathBuf>,
    /// The client's version.
    pub version: i32,
    /// The revision.
    pub revision: u64,
    /// The text.
    pub text: Document,
    /// Whether the workspace is trusted.
    pub trusted: bool,
    /// The workspace's folders.
    pub folders: Vec<PathBuf>,
    /// The client's settings.
    pub settings: Settings,
    /// The other open documents that are on disk too: their text counts, not the file's.
    pub buffers: Vec<(PathBuf, Document)>,
}

impl State {
    /// A snapshot of a document, if it is open.
    pub fn snapshot(&self, uri: &lsp::Uri) -> Option<Snapshot> {
        let document = self.documents.get(uri)?;
        Some(Snapshot {
            buffers: self.documents.buffers(uri),
            uri: uri.clone(),
            path: document.path.clone(),
            version: document.version,
            revision: document.revision,
            text: document.text.clone(),
            trusted: self.trusted,
            folders: self.folders.clone(),
            settings: self.settings.clone(),
        })
    }
}

impl Session {
    /// A session that has not been initialized.
    pub fn new(client: Client, outbox: Outbox, runtime: Handle, runner: Box<dyn Runner>) -> Self {
        let judge = Judge::default();
        judge.export_cache_figures();
        let shared = Shared {
            client,
            outbox,
            runtime,
            judge,
            index: WorkspaceIndex::default(),
            baselines: Baselines::default(),
            recorded: Recorded::default(),
            runs: Runs::new(runner),
            metrics: Metrics::default(),
            watcher: Mutex::default(),
            state: Mutex::default(),
            finished: signal::Sender::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The state. Never hold it across an `.await` or anything slow.
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held leaves it as the last complete change made it.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection to the client. Never await an answer of it in a handler.
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// The runtime for what must not delay the message loop.
    pub fn runtime(&self) -> &Handle {
        &self.shared.runtime
    }

    /// What turns text into findings.
    pub fn judge(&self) -> &Judge {
        &self.shared.judge
    }

    /// What the files of the workspace name.
    pub fn index(&self) -> &WorkspaceIndex {
        &self.shared.index
    }

    /// The expectations of earlier texts.
    pub fn baselines(&self) -> &Baselines {
        &self.shared.baselines
    }

    /// The spans of recorded runs.
    pub fn recorded(&self) -> &Recorded {
        &self.shared.recorded
    }

    /// Runs of tests.
    pub fn runs(&self) -> &Runs {
        &self.shared.runs
    }

    /// How long things took.
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// Takes over what `initialize` says.
    pub fn initialize(&self, facts: ClientFacts, options: InitializationOptions, folders: Vec<PathBuf>) {
        let mut state = self.state();
        state.facts = facts;
        state.trusted = options.workspace_trusted;
        state.settings = options.settings;
        state.folders = folders;
    }

    /// Sees to it that the newest text of a document is judged soon. Call it after each change of the document.
    pub fn judge_soon(&self, uri: &lsp::Uri) {
        self.shared.metrics.file_changed(uri.as_str());
        let fields =
            || debug_span!("watch.file_changed", path = uri.as_str(), source = "editor", version = Empty, hash = Empty);
        self.take_off(uri, fields);
    }

    /// Starts the analysis of a document, unless one is in flight that will notice. The span lasts until the diagnostics are out.
    fn take_off(&self, uri: &lsp::Uri, span: impl FnOnce() -> Span) {
        if !self.state().documents.take_off(uri) {
            return;
        }
        let (session, uri, asked, span) = (self.clone(), uri.clone(), Instant::now(), span());
        self.shared.runtime.spawn_blocking(move || span.in_scope(|| session.judge_until_newest(&uri, asked)));
    }

    /// Judges all open documents again for which `affected` holds.
    pub fn judge_again(&self, affected: impl Fn(&Judged) -> bool) {
        let uris = self.state().documents.renew(affected);
        self.judge_all_soon(&uris);
    }

    fn judge_all_soon(&self, uris: &[lsp::Uri]) {
        for uri in uris {
            let fields = || debug_span!("watch.recheck", path = uri.as_str(), version = Empty, hash = Empty);
            self.take_off(uri, fields);
        }
        self.ask_to_pull_again(uris);
        self.ask_again_for_features(uris);
    }

    /// Tells a client that hints and lenses of documents change which it did not change itself.
    fn ask_again_for_features(&self, uris: &[lsp::Uri]) {
        let facts = self.state().facts;
        if uris.is_empty() || !(facts.refreshes_hints || facts.refreshes_lenses) {
            return;
        }
        let client = self.shared.client.clone();
        self.shared.runtime.spawn(async move {
            if facts.refreshes_hints
                && let Err(error) = client.inlay_hint_refresh().await
            {
                tracing::warn!(%error, "the client did not take the news of inlay hints");
            }
            if facts.refreshes_lenses
                && let Err(error) = client.code_lens_refresh().await
            {
                tracing::warn!(%error, "the client did not take the news of code lenses");
            }
        });
    }

    /// Tells a client that pulls that the diagnostics of documents change which it did not change itself.
    fn ask_to_pull_again(&self, uris: &[lsp::Uri]) {
        let facts = self.state().facts;
        if uris.is_empty() || !facts.pulls_diagnostics || !facts.refreshes_diagnostics {
            return;
        }
        let client = self.shared.client.clone();
        self.shared.runtime.spawn(async move {
            if let Err(error) = client.workspace_diagnostic_refresh().await {
                tracing::warn!(%error, "the client did not take the news of diagnostics");
            }
        });
    }

    /// Tells a client that the lenses of documents have changed.
    pub fn refresh_lenses(&self) {
        if !self.state().facts.refreshes_lenses {
            return;
        }
        let client = self.shared.client.clone();
        self.shared.runtime.spawn(async move {
            if let Err(error) = client.code_lens_refresh().await {
                tracing::warn!(%error, "the client did not take the news of code lenses");
            }
        });
    }

    /// Shows what is known now of the runs of a file: in the open document, or else in the file as it is on disk.
    pub fn results_changed(&self, path: &Path) {
        let uris = self.state().documents.renew_path(path);
        if !uris.is_empty() {
            return self.judge_all_soon(&uris);
        }
        let Some(uri) = lsp::Uri::from_file_path(path) else { return };
        if self.state().facts.pulls_diagnostics {
            return self.ask_to_pull_again(&[uri]);
        }
        let (session, path) = (self.clone(), path.to_path_buf());
        self.shared.runtime.spawn_blocking(move || session.publish_closed(&uri, path));
    }

    /// Publishes what is known of the runs of a file that is not open. What the check finds in it is told when it is opened.
    fn publish_closed(&self, uri: &lsp::Uri, path: PathBuf) {
        let judged = workspace::snapshot(self, uri.clone(), path).map(|snapshot| self.judge_snapshot(&snapshot));
        let state = self.state();
        if state.documents.get(uri).is_some() {
            return;
        }
        let diagnostics = judged.map(|judged| super::runs::diagnostics::to_lsp(uri, &judged, state.facts));
        self.publish(uri, None, diagnostics.unwrap_or_default());
    }

    /// How the client calls a file.
    pub fn uri_of(&self, path: &Path) -> Option<lsp::Uri> {
        let open = self
            .state()
            .documents
            .iter()
            .find(|(_, document)| document.path.as_deref() == Some(path))
            .map(|it| it.0.clone());
        open.or_else(|| lsp::Uri::from_file_path(path))
    }

    /// What people call a file: its path in its folder of the workspace.
    pub fn label(&self, uri: &lsp::Uri) -> String {
        let Some(path) = uri.to_file_path() else { return uri.as_str().to_owned() };
        let state = self.state();
        let folder = state.folders.iter().filter_map(|folder| path.strip_prefix(folder).ok());
        let short = folder.min_by_key(|rest| rest.components().count()).unwrap_or(&path);
        short.display().to_string()
    }

    /// Where what can be run stands in a document, also while it is broken.
    pub fn run_places(&self, uri: &lsp::Uri, view: &DocumentView) -> Arc<RunPlaces> {
        let mut known: Option<KnownPlaces> =
            self.state().documents.get(uri).and_then(|document| document.run_places.clone());
        let places = RunPlaces::of(view, &mut known);
        if let Some(document) = self.state().documents.get_mut(uri) {
            document.run_places = known;
        }
        places
    }

    /// Judges one revision, with what is known of its runs.
    pub fn judge_snapshot(&self, snapshot: &Snapshot) -> Judged {
        let mut judged = self.judge().judge(snapshot);
        let results = snapshot.path.as_deref().and_then(|path| self.runs().results(path));
        if let Some(results) = results {
            judged.run = RunView::new(&results, &judged.view);
        }
        judged
    }

    /// Judges the documents again that read `path`, or looked for it in vain: all others, if it is a project's settings.
    pub fn judge_dependents(&self, path: &Path) {
        self.shared.index.invalidate();
        if is_project_file(path) {
            let uris = self.state().documents.renew_others(path);
            return self.judge_all_soon(&uris);
        }
        let uris = {
            let mut state = self.state();
            let mut uris = state.documents.renew(|judged| self.judge().depends_on(judged, path));
            // What a first analysis under way has read is not known yet. Tests are hardly ever read by others.
            if FileKind::of_name(path) != Some(FileKind::Test) {
                uris.extend(state.documents.renew_unjudged(path));
            }
            uris
        };
        self.judge_all_soon(&uris);
    }

    /// Judges what depends on files that changed on disk.
    pub fn files_changed(&self, paths: &[PathBuf]) {
        self.shared.index.invalidate();
        for path in paths {
            self.shared.metrics.file_changed(path);
            if self.runs().results(path).is_some() && self.uri_is_closed(path) {
                self.results_changed(path);
            }
        }
        let first = paths.first().map(|path| path.display().to_string());
        let _span = debug_span!("watch.file_changed", path = first, source = "disk", files = paths.len()).entered();
        if let Some(settings) = paths.iter().find(|path| is_project_file(path)) {
            self.judge_dependents(settings);
        } else {
            self.judge_again(|judged| paths.iter().any(|path| self.judge().depends_on(judged, path)));
        }
    }

    fn uri_is_closed(&self, path: &Path) -> bool {
        self.state().documents.iter().all(|(_, document)| document.path.as_deref() != Some(path))
    }

    /// Watches the workspace's files for a client that can't, from now on and instead of what was watched before.
    pub fn watch_files(&self) {
        let session = self.clone();
        // Walking the folders takes time; nobody waits for it.
        self.shared.runtime.spawn_blocking(move || {
            let folders = session.state().folders.clone();
            let reporting = session.clone();
            match watch::watch(&folders, is_watched, move |paths| reporting.files_changed(paths)) {
                Ok(watcher) => {
                    *session.shared.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher);
                    // What changed before the watch stood was told by nobody.
                    session.judge_again(|_| true);
                }
                Err(error) => tracing::warn!(%error, "files are not watched"),
            }
        });
    }

    /// Watches the folders that the workspace has now, if files are watched by us.
    pub fn watch_files_anew(&self) {
        if self.shared.watcher.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            self.watch_files();
        }
    }

    /// Sends every later render of a document, or of a part of it, to the client. Of very many only the last ones.
    pub fn follow_render(&self, uri: &lsp::Uri, selection: Option<Selection>) {
        const MOST: usize = 8;
        if let Some(document) = self.state().documents.get_mut(uri) {
            let followed = &mut document.renders_followed;
            followed.retain(|known| *known != selection);
            followed.push(selection);
            followed.drain(..followed.len().saturating_sub(MOST));
        }
    }

    /// Waits until a document is judged in its present revision or a later one. `None`: it is not open (any more).
    pub async fn judged(&self, uri: &lsp::Uri) -> Option<Arc<Judged>> {
        let mut finished = self.shared.finished.subscribe();
        let wanted = self.state().documents.get(uri)?.revision;
        loop {
            finished.mark_unchanged();
            let newest = self.state().documents.get(uri)?.judged.clone();
            if let Some(judged) = newest.filter(|judged| judged.revision >= wanted) {
                return Some(judged);
            }
            finished.changed().await.ok()?;
        }
    }

    /// Sends a notification.
    pub fn notify(&self, method: &'static str, params: &impl Serialize) {
        self.shared.outbox.send(&Notification { jsonrpc: "2.0", method, params });
    }

    /// A snapshot of a document, or, when it is not open any more, the end of its analysis.
    fn snapshot_or_land(&self, uri: &lsp::Uri) -> Option<Snapshot> {
        let mut state = self.state();
        let snapshot = state.snapshot(uri);
        if snapshot.is_none() {
            state.documents.land(uri);
        }
        snapshot
    }

    /// Judges a document until the result belongs to its newest text, and publishes that one.
    fn judge_until_newest(&self, uri: &lsp::Uri, asked: Instant) {
        loop {
            let Some(snapshot) = self.snapshot_or_land(uri) else { break };
            describe(&snapshot);
            let judged = Arc::new(self.judge_snapshot(&snapshot));
            self.shared.metrics.stages(&judged.analysis);
            let mut state = self.state();
            let (facts, hints) = (state.facts, state.settings.hints);
            let newest = state.documents.get_mut(uri).filter(|document| document.revision == judged.revision);
            let Some(document) = newest else {
                tracing::debug!(version = judged.version, "superseded by a newer text");
                continue;
            };
            document.judged = Some(Arc::clone(&judged));
            let followed = document.renders_followed.clone();
            state.documents.land(uri);
            let latency = asked.elapsed();
            self.shared.metrics.total.record(latency);
            measured(Measure::TotalLatency, latency);
            // Published under the lock: a later result can't overtake, and a close clears what this publishes.
            if !facts.pulls_diagnostics {
                self.publish(uri, Some(judged.version), diagnostics::to_lsp(uri, &judged, facts, hints));
            }
            drop(state);
            replay::soon(self, &snapshot, &judged);
            explorer::tell(self, uri, &judged);
            for selection in followed {
                let changed = rendered::text(self.judge(), &snapshot, &judged, selection, facts.encoding);
                changed.iter().for_each(|changed| self.notify("clnrm/renderedChanged", changed));
            }
            break;
        }
        self.shared.finished.send_modify(|count| *count += 1);
    }

    /// Publishes the diagnostics of a document, replacing what was published before.
    pub fn publish(&self, uri: &lsp::Uri, version: Option<i32>, diagnostics: Vec<lsp::Diagnostic>) {
        let _span = debug_span!("watch.publish", version, diagnostics = diagnostics.len()).entered();
        let params = lsp::PublishDiagnosticsParams { uri: uri.clone(), diagnostics, version };
        let notification = Notification { jsonrpc: "2.0", method: "textDocument/publishDiagnostics", params };
        self.shared.outbox.send_latest(uri.as_str(), &notification);
    }
}

/// Says in the present span what is judged.
fn describe(snapshot: &Snapshot) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    span.record("version", snapshot.version);
    span.record("hash", tracing::field::display(Digest::of(&*snapshot.text.text())));
}

/// Whether a change of this file can matter.
fn is_watched(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml" || extension == "tera")
}

#[derive(Serialize)]
struct Notification<P> {
    jsonrpc: &'static str,
    method: &'static str,
    params: P,
}
