//! What is made ready when nobody types any more: the index of names, for which definitions, references, highlights and renames would
//! wait. A document that is being typed into is left alone, so that a keystroke costs its own analysis only.

use std::sync::Arc;
use std::time::Duration;

use tower_lsp::ls_types as lsp;

use super::Session;
use crate::server::documents::Judged;

/// A text that was not changed for so long after its analysis is at rest.
const REST: Duration = Duration::from_millis(150);

impl Session {
    /// Indexes the names of a document once it is at rest, if `judged` is still its newest analysis then.
    pub(super) fn prepare_at_rest(&self, uri: &lsp::Uri, judged: &Arc<Judged>) {
        let (session, uri, judged) = (self.clone(), uri.clone(), Arc::downgrade(judged));
        self.shared.runtime.spawn(async move {
            tokio::time::sleep(REST).await;
            let newest = judged.upgrade().filter(|judged| {
                let state = session.state();
                state.documents.get(&uri).is_some_and(|document| document.revision == judged.revision)
            });
            if let Some(judged) = newest {
                session.shared.runtime.spawn_blocking(move || {
                    judged.view.symbols();
                });
            }
        });
    }
}
