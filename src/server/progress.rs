//! Tells the client that something takes long, once it does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::ProgressToken;

use super::session::Session;

/// How long nobody needs to be told.
const PATIENCE: Duration = Duration::from_secs(1);

/// What `work` yields. After a second the client is shown `title`, under the token that it gave, or under one of ours where it
/// accepts these.
pub async fn shown<T: Send + 'static>(
    session: &Session,
    token: Option<ProgressToken>,
    title: &'static str,
    mut work: JoinHandle<T>,
) -> Result<T> {
    if let Ok(done) = timeout(PATIENCE, &mut work).await {
        return done.map_err(|_| Error::internal_error());
    }
    let creates = session.state().facts.creates_progress;
    let (client, own) = (session.client().clone(), token.is_none());
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    let token = token.or_else(|| creates.then(new_token));
    // In a task of its own: the answer to `create` must not be awaited here.
    if let Some(token) = token {
        session.runtime().spawn(async move {
            if own && client.create_work_done_progress(token.clone()).await.is_err() {
                return;
            }
            let progress = client.progress(token, title).begin().await;
            // The sender is dropped when the work has ended, whatever became of it.
            end.await.unwrap_or(());
            progress.finish().await;
        });
    }
    let done = work.await.map_err(|_| Error::internal_error());
    drop(ended);
    done
}

fn new_token() -> ProgressToken {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    ProgressToken::String(format!("clnrm-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
}
