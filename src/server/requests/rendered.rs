//! `clnrm/rendered`, `clnrm/renderedRanges` and `clnrm/sourceRange`: the rendered TOML of a document as a virtual document that
//! follows the source, with the mapping in both directions. A selection shows one round of a loop or one combination of the
//! matrix; the lenses of `textDocument/codeLens` offer them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{Position, Range, Uri};

use crate::features::Written;
use crate::features::iterations::{self, Selection};
use crate::server::documents::Judged;
use crate::server::judge::Judge;
use crate::server::positions;
use crate::server::session::{Session, Snapshot};
use crate::template::{FileSpan, Rendered};
use crate::text::{Encoding, Span};

/// The scheme of the virtual documents.
const SCHEME: &str = "clnrm-rendered";

/// Parameters of `clnrm/rendered`.
#[derive(Clone, Debug, Deserialize)]
pub struct RenderedParams {
    /// The document.
    pub uri: Uri,
    /// What of it; all of the representative combination where it is absent.
    #[serde(default)]
    pub selection: Option<Selection>,
}

/// The answer to `clnrm/rendered`, and the parameters of the notification `clnrm/renderedChanged`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RenderedText {
    /// The source document.
    pub source: Uri,
    /// The virtual document: one for each selection.
    pub uri: String,
    /// The version of the source that was rendered.
    pub version: i32,
    /// The rendered text; the source itself where nothing has to be rendered.
    pub text: String,
    /// What was selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// The parts of the text that the selected round wrote; absent unless a round was selected that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranges: Option<Vec<Range>>,
}

/// The rendered text of an open document. `None`: it is not open. From the first call on, every later render of the selection
/// is sent as `clnrm/renderedChanged`, until the document is closed.
pub async fn handle(session: &Session, params: RenderedParams) -> Result<Option<RenderedText>> {
    let RenderedParams { uri, selection } = params;
    session.follow_render(&uri, selection.clone());
    let Some(view) = View::of(session, &uri, selection.as_ref()).await? else { return Ok(None) };
    Ok(Some(view.text(&uri, selection)))
}

/// The rendered text of a judged document, for those who follow it. `None`: what was selected is there no more.
pub fn text(
    judge: &Judge,
    snapshot: &Snapshot,
    judged: &Arc<Judged>,
    selection: Option<Selection>,
    encoding: Encoding,
) -> Option<RenderedText> {
    let rendered = rendered(judge, snapshot, judged, selection.as_ref())?;
    Some(View::new(Arc::clone(judged), rendered, encoding).text(&snapshot.uri, selection))
}

/// The render of a selection: `Some(None)` where nothing has to be rendered.
fn rendered(
    judge: &Judge,
    snapshot: &Snapshot,
    judged: &Judged,
    selection: Option<&Selection>,
) -> Option<Option<Arc<Rendered>>> {
    match selection {
        Some(Selection::Combination { combination }) => judge.combination(snapshot, *combination).map(Some),
        Some(Selection::Round { .. }) | None => Some(judged.analysis.rendered.clone()),
    }
}

/// Parameters of `clnrm/renderedRanges`: a place of the source.
#[derive(Clone, Debug, Deserialize)]
pub struct PositionParams {
    /// The source document.
    pub uri: Uri,
    /// The place in it.
    pub position: Position,
    /// What of its render is looked at.
    #[serde(default)]
    pub selection: Option<Selection>,
}

/// All places of the rendered text that a place of the source produced; several in loops and repeated calls. Of a selected round
/// those that it wrote.
pub async fn rendered_ranges(session: &Session, params: PositionParams) -> Result<Vec<Range>> {
    let Some(view) = View::of(session, &params.uri, params.selection.as_ref()).await? else { return Ok(Vec::new()) };
    let offset = positions::offset(view.judged.view.written(), params.position, view.encoding);
    let mut spans = match &view.rendered {
        None => vec![Span::at(offset)],
        Some(rendered) => {
            let place = Span::new(offset, (offset + 1).min(view.judged.view.text().len()));
            rendered.map.rendered(FileSpan::document(place))
        }
    };
    if let Some(written) = params.selection.and_then(|selection| iterations::rendered(&view.judged.view, &selection)) {
        spans.retain(|span| written.iter().any(|part| part.covers(*span)));
    }
    Ok(spans.into_iter().map(|span| view.range(span)).collect())
}

