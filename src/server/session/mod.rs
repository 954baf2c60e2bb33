//! One client's session: all mutable state of the server. `judging` keeps every open document judged, `refreshing` tells the client what
//! changed without it, `watching` sees what changes on disk.
//!
//! Rules that hold everywhere in this room: state changes happen before a handler's first `.await` and under one lock that is
//! never held across an `.await` or an analysis; a document has at most one analysis in flight, and when its text has moved on
//! meanwhile the result is dropped and the newest text is taken.

mod judging;
mod preparing;
mod refreshing;
mod watching;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::watch as signal;
use tower_lsp::Client;
use tower_lsp::ls_types as lsp;
use tracing::debug_span;

use super::baseline::Baselines;
use super::client_facts::ClientFacts;
use super::documents::Documents;
use super::judge::Judge;
use super::metrics::Metrics;
use super::outbox::Outbox;
use super::recorded::Recorded;
use super::runs::Runs;
use super::runs::places::{KnownPlaces, RunPlaces};
use super::runs::runner::Runner;
use super::semantic_legend::TokenLegend;
use super::settings::{InitializationOptions, Settings};
use super::workspace_index::WorkspaceIndex;
use crate::features::iterations::Selection;
use crate::features::{DocumentView, Written};
use crate::watch::Watcher;

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
    pub written: Written,
    /// Whether the workspace is trusted.
    pub trusted: bool,
    /// The workspace's folders.
    pub folders: Vec<PathBuf>,
    /// The client's settings.
    pub settings: Settings,
    /// The other open documents that are on disk too: their text counts, not the file's.
    pub buffers: Vec<(PathBuf, Written)>,
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
            written: document.written.clone(),
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

    /// Sends a notification.
    pub fn notify(&self, method: &'static str, params: &impl Serialize) {
        self.shared.outbox.send(&Notification { jsonrpc: "2.0", method, params });
    }

    /// Publishes the diagnostics of a document, replacing what was published before.
    pub fn publish(&self, uri: &lsp::Uri, version: Option<i32>, diagnostics: Vec<lsp::Diagnostic>) {
        let _span = debug_span!("watch.publish", version, diagnostics = diagnostics.len()).entered();
        let params = lsp::PublishDiagnosticsParams { uri: uri.clone(), diagnostics, version };
        let notification = Notification { jsonrpc: "2.0", method: "textDocument/publishDiagnostics", params };
        self.shared.outbox.send_latest(uri.as_str(), &notification);
    }
}

#[derive(Serialize)]
struct Notification<P> {
    jsonrpc: &'static str,
    method: &'static str,
    params: P,
}
