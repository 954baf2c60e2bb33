//! `textDocument/diagnostic`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
};

use crate::server::diagnostics;
use crate::server::session::Session;

/// The diagnostics of a document, or that they are what they were.
pub async fn handle(session: &Session, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
    let uri = params.text_document.uri;
    // A document that is not open has nothing to show; closing it cleared what was.
    let items = session.judged(&uri).await.map_or_else(Vec::new, |judged| {
        let (facts, hints) = {
            let state = session.state();
            (state.facts, state.settings.hints)
        };
        diagnostics::to_lsp(&uri, &judged, facts, hints)
    });
    let result_id = diagnostics::result_id(&items);
    let report = if params.previous_result_id.as_ref() == Some(&result_id) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        })
    } else {
        DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(result_id), items },
        })
    };
    Ok(report.into())
}
