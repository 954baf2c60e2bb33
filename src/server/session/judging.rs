//! The queue that keeps every open document judged: one analysis of each in flight, the newest text wins.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tower_lsp::ls_types as lsp;
use tracing::field::Empty;
use tracing::{Span, debug_span};

use super::{Session, Snapshot};
use crate::analysis::cache::Digest;
use crate::analysis::project::is_project_file;
use crate::config::FileKind;
use crate::server::documents::Judged;
use crate::server::requests::rendered;
use crate::server::runs::{self, RunView, explorer, replay};
use crate::server::{diagnostics, workspace};
use crate::telemetry::{Measure, measured};

impl Session {
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
        let diagnostics = judged.map(|judged| runs::diagnostics::to_lsp(uri, &judged, state.facts));
        self.publish(uri, None, diagnostics.unwrap_or_default());
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
            // To free what an earlier analysis made takes about as long as to make it: nobody waits for that.
            let earlier = document.judged.replace(Arc::clone(&judged));
            let followed = document.renders_followed.clone();
            let hints_ahead = std::mem::take(&mut document.hints_ahead);
            state.documents.land(uri);
            let latency = asked.elapsed();
            self.shared.metrics.total.record(latency);
            measured(Measure::TotalLatency, latency);
            // Published under the lock: a later result can't overtake, and a close clears what this publishes.
            if !facts.pulls_diagnostics {
                self.publish(uri, Some(judged.version), diagnostics::to_lsp(uri, &judged, facts, hints));
            }
            drop(state);
            self.tell_waiting();
            drop(earlier);
            if hints_ahead {
                self.refresh_hints();
            }
            self.prepare_at_rest(uri, &judged);
            replay::soon(self, &snapshot, &judged);
            explorer::tell(self, uri, &judged);
            for selection in followed {
                let changed = rendered::text(self.judge(), &snapshot, &judged, selection, facts.encoding);
                changed.iter().for_each(|changed| self.notify("clnrm/renderedChanged", changed));
            }
            return;
        }
        self.tell_waiting();
    }

    /// Wakes the requests that wait for an analysis.
    fn tell_waiting(&self) {
        self.shared.finished.send_modify(|count| *count += 1);
    }
}

/// Says in the present span what is judged.
fn describe(snapshot: &Snapshot) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    span.record("version", snapshot.version);
    span.record("hash", tracing::field::display(Digest::of(&**snapshot.written.text())));
}
