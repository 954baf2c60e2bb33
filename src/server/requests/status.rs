//! `clnrm/status`: what the server is, how it is, and why a document is judged as it is.

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Uri;

use crate::analysis::{CacheStatistics, FileKind};
use crate::server::judge::Settings;
use crate::server::metrics::{Percentiles, Stages};
use crate::server::session::Session;

/// Parameters of `clnrm/status`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct StatusParams {
    /// The document to explain.
    #[serde(default)]
    pub uri: Option<Uri>,
}

/// The answer to `clnrm/status`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The server's version.
    version: &'static str,
    /// The server's process.
    process_id: u32,
    /// Whether the workspace is trusted.
    trusted: bool,
    /// The agreed unit of columns.
    position_encoding: String,
    /// `push` or `pull`.
    diagnostics: &'static str,
    /// The workspace's folders.
    folders: Vec<String>,
    /// How many documents are open.
    open_documents: usize,
    /// From a change to its diagnostics, in milliseconds.
    latency_ms: Percentiles,
    /// How long each stage took, in milliseconds.
    stages_ms: Stages,
    /// How many changes of documents and files there were.
    file_changes: u64,
    /// The cache of renders.
    cache: Cache,
    /// The settings that the client gave, with defaults for the rest.
    settings: UsedSettings,
    /// The document that was asked for.
    document: Option<DocumentStatus>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cache {
    hits: u64,
    misses: u64,
    retyped: u64,
    evictions: u64,
    hit_rate: f64,
    miss_rate: f64,
    eviction_rate: f64,
    entries: usize,
    bytes: usize,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UsedSettings {
    level: &'static str,
    all_combinations: bool,
    hints: bool,
    /// The names alone: a value may be a secret, and a status is pasted into issues.
    variables: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentStatus {
    /// Whether it is open.
    open: bool,
    /// The client's version.
    version: Option<i32>,
    /// What the file is, or why it is ignored.
    kind: Option<&'static str>,
    /// The `cleanroom.toml` that counts for it.
    project_settings: Option<String>,
    /// What its last formatting left alone, and why.
    left_alone: Vec<String>,
}

/// Answers at once, whatever else is going on.
pub fn handle(session: &Session, params: &StatusParams) -> Result<Status> {
    let statistics = session.judge().cache_statistics();
    let latency_ms = session.metrics().total.percentiles();
    let document = params.uri.as_ref().map(|uri| document_status(session, uri));
    let state = session.state();
    Ok(Status {
        version: env!("CARGO_PKG_VERSION"),
        process_id: std::process::id(),
        trusted: state.trusted,
        position_encoding: state.facts.encoding_kind().as_str().to_owned(),
        diagnostics: if state.facts.pulls_diagnostics { "pull" } else { "push" },
        folders: state.folders.iter().map(|folder| folder.display().to_string()).collect(),
        open_documents: state.documents.iter().count(),
        latency_ms,
        stages_ms: session.metrics().stage_percentiles(),
        file_changes: session.metrics().file_changes(),
        settings: UsedSettings {
            level: state.settings.level.level().name(),
            all_combinations: state.settings.all_combinations,
            hints: state.settings.hints,
            variables: state.settings.variables.keys().cloned().collect(),
        },
        cache: cache(&statistics),
        document,
    })
}

fn cache(statistics: &CacheStatistics) -> Cache {
    Cache {
        hits: statistics.hits,
        misses: statistics.misses,
        retyped: statistics.retyped,
        evictions: statistics.evictions,
        hit_rate: statistics.hit_rate(),
        miss_rate: statistics.rate(statistics.misses),
        eviction_rate: statistics.rate(statistics.evictions),
        entries: statistics.entries,
        bytes: statistics.bytes,
    }
}

fn document_status(session: &Session, uri: &Uri) -> DocumentStatus {
    let state = session.state();
    let document = state.documents.get(uri);
    let kind = document.and_then(|document| document.judged.as_ref()).map(|judged| match judged.analysis.kind {
        FileKind::Test => "test",
        FileKind::MacroLibrary => "macro library: its templates are checked, it is not judged as a test",
        FileKind::ProjectSettings => "project settings",
        FileKind::CoverageManifest => "coverage manifest: not a test, ignored",
        FileKind::Other => "not a test: neither its name nor its tables are those of one, ignored",
    });
    let (open, version) = (document.is_some(), document.map(|document| document.version));
    let left_alone = document.map(|document| document.left_alone.clone()).unwrap_or_default();
    let (folders, trusted) = (state.folders.clone(), state.trusted);
    let buffers = state.documents.settings();
    drop(state);
    let settings = Settings {
        folders: &folders,
        trusted,
        open: buffers.iter().map(|(path, text)| (path.as_path(), text)).collect(),
    };
    let nearest = uri.to_file_path().and_then(|path| settings.nearest(&path));
    let project_settings = nearest.map(|(path, _)| path.display().to_string());
    DocumentStatus { open, version, kind, project_settings, left_alone }
}
