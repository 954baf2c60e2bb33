//! Telling the client that something changed which it did not change itself. Nobody waits for its answers.

use tower_lsp::ls_types as lsp;

use super::Session;

impl Session {
    /// Tells a client that hints and lenses of documents change which it did not change itself.
    pub(super) fn ask_again_for_features(&self, uris: &[lsp::Uri]) {
        if !uris.is_empty() {
            self.refresh_hints();
            self.refresh_lenses();
        }
    }

    /// Tells a client that pulls that the diagnostics of documents change which it did not change itself.
    pub(super) fn ask_to_pull_again(&self, uris: &[lsp::Uri]) {
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

    /// Tells the client to ask again for hints behind the analysis of revision `revision` of a document, or of a later one.
    pub fn refresh_hints_once_judged(&self, uri: &lsp::Uri, revision: u64) {
        {
            let mut state = self.state();
            let Some(document) = state.documents.get_mut(uri) else { return };
            if document.judged.as_ref().is_none_or(|judged| judged.revision < revision) {
                document.hints_ahead = true;
                return;
            }
        }
        self.refresh_hints();
    }

    /// Tells a client that hints of documents have changed.
    pub(super) fn refresh_hints(&self) {
        if !self.state().facts.refreshes_hints {
            return;
        }
        let client = self.shared.client.clone();
        self.shared.runtime.spawn(async move {
            if let Err(error) = client.inlay_hint_refresh().await {
                tracing::warn!(%error, "the client did not take the news of inlay hints");
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
}
