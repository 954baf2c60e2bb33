//! `textDocument/codeAction` and `codeAction/resolve`.
//!
//! Where the client can, it gets edits only for the action that it chooses. What is asked without anybody asking (on each move of
//! the cursor) is not proved before that; what somebody asked for is proved at once, and shown with the reason where it fails.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionDisabled, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse,
    CodeActionTriggerKind, Diagnostic, DocumentChanges, NumberOrString, OneOf, OptionalVersionedTextDocumentIdentifier,
    Range, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use crate::features::code_actions::{ActionKind, CodeAction as Found, Proofs};
use crate::formatting;
use crate::server::client_facts::ClientFacts;
use crate::server::documents::Judged;
use crate::server::judge::AskedActions;
use crate::server::runs::actions as run_actions;
use crate::server::session::Session;
use crate::server::{positions, recorded};

/// The kinds of actions that there are.
pub const KINDS: [CodeActionKind; 8] = [
    CodeActionKind::QUICKFIX,
    CodeActionKind::REFACTOR_EXTRACT,
    CodeActionKind::REFACTOR_INLINE,
    CodeActionKind::REFACTOR_REWRITE,
    CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
    CodeActionKind::new("source.fixAll.clnrm"),
    CodeActionKind::new("source.acceptRun.clnrm"),
    run_actions::KIND,
];

/// The protocol's code for a request that was right but could not be fulfilled.
const REQUEST_FAILED: i64 = -32803;

/// By what an action is found again when it is chosen.
#[derive(Debug, Serialize, Deserialize)]
struct ActionData {
    uri: Uri,
    version: i32,
    range: Range,
    kind: CodeActionKind,
    title: String,
}

/// What can be done at a place.
pub async fn handle(session: &Session, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
    let facts = session.state().facts;
    if !facts.action_literals {
        return Ok(None);
    }
    let (uri, range, context) = (params.text_document.uri, params.range, params.context);
    let is_asked = context.trigger_kind != Some(CodeActionTriggerKind::AUTOMATIC);
    let proves = if is_asked || !facts.resolves_actions { Proofs::All } else { Proofs::None };
    let only = context.only;
    // Who sees lenses has them there.
    let wants_runs = match &only {
        Some(only) => only.iter().any(|wanted| covers(wanted, &run_actions::KIND)),
        None => !facts.lenses,
    };
    // What changes the whole file is not computed unless somebody wants it.
    let wanted = move |kind: ActionKind| match &only {
        Some(only) => only.iter().any(|wanted| covers(wanted, &kind_of(kind))),
        None => is_asked || !matches!(kind, ActionKind::FixAll | ActionKind::OrganizeImports | ActionKind::AcceptRun),
    };
    let Some((judged, found)) = actions(session, &uri, range, proves, wanted).await? else { return Ok(None) };
    let shown = found.into_iter().filter(|action| action.change.is_ok() || (facts.disabled_actions && is_asked));
    let actions = shown.map(|action| {
        let diagnostics = mended(&action, &judged, &context.diagnostics, facts);
        let data = ActionData {
            uri: uri.clone(),
            version: judged.version,
            range,
            kind: kind_of(action.kind),
            title: action.title.clone(),
        };
        let reason = action.change.as_ref().err().cloned();
        let is_resolved = !facts.resolves_actions && reason.is_none();
        CodeActionOrCommand::CodeAction(CodeAction {
            title: action.title,
            kind: Some(data.kind.clone()),
            diagnostics: (!diagnostics.is_empty()).then_some(diagnostics),
            is_preferred: (facts.preferred_actions && action.is_preferred).then_some(true),
            edit: is_resolved.then(|| edit(&uri, &judged, action.change.unwrap_or_default(), facts)),
            data: (!is_resolved && reason.is_none()).then(|| serde_json::to_value(data).ok()).flatten(),
            disabled: reason.map(|reason| CodeActionDisabled { reason }),
            command: None,
        })
    });
    let mut actions: CodeActionResponse = actions.collect();
    if wants_runs {
        let offset = positions::offset(judged.view.written(), range.start, facts.encoding);
        actions.extend(run_actions::actions(session, &uri, &judged, offset));
    }
    Ok(Some(actions))
}