/// Parameters of `clnrm/sourceRange`: a range of the rendered text.
#[derive(Clone, Debug, Deserialize)]
pub struct RangeParams {
    /// The source document.
    pub uri: Uri,
    /// The range of the rendered text.
    pub range: Range,
    /// Which render it belongs to.
    #[serde(default)]
    pub selection: Option<Selection>,
}

/// The range of the source that a range of the rendered text came from.
pub async fn source_range(session: &Session, params: RangeParams) -> Result<Option<Range>> {
    let Some(view) = View::of(session, &params.uri, params.selection.as_ref()).await? else { return Ok(None) };
    let start = positions::offset(&view.text, params.range.start, view.encoding);
    let end = positions::offset(&view.text, params.range.end, view.encoding).max(start);
    let span = Span::new(start, end);
    let span = view.rendered.as_ref().map_or(span, |rendered| rendered.map.place(span));
    Ok(Some(positions::range(view.judged.view.written(), span, view.encoding)))
}

/// A judged document beside its rendered text.
struct View {
    judged: Arc<Judged>,
    /// `None` where nothing has to be rendered.
    rendered: Option<Arc<Rendered>>,
    text: Written,
    encoding: Encoding,
}

impl View {
    fn new(judged: Arc<Judged>, rendered: Option<Arc<Rendered>>, encoding: Encoding) -> Self {
        let text = rendered
            .as_ref()
            .map_or_else(|| judged.view.written().clone(), |rendered| Written::new(rendered.text.as_str().into()));
        Self { judged, rendered, text, encoding }
    }

    /// `None`: the document is not open.
    async fn of(session: &Session, uri: &Uri, selection: Option<&Selection>) -> Result<Option<Self>> {
        let Some(judged) = session.judged(uri).await else { return Ok(None) };
        let (snapshot, encoding) = {
            let state = session.state();
            (state.snapshot(uri), state.facts.encoding)
        };
        let Some(snapshot) = snapshot.filter(|snapshot| snapshot.revision == judged.revision) else {
            return Err(Error::new(ErrorCode::ContentModified));
        };
        let (working, of, selection) = (session.clone(), Arc::clone(&judged), selection.cloned());
        let work = move || rendered(working.judge(), &snapshot, &of, selection.as_ref());
        let rendered = session.runtime().spawn_blocking(work).await.map_err(|_| Error::internal_error())?;
        let Some(rendered) = rendered else {
            return Err(Error::invalid_params("the matrix of the document has no such combination"));
        };
        Ok(Some(Self::new(judged, rendered, encoding)))
    }

    fn text(&self, uri: &Uri, selection: Option<Selection>) -> RenderedText {
        let rest = uri.as_str().split_once(':').map_or(uri.as_str(), |(_, rest)| rest);
        let written = selection.as_ref().and_then(|selection| iterations::rendered(&self.judged.view, selection));
        RenderedText {
            source: uri.clone(),
            uri: format!("{SCHEME}:{rest}{}", selection.as_ref().map(query).unwrap_or_default()),
            version: self.judged.version,
            text: self.text.text().to_string(),
            ranges: written.map(|spans| spans.into_iter().map(|span| self.range(span)).collect()),
            selection,
        }
    }

    fn range(&self, span: Span) -> Range {
        positions::range(&self.text, span, self.encoding)
    }
}

/// What tells the virtual documents of one source apart.
fn query(selection: &Selection) -> String {
    match selection {
        Selection::Combination { combination } => format!("?combination={combination}"),
        Selection::Round { r#loop, round } => format!("?loop={}&round={round}", r#loop),
    }
}
