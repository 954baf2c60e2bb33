//! Tells the client what takes long: a request once it does, a run from its start.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    ProgressParams, ProgressParamsValue, ProgressToken, WorkDoneProgress, WorkDoneProgressBegin, WorkDoneProgressEnd,
    WorkDoneProgressReport,
};

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

/// Progress of something that goes on by itself. Ends when it is dropped.
#[derive(Debug)]
pub struct Reporter {
    updates: mpsc::UnboundedSender<Update>,
}

#[derive(Debug)]
enum Update {
    Report(String, Option<u32>),
    End(String),
}

impl Reporter {
    /// Shows `title` from now on; `None` where the client shows no progress of ours. The client may send
    /// `window/workDoneProgress/cancel` with the token. Only where `counts`, reports say how much is done.
    pub fn begin(session: &Session, token: &str, title: String, counts: bool) -> Option<Self> {
        if !session.state().facts.creates_progress {
            return None;
        }
        let (updates, mut changes) = mpsc::unbounded_channel();
        let (session, token) = (session.clone(), ProgressToken::String(token.to_owned()));
        let runtime = session.runtime().clone();
        runtime.spawn(async move {
            if session.client().create_work_done_progress(token.clone()).await.is_err() {
                return;
            }
            let tell = |progress| {
                let value = ProgressParamsValue::WorkDone(progress);
                session.notify("$/progress", &ProgressParams { token: token.clone(), value });
            };
            tell(WorkDoneProgress::Begin(WorkDoneProgressBegin {
                title,
                cancellable: Some(true),
                message: None,
                percentage: counts.then_some(0),
            }));
            let mut last = None;
            while let Some(update) = changes.recv().await {
                match update {
                    Update::Report(message, percentage) => tell(WorkDoneProgress::Report(WorkDoneProgressReport {
                        cancellable: None,
                        message: Some(message),
                        percentage,
                    })),
                    Update::End(message) => last = Some(message),
                }
            }
            tell(WorkDoneProgress::End(WorkDoneProgressEnd { message: last }));
        });
        Some(Self { updates })
    }

    /// Says what is being done, and how much of all is, from 0 to 100.
    pub fn report(&self, message: String, percentage: Option<u32>) {
        // Where the client took no progress, nobody listens.
        let _ = self.updates.send(Update::Report(message, percentage));
    }

    /// Says what came out.
    pub fn end(self, message: String) {
        let _ = self.updates.send(Update::End(message));
    }
}
