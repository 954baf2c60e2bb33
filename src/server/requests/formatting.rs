//! `textDocument/formatting`, `rangeFormatting`, `onTypeFormatting` and `willSaveWaitUntil`.
//!
//! The edits belong to the version that the request met; where the document has moved on meanwhile, the answer is
//! `ContentModified`, and the client asks again.

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, LogMessageParams,
    MessageType, Position, TextEdit, Uri, WillSaveTextDocumentParams,
};

use crate::formatting::Notice;
use crate::server::positions;
use crate::server::session::{Session, Snapshot};
use crate::text::Span;

/// What is typed before a line is formatted: the end of a header, a list or a table, and the line break behind them.
pub const TRIGGERS: [&str; 3] = ["\n", "]", "}"];

/// What of a document is formatted.
enum Part {
    Everything,
    Range(Position, Position),
    /// The statement that was just completed, without moving anything.
    Completed {
        at: Position,
        typed: String,
    },
}

/// The whole document.
pub async fn document(session: &Session, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
    edits(session, params.text_document.uri, Part::Everything).await
}

/// The statements that a range touches.
pub async fn range(session: &Session, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
    edits(session, params.text_document.uri, Part::Range(params.range.start, params.range.end)).await
}

/// The statement that was just completed.
pub async fn on_type(session: &Session, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
    let place = params.text_document_position;
    edits(session, place.text_document.uri, Part::Completed { at: place.position, typed: params.ch }).await
}

/// The whole document, before it is saved, where the settings ask for it.
pub async fn will_save(session: &Session, params: WillSaveTextDocumentParams) -> Result<Option<Vec<TextEdit>>> {
    if !session.state().settings.format_on_save {
        return Ok(None);
    }
    edits(session, params.text_document.uri, Part::Everything).await
}

async fn edits(session: &Session, uri: Uri, part: Part) -> Result<Option<Vec<TextEdit>>> {
    let (snapshot, encoding) = {
        let state = session.state();
        let Some(snapshot) = state.snapshot(&uri) else { return Ok(None) };
        (snapshot, state.facts.encoding)
    };
    let is_whole = matches!(part, Part::Everything);
    let (range, keeps_order) = match part {
        Part::Everything => (None, false),
        Part::Range(start, end) => {
            let start = positions::offset(&snapshot.written, start, encoding);
            let end = positions::offset(&snapshot.written, end, encoding);
            (Some(Span::new(start.min(end), start.max(end))), false)
        }
        Part::Completed { at, typed } => {
            let offset = positions::offset(&snapshot.written, at, encoding);
            // Behind a line break, the line above is complete.
            let above = Position { line: at.line.saturating_sub(1), character: 0 };
            let offset = if typed == "\n" { positions::offset(&snapshot.written, above, encoding) } else { offset };
            (Some(Span::at(offset)), true)
        }
    };
    let version = snapshot.version;
    let working = session.clone();
    let formatted = session.runtime().spawn_blocking(move || {
        let formatted = working.judge().format(&snapshot, range, keeps_order);
        // A range, or a line just typed, is left alone too often to talk about it.
        if is_whole {
            tell(&working, &snapshot, &formatted.notices);
        }
        let edit = |edit: crate::formatting::TextEdit| TextEdit {
            range: positions::range(&snapshot.written, edit.span, encoding),
            new_text: edit.text,
        };
        formatted.edits.into_iter().map(edit).collect::<Vec<_>>()
    });
    let edits = formatted.await.map_err(|_| Error::internal_error())?;
    let newest = session.state().documents.get(&uri).map(|document| document.version);
    if newest != Some(version) {
        return Err(Error::new(ErrorCode::ContentModified));
    }
    Ok(Some(edits))
}

/// Tells people what a document's formatting left alone, and why: in the client's log of this server, and in `clnrm/status`. Who
/// formats on save formats often, so what was told is told again only when it changes.
fn tell(session: &Session, snapshot: &Snapshot, notices: &[Notice]) {
    let lines = snapshot.written.lines();
    let line = |notice: &Notice| format!("line {}: {}", lines.line(notice.span.start), notice.kind);
    let left_alone: Vec<String> = notices.iter().map(line).collect();
    {
        let mut state = session.state();
        let Some(document) = state.documents.get_mut(&snapshot.uri) else { return };
        if document.left_alone == left_alone {
            return;
        }
        document.left_alone.clone_from(&left_alone);
    }
    if !left_alone.is_empty() {
        let message = format!("formatting {}: {}", snapshot.uri.as_str(), left_alone.join("; "));
        session.notify("window/logMessage", &LogMessageParams { typ: MessageType::INFO, message });
    }
}
