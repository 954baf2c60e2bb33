//! Diagnostics as the protocol has them.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use sha2::{Digest, Sha256};
use tower_lsp::ls_types as lsp;

use super::client_facts::ClientFacts;
use super::documents::Judged;
use super::{positions, runs};
use crate::analysis::{Analysis, Diagnostic, FileKind};
use crate::features::Written;
use crate::template::{FileId, SourceFile};
use crate::text::Span;
use crate::validation::Severity;

/// Shown with each diagnostic, and the name under which clients group them.
const SOURCE: &str = "clnrm";

/// Where the page of a rule is, followed by `#` and the code.
const RULES_PAGE: &str = "https://github.com/clnrm/clnrm-lsp/blob/main/docs/rules.md";

/// All diagnostics of a judged document. Only tests are judged.
pub fn to_lsp(uri: &lsp::Uri, judged: &Judged, facts: ClientFacts, hints: bool) -> Vec<lsp::Diagnostic> {
    let analysis = &judged.analysis;
    if matches!(analysis.kind, FileKind::Other | FileKind::CoverageManifest) {
        return Vec::new();
    }
    let mut files = Files { uri, judged, facts, texts: HashMap::new() };
    let shown = analysis.diagnostics.iter().filter(|diagnostic| hints || diagnostic.severity != Severity::Hint);
    let mut all: Vec<_> = shown.map(|diagnostic| one(diagnostic, &mut files)).collect();
    all.extend(runs::diagnostics::to_lsp(uri, judged, facts));
    all
}

/// Identifies a set of diagnostics: equal sets have equal ids, in every process.
pub fn result_id(diagnostics: &[lsp::Diagnostic]) -> String {
    let encoded = serde_json::to_vec(diagnostics).unwrap_or_default();
    Sha256::digest(&encoded).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn one(diagnostic: &Diagnostic, files: &mut Files<'_>) -> lsp::Diagnostic {
    let facts = files.facts;
    let message = match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let related: Vec<_> = if facts.related_information {
        diagnostic
            .related
            .iter()
            .filter_map(|related| files.related(related.file, related.span, &related.message))
            .collect()
    } else {
        Vec::new()
    };
    lsp::Diagnostic {
        range: positions::range(files.judged.view.written(), diagnostic.span, facts.encoding),
        severity: Some(severity(diagnostic.severity)),
        code: Some(lsp::NumberOrString::String(diagnostic.rule.code.to_owned())),
        code_description: facts.code_description.then(|| code_description(diagnostic.rule.code)).flatten(),
        source: Some(SOURCE.to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: facts.diagnostic_tags.then(|| tags(diagnostic.rule.code)).flatten(),
        data: facts.diagnostic_data.then(|| json!({ "version": files.judged.version })),
    }
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Information => lsp::DiagnosticSeverity::INFORMATION,
        Severity::Hint => lsp::DiagnosticSeverity::HINT,
    }
}

fn code_description(code: &str) -> Option<lsp::CodeDescription> {
    format!("{RULES_PAGE}#{code}").parse().ok().map(|href| lsp::CodeDescription { href })
}

/// How editors may draw the finding besides underlining it.
fn tags(code: &str) -> Option<Vec<lsp::DiagnosticTag>> {
    match code {
        "deprecated-form" | "argument-alias" => Some(vec![lsp::DiagnosticTag::DEPRECATED]),
        "unused-service" | "unused-allow" | "inert-table" => Some(vec![lsp::DiagnosticTag::UNNECESSARY]),
        _ => None,
    }
}

/// The files of one analysis, with what is needed to find positions in them.
struct Files<'a> {
    uri: &'a lsp::Uri,
    judged: &'a Judged,
    facts: ClientFacts,
    texts: HashMap<FileId, Written>,
}

impl Files<'_> {
    fn related(&mut self, file: FileId, span: Span, message: &str) -> Option<lsp::DiagnosticRelatedInformation> {
        let (uri, range) = if file == FileId::DOCUMENT {
            (self.uri.clone(), positions::range(self.judged.view.written(), span, self.facts.encoding))
        } else {
            let source = source(&self.judged.analysis, file)?;
            // The built-in library has no place on disk that an editor could open.
            let uri = lsp::Uri::from_file_path(source.path.as_ref()?)?;
            let text = self.texts.entry(file).or_insert_with(|| Written::new(Arc::clone(&source.text)));
            (uri, positions::range(text, span, self.facts.encoding))
        };
        Some(lsp::DiagnosticRelatedInformation { location: lsp::Location { uri, range }, message: message.to_owned() })
    }
}

fn source(analysis: &Analysis, file: FileId) -> Option<&SourceFile> {
    analysis.files.get(usize::try_from(file.0).ok()?)
}
