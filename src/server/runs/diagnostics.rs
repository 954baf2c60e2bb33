//! Failures of runs as diagnostics, beside those of the text.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tower_lsp::ls_types as lsp;

use super::logs;
use super::names::test_id;
use super::view::ShownFailure;
use crate::executor::FailureKind;
use crate::features::Written;
use crate::server::client_facts::ClientFacts;
use crate::server::documents::Judged;
use crate::server::positions;
use crate::template::FileId;
use crate::text::{LineIndex, Span};
use crate::trace::recorded;

/// Shown with each diagnostic, and the name under which clients group them.
pub const SOURCE: &str = "clnrm run";

/// So many failures of a file are told one by one.
const MOST: usize = 20;

/// Where expectations and kinds of failures are explained, followed by `#` and the kind.
const EXPECTATIONS_PAGE: &str = "https://github.com/clnrm/clnrm-lsp/blob/main/docs/expectations.md";
const FAILURES_PAGE: &str = "https://github.com/clnrm/clnrm-lsp/blob/main/docs/server-protocol.md#codes";

/// Recorded spans in files longer than this, in bytes, are not looked for.
const LARGEST_RECORD: u64 = 8 << 20;

/// The failures of the last runs that the text of `judged` still stands for.
pub fn to_lsp(uri: &lsp::Uri, judged: &Judged, facts: ClientFacts) -> Vec<lsp::Diagnostic> {
    let text = judged.view.text();
    let lines = LineIndex::new(text);
    let range = |span| positions::range_in(text, &lines, span, facts.encoding);
    // The check of the text says the same, if it is on.
    let is_known = |shown: &&ShownFailure| {
        shown.failure.kind == FailureKind::InvalidTest
            && judged
                .analysis
                .diagnostics
                .iter()
                .any(|known| known.span == shown.span && known.message == shown.failure.message)
    };
    let failures: Vec<&ShownFailure> = judged.run.failures.iter().filter(|shown| !is_known(shown)).collect();
    let mut records = Records { path: uri.to_file_path().map(std::borrow::Cow::into_owned), lines: None };
    let shown = failures.iter().take(MOST);
    let mut diagnostics: Vec<lsp::Diagnostic> =
        shown.map(|shown| one(uri, shown, &range, facts, &mut records)).collect();
    if let Some(next) = failures.get(MOST) {
        let more = failures.len() - MOST;
        diagnostics.push(lsp::Diagnostic {
            range: range(next.span),
            severity: Some(lsp::DiagnosticSeverity::INFORMATION),
            source: Some(SOURCE.to_owned()),
            message: format!(
                "and {more} more {} of the last run, from here on",
                if more == 1 { "failure" } else { "failures" }
            ),
            ..lsp::Diagnostic::default()
        });
    }
    diagnostics
}

