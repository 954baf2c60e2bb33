//! `workspace/diagnostic`.
//!
//! Answers with all tests of the workspace, open or not; what is as the client knows it is reported as unchanged.

use std::collections::HashMap;

use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    FullDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, Uri, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::server::diagnostics;
use crate::server::session::Session;
use crate::server::workspace;

/// The diagnostics of all tests of the workspace.
pub async fn handle(session: &Session, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
    let known: HashMap<Uri, String> = params.previous_result_ids.into_iter().map(|id| (id.uri, id.value)).collect();
    let session = session.clone();
    let items =
        tokio::task::spawn_blocking(move || reports(&session, &known)).await.map_err(|_| Error::internal_error())?;
    Ok(WorkspaceDiagnosticReport { items }.into())
}

fn reports(session: &Session, known: &HashMap<Uri, String>) -> Vec<WorkspaceDocumentDiagnosticReport> {
    let (facts, hints) = {
        let state = session.state();
        (state.facts, state.settings.hints)
    };
    workspace::judged(session)
        .into_iter()
        .map(|(uri, version, judged)| {
            let items = diagnostics::to_lsp(&uri, &judged, facts, hints);
            let result_id = diagnostics::result_id(&items);
            let version = version.map(i64::from);
            if known.get(&uri) == Some(&result_id) {
                let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id };
                WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report,
                })
            } else {
                let full_document_diagnostic_report =
                    FullDocumentDiagnosticReport { result_id: Some(result_id), items };
                WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                    uri,
                    version,
                    full_document_diagnostic_report,
                })
            }
        })
        .collect()
}
