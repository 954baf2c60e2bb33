//! `textDocument/prepareCallHierarchy`, `callHierarchy/incomingCalls` and `callHierarchy/outgoingCalls`, for macros.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, Position, SymbolKind, Uri,
};

use super::feature::{self, SEARCHING};
use crate::features::DocumentView;
use crate::features::macro_calls::{self, Caller};
use crate::features::references::Workspace;
use crate::server::neighbourhood::Neighbourhood;
use crate::server::session::Session;
use crate::server::{positions, progress};
use crate::template::library;

/// The macro at a place.
pub async fn prepare(session: &Session, params: CallHierarchyPrepareParams) -> Result<Option<Vec<CallHierarchyItem>>> {
    let place = params.text_document_position_params;
    let token = params.work_done_progress_params.work_done_token;
    let answer = feature::answer_with_files(session, place.text_document.uri, token, move |subject, files| {
        let item = macro_calls::prepare(subject.view(), subject.offset(place.position), files)?;
        Some(vec![to_lsp(files, &item)?])
    });
    Ok(answer.await?.flatten())
}

/// What calls a macro.
pub async fn incoming(
    session: &Session,
    params: CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
    let token = params.work_done_progress_params.work_done_token;
    let reading = session.clone();
    let work = session.runtime().spawn_blocking(move || {
        let files = Neighbourhood::new(&reading, None);
        let (view, offset) = place(&reading, &files, &params.item.uri, params.item.selection_range.start)?;
        let calls = macro_calls::incoming(&view, offset, &files).into_iter().filter_map(|calls| {
            let from_ranges = files.ranges(&calls.item.source, calls.places.iter().copied());
            Some(CallHierarchyIncomingCall { from: to_lsp(&files, &calls.item)?, from_ranges })
        });
        Some(calls.collect())
    });
    progress::shown(session, token, SEARCHING, work).await
}

/// What a macro or a file calls.
pub async fn outgoing(
    session: &Session,
    params: CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let token = params.work_done_progress_params.work_done_token;
    let reading = session.clone();
    let work = session.runtime().spawn_blocking(move || {
        let files = Neighbourhood::new(&reading, None);
        let (view, offset) = place(&reading, &files, &params.item.uri, params.item.selection_range.start)?;
        let calls = macro_calls::outgoing(&view, offset, &files).into_iter().filter_map(|calls| {
            let from_ranges = files.ranges(view.source(), calls.places.iter().copied());
            Some(CallHierarchyOutgoingCall { to: to_lsp(&files, &calls.item)?, from_ranges })
        });
        Some(calls.collect())
    });
    progress::shown(session, token, SEARCHING, work).await
}

/// The file that an item stands in, open or not, and the offset of a position in it.
fn place(session: &Session, files: &Neighbourhood, uri: &Uri, position: Position) -> Option<(DocumentView, usize)> {
    let known = files.files().iter().find(|view| files.uri(view.source()).as_ref() == Some(uri)).cloned();
    let view = known.or_else(|| {
        let path = uri.as_str().rsplit('/').next()?;
        let built_in = library::built_in(path)?;
        (files.uri(&built_in).as_ref() == Some(uri)).then(|| DocumentView::of_text(built_in))
    })?;
    let encoding = session.state().facts.encoding;
    let offset = positions::offset(view.written(), position, encoding);
    Some((view, offset))
}

fn to_lsp(files: &Neighbourhood, item: &Caller) -> Option<CallHierarchyItem> {
    let ranges = files.ranges(&item.source, [item.whole, item.selection]);
    let &[range, selection_range] = ranges.as_slice() else { return None };
    let file = item.source.path.as_deref().and_then(|path| path.file_name());
    let file = file.map_or_else(|| item.source.name.clone(), |name| name.to_string_lossy().into_owned());
    Some(CallHierarchyItem {
        name: item.name.clone().unwrap_or_else(|| file.clone()),
        kind: if item.name.is_some() { SymbolKind::FUNCTION } else { SymbolKind::FILE },
        tags: None,
        detail: item.name.is_some().then_some(file),
        uri: files.uri(&item.source)?,
        range,
        selection_range,
        data: None,
    })
}
