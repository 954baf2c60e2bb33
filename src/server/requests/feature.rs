//! What all requests about a place of a document share: the newest text or its analysis, work off the message loop, one version
//! from the first byte to the last.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{Position, ProgressToken, Range, Uri};

use crate::features::known_spans::KnownSpans;
use crate::features::{DocumentView, Written, unfailing};
use crate::server::documents::Judged;
use crate::server::neighbourhood::Neighbourhood;
use crate::server::recorded::{self, Run};
use crate::server::runs::RunView;
use crate::server::session::Session;
use crate::server::{positions, progress};
use crate::text::{Encoding, Span};

/// How long a request that comes with the typing waits for the analysis of what was typed: those of ordinary documents take less.
/// Where the last one took longer, the next one is not waited for at all.
const PATIENCE: Duration = Duration::from_millis(5);

/// What progress is shown of.
pub(super) const SEARCHING: &str = "Searching the workspace's tests";

/// One text of a document, as features that need nothing else see it.
pub(super) struct Page {
    /// The document.
    pub uri: Uri,
    /// The document's revision.
    pub revision: u64,
    /// The text.
    pub written: Written,
    /// How the client counts columns.
    pub encoding: Encoding,
}

impl Page {
    /// The offset of a position.
    pub fn offset(&self, position: Position) -> usize {
        positions::offset(&self.written, position, self.encoding)
    }

    /// The span of a range.
    pub fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start.min(end), start.max(end))
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        positions::range(&self.written, span, self.encoding)
    }
}

/// What a feature sees of a document: one revision.
pub(super) struct Subject {
    /// The text.
    pub page: Page,
    /// The newest analysis.
    pub judged: Arc<Judged>,
    /// Where the spans of the test's last run are, if any are recorded.
    record: Option<PathBuf>,
    session: Session,
}

impl Subject {
    /// The document as features look at it.
    pub fn view(&self) -> &DocumentView {
        &self.judged.view
    }

    /// What the last recorded run of the document's test emitted; reads the record where it has changed.
    pub fn known_spans(&self) -> Arc<KnownSpans> {
        Arc::clone(&self.last_run().known)
    }

    fn last_run(&self) -> Arc<Run> {
        self.record.as_deref().map(|file| self.session.recorded().run(file)).unwrap_or_default()
    }

    /// The places of the constraints that nothing turns red in the last recorded run.
    pub fn unfailing(&self) -> Vec<Span> {
        let run = self.last_run();
        if run.trace.is_empty() {
            return Vec::new();
        }
        let mut weighed =
            self.session.state().documents.get(&self.page.uri).and_then(|document| document.weighed.clone());
        let places = unfailing::unfailing(self.view(), &run.trace, &mut weighed);
        if let Some(document) = self.session.state().documents.get_mut(&self.page.uri) {
            document.weighed = weighed;
        }
        places
    }

    /// The offset of a position.
    pub fn offset(&self, position: Position) -> usize {
        self.page.offset(position)
    }

    /// The position of an offset.
    pub fn position(&self, offset: usize) -> Position {
        self.range(Span::at(offset)).start
    }

    /// The span of a range.
    pub fn span(&self, range: Range) -> Span {
        self.page.span(range)
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        self.page.range(span)
    }
}

/// Answers a request about `uri` with what `work` reads off its newest text, without waiting for an analysis of it. `None`: the document
/// is not open. If the text has moved on meanwhile, the answer is `ContentModified`.
pub(super) async fn answer_from_text<T: Send + 'static>(
    session: &Session,
    uri: Uri,
    work: impl FnOnce(&Page) -> T + Send + 'static,
) -> Result<Option<T>> {
    let asked = uri.clone();
    let (page, version) = {
        let state = session.state();
        let Some(document) = state.documents.get(&uri) else { return Ok(None) };
        let (revision, written) = (document.revision, document.written.clone());
        (Page { uri, revision, written, encoding: state.facts.encoding }, document.version)
    };
    let answer = session.runtime().spawn_blocking(move || work(&page)).await.map_err(|_| Error::internal_error())?;
    still(session, &asked, version).map(|()| Some(answer))
}