fn one(
    uri: &lsp::Uri,
    shown: &ShownFailure,
    range: &dyn Fn(Span) -> lsp::Range,
    facts: ClientFacts,
    records: &mut Records,
) -> lsp::Diagnostic {
    let failure = &shown.failure;
    let mut message = failure.message.clone();
    if let Some(combination) = &shown.combination {
        message += &format!(" [{combination}]");
    }
    if shown.replayed {
        message += " (replayed: judged on the recorded spans)";
    }
    if let Some(detail) = &failure.detail {
        message += &format!("\n{detail}");
    }
    // A detail tells its help itself.
    if let Some(help) = failure.help.as_ref().filter(|help| !message.contains(help.as_str())) {
        message += &format!("\nhelp: {help}");
    }
    let is_expectation = failure.kind == FailureKind::Expectation;
    let code = if is_expectation { failure.path.clone() } else { failure.kind.code().to_owned() };
    let page = if is_expectation { EXPECTATIONS_PAGE } else { FAILURES_PAGE };
    let (expected, actual) = shown.diff.clone().unzip();
    let related = if facts.related_information { related(uri, shown, range, facts, records) } else { Vec::new() };
    let data = json!({
        "runId": shown.run,
        "testId": test_id(uri, shown.combination.as_deref(), shown.scenario.as_deref()),
        "path": failure.path,
        "kind": failure.kind.code(),
        "expected": expected,
        "actual": actual,
        "accept": shown.accept,
        "replayed": shown.replayed,
        "combination": shown.combination,
    });
    lsp::Diagnostic {
        range: range(shown.span),
        severity: Some(lsp::DiagnosticSeverity::ERROR),
        code: Some(lsp::NumberOrString::String(code)),
        code_description: facts
            .code_description
            .then(|| page.parse().ok().map(|href| lsp::CodeDescription { href }))
            .flatten(),
        source: Some(SOURCE.to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: None,
        data: facts.diagnostic_data.then_some(data),
    }
}

fn related(
    uri: &lsp::Uri,
    shown: &ShownFailure,
    range: &dyn Fn(Span) -> lsp::Range,
    facts: ClientFacts,
    records: &mut Records,
) -> Vec<lsp::DiagnosticRelatedInformation> {
    let mut all = Vec::new();
    let mut push = |uri, range, message| {
        all.push(lsp::DiagnosticRelatedInformation { location: lsp::Location { uri, range }, message });
    };
    for (related, place) in shown.failure.related.iter().zip(&shown.related) {
        if let Some(place) = place {
            push(uri.clone(), range(*place), related.message.clone());
        } else if related.file != FileId::DOCUMENT {
            let file = usize::try_from(related.file.0).ok().and_then(|index| shown.analysis.files.get(index));
            let Some(file) = file else { continue };
            // The built-in library has no place on disk that an editor could open.
            let Some(uri) = file.path.as_ref().and_then(lsp::Uri::from_file_path) else { continue };
            push(
                uri,
                positions::range(&Written::new(Arc::clone(&file.text)), related.span, facts.encoding),
                related.message.clone(),
            );
        }
    }
    let log = shown.artifacts.as_deref().zip(shown.failure.detail.as_deref());
    if let Some((file, line)) = log.and_then(|(folder, detail)| logs::end(folder, &shown.failure.path, detail))
        && let Some(uri) = lsp::Uri::from_file_path(&file)
    {
        let start = lsp::Position { line, character: 0 };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        push(uri, lsp::Range { start, end: start }, format!("the end of the log, in `{name}`"));
    }
    for (number, (name, id)) in shown.spans.iter().enumerate() {
        if let Some((uri, line)) = records.line_of(id) {
            let start = lsp::Position { line, character: 0 };
            let what = if number == 0 { "the nearest span" } else { "the span" };
            push(uri, lsp::Range { start, end: start }, format!("{what} `{name}` ({id}) as it was recorded"));
        }
    }
    all
}

/// The recorded spans of a test, read when they are first asked for.
struct Records {
    path: Option<std::path::PathBuf>,
    lines: Option<HashMap<String, u32>>,
}

impl Records {
    /// The file and line, from 0, that a span with this id is recorded in.
    fn line_of(&mut self, id: &str) -> Option<(lsp::Uri, u32)> {
        let file = recorded::file(self.path.as_deref()?)?;
        let lines = self.lines.get_or_insert_with(|| lines(&file).unwrap_or_default());
        Some((lsp::Uri::from_file_path(&file)?, *lines.get(id)?))
    }
}

/// The lines of a record by the ids of the spans in them.
fn lines(file: &Path) -> Option<HashMap<String, u32>> {
    const KEY: &str = "\"spanId\":";
    let is_small = file.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST_RECORD);
    let text = is_small.then(|| fs::read_to_string(file).ok()).flatten()?;
    let mut lines = HashMap::new();
    for (number, line) in (0u32..).zip(text.lines()) {
        let ids = line.split(KEY).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
        for id in ids {
            lines.entry(id.to_owned()).or_insert(number);
        }
    }
    Some(lines)
}
