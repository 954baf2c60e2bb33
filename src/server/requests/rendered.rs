//! `clnrm/rendered`, `clnrm/renderedRanges` and `clnrm/sourceRange`: the rendered TOML of a document as a virtual document that
//! follows the source, with the mapping in both directions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Position, Range, Uri};

use crate::server::documents::Judged;
use crate::server::positions;
use crate::server::session::Session;
use crate::template::{FileSpan, SourceMap};
use crate::text::{Document, Span};

/// The scheme of the virtual documents.
const SCHEME: &str = "clnrm-rendered";

/// Parameters of `clnrm/rendered`.
#[derive(Clone, Debug, Deserialize)]
pub struct RenderedParams {
    /// The document.
    pub uri: Uri,
}

/// The answer to `clnrm/rendered`, and the parameters of the notification `clnrm/renderedChanged`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RenderedText {
    /// The source document.
    pub source: Uri,
    /// The virtual document.
    pub uri: String,
    /// The version of the source that was rendered.
    pub version: i32,
    /// The rendered text; the source itself where nothing has to be rendered.
    pub text: String,
}

/// The rendered text of an open document. `None`: it is not open. From the first call on, every later render of the document
/// is sent as `clnrm/renderedChanged`, until it is closed.
pub async fn handle(session: &Session, params: RenderedParams) -> Result<Option<RenderedText>> {
    session.follow_render(&params.uri);
    Ok(session.judged(&params.uri).await.map(|judged| text(&params.uri, &judged)))
}

/// The rendered text of a judged document.
pub fn text(uri: &Uri, judged: &Judged) -> RenderedText {
    let rest = uri.as_str().split_once(':').map_or(uri.as_str(), |(_, rest)| rest);
    RenderedText {
        source: uri.clone(),
        uri: format!("{SCHEME}:{rest}"),
        version: judged.version,
        text: judged.analysis.rendered.as_ref().map_or_else(|| judged.text.text().to_string(), |it| it.text.clone()),
    }
}

/// Parameters of `clnrm/renderedRanges`: a place of the source.
#[derive(Clone, Debug, Deserialize)]
pub struct PositionParams {
    /// The source document.
    pub uri: Uri,
    /// The place in it.
    pub position: Position,
}

/// All places of the rendered text that a place of the source produced; several in loops and repeated calls.
pub async fn rendered_ranges(session: &Session, params: PositionParams) -> Result<Vec<Range>> {
    let Some(view) = View::of(session, &params.uri).await else { return Ok(Vec::new()) };
    let offset = positions::offset(&view.judged.text, params.position, view.encoding());
    let spans = view.map().map_or_else(
        || vec![Span::at(offset)],
        |map| map.rendered(FileSpan::document(Span::new(offset, (offset + 1).min(view.judged.text.len())))),
    );
    Ok(spans.into_iter().map(|span| positions::range(&view.rendered, span, view.encoding())).collect())
}

/// Parameters of `clnrm/sourceRange`: a range of the rendered text.
#[derive(Clone, Debug, Deserialize)]
pub struct RangeParams {
    /// The source document.
    pub uri: Uri,
    /// The range of the rendered text.
    pub range: Range,
}

/// The range of the source that a range of the rendered text came from.
pub async fn source_range(session: &Session, params: RangeParams) -> Result<Option<Range>> {
    let Some(view) = View::of(session, &params.uri).await else { return Ok(None) };
    let start = positions::offset(&view.rendered, params.range.start, view.encoding());
    let end = positions::offset(&view.rendered, params.range.end, view.encoding()).max(start);
    let span = view.map().map_or(Span::new(start, end), |map| map.origin(Span::new(start, end)).place);
    Ok(Some(positions::range(&view.judged.text, span, view.encoding())))
}

/// A judged document beside its rendered text.
struct View {
    judged: Arc<Judged>,
    rendered: Document,
    encoding: crate::text::Encoding,
}

impl View {
    async fn of(session: &Session, uri: &Uri) -> Option<Self> {
        let judged = session.judged(uri).await?;
        let encoding = session.state().facts.encoding;
        let rendered =
            judged.analysis.rendered.as_ref().map_or_else(|| judged.text.clone(), |it| Document::new(&it.text));
        Some(Self { judged, rendered, encoding })
    }

    fn encoding(&self) -> crate::text::Encoding {
        self.encoding
    }

    fn map(&self) -> Option<&SourceMap> {
        self.judged.analysis.rendered.as_ref().map(|rendered| &rendered.map)
    }
}