/// The edits of an action that was chosen.
pub async fn resolve(session: &Session, mut action: CodeAction) -> Result<CodeAction> {
    let data = action.data.clone().and_then(|data| serde_json::from_value::<ActionData>(data).ok());
    let Some(data) = data else {
        // What runs a command lacks nothing; Helix asks all the same.
        let is_whole = action.data.is_none() && (action.command.is_some() || action.edit.is_some());
        return if is_whole { Ok(action) } else { Err(Error::invalid_params("the action is none of this server")) };
    };
    let facts = session.state().facts;
    let kind = data.kind.clone();
    let wanted = move |candidate: ActionKind| kind_of(candidate) == kind;
    let modified = || Error::new(ErrorCode::ContentModified);
    let found = actions(session, &data.uri, data.range, Proofs::Of(data.title.clone()), wanted).await?;
    let (judged, found) = found.filter(|(judged, _)| judged.version == data.version).ok_or_else(modified)?;
    let chosen = found.into_iter().find(|candidate| candidate.title == data.title).ok_or_else(modified)?;
    match chosen.change {
        Ok(edits) => {
            action.edit = Some(edit(&data.uri, &judged, edits, facts));
            Ok(action)
        }
        Err(reason) => Err(Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: reason.into(), data: None }),
    }
}

/// What can be done with the newest text; `None` where the document is not open.
async fn actions(
    session: &Session,
    uri: &Uri,
    range: Range,
    proves: Proofs,
    wanted: impl Fn(ActionKind) -> bool + Send + 'static,
) -> Result<Option<(std::sync::Arc<Judged>, Vec<Found>)>> {
    // A file that the document depends on may change between the two; the analysis of what it says now is waited for.
    let (judged, snapshot, encoding, record) = loop {
        let Some(judged) = session.judged(uri).await else { return Ok(None) };
        let state = session.state();
        let Some(snapshot) = state.snapshot(uri) else { return Ok(None) };
        if snapshot.version != judged.version {
            return Err(Error::new(ErrorCode::ContentModified));
        }
        if snapshot.revision == judged.revision {
            let record = snapshot.path.as_deref().and_then(|path| recorded::place(&state, path));
            break (judged, snapshot, state.facts.encoding, record);
        }
    };
    let (working, subject) = (session.clone(), std::sync::Arc::clone(&judged));
    let found = session.runtime().spawn_blocking(move || {
        let offset = |position| positions::offset(subject.view.written(), position, encoding);
        let (start, end) = (offset(range.start), offset(range.end));
        let range = crate::text::Span::new(start.min(end), start.max(end));
        let run = record.filter(|_| wanted(ActionKind::AcceptRun)).map(|file| working.recorded().run(&file));
        let last_run = run.as_ref().map(|run| &*run.trace);
        let asked = AskedActions { range, wanted: &wanted, proves: &proves, last_run };
        working.judge().actions(&snapshot, &subject.view, &asked)
    });
    let found = found.await.map_err(|_| Error::internal_error())?;
    let newest = session.state().documents.get(uri).map(|document| document.version);
    if newest != Some(judged.version) {
        return Err(Error::new(ErrorCode::ContentModified));
    }
    Ok(Some((judged, found)))
}

const fn kind_of(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        ActionKind::Inline => CodeActionKind::REFACTOR_INLINE,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        ActionKind::OrganizeImports => CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
        ActionKind::FixAll => CodeActionKind::new("source.fixAll.clnrm"),
        ActionKind::AcceptRun => CodeActionKind::new("source.acceptRun.clnrm"),
    }
}

/// Whether who wants the kind `wanted` gets `kind`: kinds are a hierarchy by their dots.
fn covers(wanted: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    wanted.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Those of the client's diagnostics that an action mends.
fn mended(action: &Found, judged: &Judged, shown: &[Diagnostic], facts: ClientFacts) -> Vec<Diagnostic> {
    let found = action.mends.iter().filter_map(|&index| judged.analysis.diagnostics.get(index));
    let theirs = found.filter_map(|found| {
        let range = positions::range(judged.view.written(), found.span, facts.encoding);
        let code = NumberOrString::String(found.rule.code.to_owned());
        shown.iter().find(|shown| shown.range == range && shown.code.as_ref() == Some(&code))
    });
    theirs.cloned().collect()
}

fn edit(uri: &Uri, judged: &Judged, edits: Vec<formatting::TextEdit>, facts: ClientFacts) -> WorkspaceEdit {
    let edits = edits.into_iter().map(|edit| TextEdit {
        range: positions::range(judged.view.written(), edit.span, facts.encoding),
        new_text: edit.text,
    });
    if !facts.versioned_edits {
        return WorkspaceEdit {
            changes: Some(HashMap::from([(uri.clone(), edits.collect())])),
            ..WorkspaceEdit::default()
        };
    }
    let text_document = OptionalVersionedTextDocumentIdentifier { uri: uri.clone(), version: Some(judged.version) };
    let edits = edits.map(OneOf::Left).collect();
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits }])),
        ..WorkspaceEdit::default()
    }
}