/// Answers a request about `uri` from its newest text and the files around it. What takes over a second shows progress, under the
/// client's `token` if it gave one.
pub(super) async fn answer_with_files<T: Send + 'static>(
    session: &Session,
    uri: Uri,
    token: Option<ProgressToken>,
    work: impl FnOnce(&Subject, &Neighbourhood) -> T + Send + 'static,
) -> Result<Option<T>> {
    let reading = session.clone();
    let work = move |subject: &Subject| {
        let files = Neighbourhood::new(&reading, Some((&subject.page.uri, &subject.judged)));
        work(subject, &files)
    };
    let judged = newest(session, &uri).await;
    run(session, uri, judged, token, work).await
}

/// Answers a request about `uri` that comes with the typing itself. Where the analysis of the newest text takes long, `work` sees that
/// text with what is known of an earlier one ([`DocumentView::ahead`]).
pub(super) async fn answer_while_typing<T: Send + 'static>(
    session: &Session,
    uri: Uri,
    work: impl FnOnce(&Subject) -> T + Send + 'static,
) -> Result<Option<T>> {
    let is_long = {
        let state = session.state();
        let last = state.documents.get(&uri).and_then(|document| document.judged.as_ref());
        last.is_some_and(|judged| judged.analysis.durations.total() > PATIENCE)
    };
    let patience = if is_long { Duration::ZERO } else { PATIENCE };
    let judged = match tokio::time::timeout(patience, newest(session, &uri)).await {
        Ok(judged) => judged,
        Err(_) => match ahead(session, &uri).await {
            Some(judged) => Some(judged),
            None => newest(session, &uri).await,
        },
    };
    run(session, uri, judged, None, work).await
}

/// Answers a request about `uri` with what `work` makes of its newest text. `None`: the document is not open. If the text has
/// moved on meanwhile, the answer is `ContentModified`, and the client asks again.
pub(super) async fn answer<T: Send + 'static>(
    session: &Session,
    uri: Uri,
    work: impl FnOnce(&Subject) -> T + Send + 'static,
) -> Result<Option<T>> {
    let judged = newest(session, &uri).await;
    run(session, uri, judged, None, work).await
}

/// The analysis of the newest text, when it is there.
async fn newest(session: &Session, uri: &Uri) -> Option<Arc<Judged>> {
    read_ahead(session, uri);
    session.judged(uri).await
}

/// The newest text with what an earlier analysis tells; `None` where there is none that tells enough.
async fn ahead(session: &Session, uri: &Uri) -> Option<Arc<Judged>> {
    let (earlier, written, revision, version) = {
        let state = session.state();
        let document = state.documents.get(uri)?;
        (document.judged.clone()?, document.written.clone(), document.revision, document.version)
    };
    let work = session.runtime().spawn_blocking(move || {
        let view = earlier.view.ahead(written)?;
        let analysis = Arc::clone(&earlier.analysis);
        Some(Arc::new(Judged { revision, version, analysis, view, run: RunView::default() }))
    });
    work.await.ok()?
}

async fn run<T: Send + 'static>(
    session: &Session,
    uri: Uri,
    judged: Option<Arc<Judged>>,
    token: Option<ProgressToken>,
    work: impl FnOnce(&Subject) -> T + Send + 'static,
) -> Result<Option<T>> {
    let Some(judged) = judged else { return Ok(None) };
    let (encoding, record) = {
        let state = session.state();
        let path = state.documents.get(&uri).and_then(|document| document.path.clone());
        (state.facts.encoding, path.and_then(|path| recorded::place(&state, &path)))
    };
    let (version, asked) = (judged.version, uri.clone());
    let page = Page { uri, revision: judged.revision, written: judged.view.written().clone(), encoding };
    let subject = Subject { page, judged, record, session: session.clone() };
    let work = session.runtime().spawn_blocking(move || work(&subject));
    let answer = progress::shown(session, token, SEARCHING, work).await?;
    still(session, &asked, version).map(|()| Some(answer))
}

/// Reads the text of a document while its analysis is under way: all features need its tables.
fn read_ahead(session: &Session, uri: &Uri) {
    let state = session.state();
    let document = state.documents.get(uri);
    let waiting = document.filter(|it| it.judged.as_ref().is_none_or(|judged| judged.revision < it.revision));
    if let Some(written) = waiting.map(|document| document.written.clone()) {
        session.runtime().spawn_blocking(move || {
            written.syntax();
        });
    }
}

/// An error unless `version` is still that of the document.
fn still(session: &Session, uri: &Uri, version: i32) -> Result<()> {
    let newest = session.state().documents.get(uri).map(|document| document.version);
    if newest == Some(version) { Ok(()) } else { Err(Error::new(ErrorCode::ContentModified)) }
}
