//! What all requests about a place of a document share: the newest analysis, work off the message loop, one version from
//! the first byte to the last.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::Arc;

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{Position, ProgressToken, Range, Uri};

use crate::features::DocumentView;
use crate::features::known_spans::KnownSpans;
use crate::features::unfailing;
use crate::server::documents::Judged;
use crate::server::neighbourhood::Neighbourhood;
use crate::server::recorded::{self, Run};
use crate::server::session::Session;
use crate::server::{positions, progress};
use crate::text::{Encoding, LineIndex, Span};

/// What progress is shown of.
pub(super) const SEARCHING: &str = "Searching the workspace's tests";

/// What a feature sees of a document: one revision.
pub(super) struct Subject {
    /// The document.
    pub uri: Uri,
    /// The newest analysis.
    pub judged: Arc<Judged>,
    /// How the client counts columns.
    pub encoding: Encoding,
    /// Where the spans of the test's last run are, if any are recorded.
    record: Option<PathBuf>,
    session: Session,
    /// Where the lines begin, found when a range is first told.
    lines: OnceCell<LineIndex>,
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
        let mut weighed = self.session.state().documents.get(&self.uri).and_then(|document| document.weighed.clone());
        let places = unfailing::unfailing(self.view(), &run.trace, &mut weighed);
        if let Some(document) = self.session.state().documents.get_mut(&self.uri) {
            document.weighed = weighed;
        }
        places
    }

    /// The offset of a position.
    pub fn offset(&self, position: Position) -> usize {
        positions::offset(&self.judged.text, position, self.encoding)
    }

    /// The position of an offset.
    pub fn position(&self, offset: usize) -> Position {
        self.range(Span::at(offset)).start
    }

    /// The span of a range.
    pub fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start.min(end), start.max(end))
    }

    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.view().text()))
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        positions::range_in(self.view().text(), self.lines(), span, self.encoding)
    }
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
        let files = Neighbourhood::new(&reading, Some((&subject.uri, &subject.judged)));
        work(subject, &files)
    };
    run(session, uri, token, work).await
}

/// Answers a request about `uri` with what `work` makes of its newest text. `None`: the document is not open. If the text has
/// moved on meanwhile, the answer is `ContentModified`, and the client asks again.
pub(super) async fn answer<T: Send + 'static>(
    session: &Session,
    uri: Uri,
    work: impl FnOnce(&Subject) -> T + Send + 'static,
) -> Result<Option<T>> {
    run(session, uri, None, work).await
}

async fn run<T: Send + 'static>(
    session: &Session,
    uri: Uri,
    token: Option<ProgressToken>,
    work: impl FnOnce(&Subject) -> T + Send + 'static,
) -> Result<Option<T>> {
    let Some(judged) = session.judged(&uri).await else { return Ok(None) };
    let (encoding, record) = {
        let state = session.state();
        let path = state.documents.get(&uri).and_then(|document| document.path.clone());
        (state.facts.encoding, path.and_then(|path| recorded::place(&state, &path)))
    };
    let (revision, asked) = (judged.version, uri.clone());
    let subject = Subject { uri, judged, encoding, record, session: session.clone(), lines: OnceCell::new() };
    let work = session.runtime().spawn_blocking(move || work(&subject));
    let answer = progress::shown(session, token, SEARCHING, work).await?;
    let newest = session.state().documents.get(&asked).map(|document| document.version);
    if newest != Some(revision) {
        return Err(Error::new(ErrorCode::ContentModified));
    }
    Ok(Some(answer))
}
