//! `textDocument/prepareRename` and `textDocument/rename`.

use std::collections::HashMap;

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse, RenameParams,
    TextDocumentEdit, TextDocumentPositionParams, TextEdit, WorkspaceEdit,
};

use super::feature;
use crate::features::rename::{self, FileEdits, Refusal};
use crate::server::neighbourhood::Neighbourhood;
use crate::server::session::Session;

/// The name that a rename at a place would change; an error says why it can't be.
pub async fn prepare(session: &Session, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
    let answer = feature::answer_with_files(session, params.text_document.uri, None, move |subject, files| {
        let renamable = rename::prepare(subject.view(), subject.offset(params.position), files)?;
        let range = subject.range(renamable.span);
        Ok(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: renamable.name })
    });
    match answer.await? {
        // Where there is no name, nothing is wrong: editors say so in their own words.
        None | Some(Err(Refusal::Nothing)) => Ok(None),
        Some(Ok(renamable)) => Ok(Some(renamable)),
        Some(Err(refusal)) => Err(refused(&refusal)),
    }
}

/// The edits of a rename, proved harmless.
pub async fn handle(session: &Session, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
    let place = params.text_document_position;
    let token = params.work_done_progress_params.work_done_token;
    let (name, is_versioned) = (params.new_name, session.state().facts.versioned_edits);
    let answer = feature::answer_with_files(session, place.text_document.uri, token, move |subject, files| {
        let edits = rename::rename(subject.view(), subject.offset(place.position), &name, files)?;
        rename::prove(&edits, &name, files)?;
        Ok(to_lsp(files, &edits, is_versioned))
    });
    answer.await?.transpose().map_err(|refusal: Refusal| refused(&refusal))
}

fn refused(refusal: &Refusal) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: refusal.to_string().into(), data: None }
}

/// `RequestFailed`: the request was right, and can't be fulfilled.
const REQUEST_FAILED: i64 = -32803;

fn to_lsp(files: &Neighbourhood, edits: &[FileEdits], is_versioned: bool) -> WorkspaceEdit {
    let changes = edits.iter().filter_map(|file| {
        let source = file.view.source();
        let ranges = files.ranges(source, file.edits.iter().map(|(span, _)| *span));
        let news = file.edits.iter().map(|(_, new)| new.clone());
        let edits: Vec<TextEdit> =
            ranges.into_iter().zip(news).map(|(range, new_text)| TextEdit { range, new_text }).collect();
        Some((files.uri(source)?, files.version(source), edits))
    });
    if !is_versioned {
        let changes: HashMap<_, _> = changes.map(|(uri, _, edits)| (uri, edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let edits = changes.map(|(uri, version, edits)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits.collect())), ..WorkspaceEdit::default() }
}
