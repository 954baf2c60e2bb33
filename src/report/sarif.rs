//! `--format sarif`: SARIF 2.1.0 for code scanning services.
//!
//! Only the rules that were broken are described. Columns are Unicode scalar values (`columnKind` says so). A file that
//! could not be checked is a notification of the invocation, not a result.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::fingerprint::Fingerprints;
use super::{CheckedFile, Outcome, Report, Source};
use crate::analysis::{Diagnostic, DiagnosticFix};
use crate::text::Span;
use crate::validation::page::page;
use crate::validation::{Rule, Severity};

/// Name of the base that relative addresses refer to: where the check was started.
const BASE: &str = "%SRCROOT%";

/// Writes one JSON object and a line end.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = broken_rules(report);
    let mut fingerprints = Fingerprints::default();
    let mut results: Vec<Value> = Vec::new();
    let mut notifications: Vec<Value> = Vec::new();
    for file in &report.files {
        match &file.outcome {
            Outcome::Failed(failure) => {
                let mut location = json!({ "artifactLocation": artifact(&file.path, false) });
                if let Some((place, _)) = failure.place {
                    location["region"] = json!({ "startLine": place.line, "startColumn": place.column });
                }
                notifications.push(json!({
                    "level": "error",
                    "descriptor": { "id": failure.kind.code() },
                    "message": { "text": failure.message },
                    "locations": [{ "physicalLocation": location }],
                }));
            }
            Outcome::Checked(checked) => {
                let Some(source) = checked.document() else { continue };
                for diagnostic in &checked.diagnostics {
                    let related = diagnostic.related.iter().filter_map(|related| {
                        let mut location = location(checked.source(related.file)?, related.span);
                        location["message"] = json!({ "text": related.message });
                        Some(location)
                    });
                    results.push(result(Finding {
                        diagnostic,
                        source,
                        rule_index: rules.keys().position(|code| *code == diagnostic.rule.code),
                        related: related.collect(),
                        fingerprint: fingerprints.next(file, source, diagnostic),
                    }));
                }
            }
        }
    }
    let rules: Vec<Value> = rules.values().map(|rule| rule_value(rule)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "clnrm-lsp",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "exitCode": report.exit_code(),
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// The rules that some finding refers to, by code.
fn broken_rules(report: &Report) -> BTreeMap<&'static str, &'static Rule> {
    let checked = report.files.iter().filter_map(|file: &CheckedFile| match &file.outcome {
        Outcome::Checked(checked) => Some(checked),
        Outcome::Failed(_) => None,
    });
    checked.flat_map(|checked| &checked.diagnostics).map(|found| (found.rule.code, found.rule)).collect()
}

fn rule_value(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": { "text": rule.summary },
        "help": { "text": rule.explanation.trim(), "markdown": page(rule) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": [rule.level().name()] },
    })
}

/// What one result is made of.
struct Finding<'a> {
    diagnostic: &'a Diagnostic,
    source: &'a Source,
    rule_index: Option<usize>,
    related: Vec<Value>,
    fingerprint: String,
}

fn result(finding: Finding<'_>) -> Value {
    let Finding { diagnostic, source, rule_index, related, fingerprint } = finding;
    let text = match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.rule.code,
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [location(source, diagnostic.span)],
        "partialFingerprints": { "clnrmFinding/v1": fingerprint },
    });
    if let Some(index) = rule_index {
        result["ruleIndex"] = index.into();
    }
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic.fixes.iter().map(|fix| fix_value(source, fix)).collect();
    }
    // SARIF knows no more than notes; the property keeps the difference.
    result["properties"] = json!({ "severity": diagnostic.severity.name() });
    result
}

fn fix_value(source: &Source, fix: &DiagnosticFix) -> Value {
    let replacements = fix
        .edits
        .iter()
        .map(|(span, text)| json!({ "deletedRegion": region(source, *span), "insertedContent": { "text": text } }));
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": artifact(&source.path, source.built_in),
            "replacements": replacements.collect::<Value>(),
        }],
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

pub(super) fn location(source: &Source, span: Span) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&source.path, source.built_in),
        "region": region(source, span),
    }})
}

pub(super) fn region(source: &Source, span: Span) -> Value {
    let [start, end] = [span.start, span.end].map(|at| source.position(at));
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// The address of a file: relative to [`BASE`], absolute as a `file` URI, and an own scheme for what is built in.
pub(super) fn artifact(path: &str, built_in: bool) -> Value {
    let encoded = percent_encode(path);
    if built_in {
        json!({ "uri": format!("clnrm-built-in:{encoded}") })
    } else if path.starts_with('/') {
        json!({ "uri": format!("file://{encoded}") })
    } else if path.as_bytes().get(1) == Some(&b':') {
        json!({ "uri": format!("file:///{encoded}") })
    } else {
        json!({ "uri": encoded, "uriBaseId": BASE })
    }
}

/// Encodes what may not stand in the path of a URI reference. A colon is kept only in the drive of a Windows path.
fn percent_encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for (index, byte) in path.bytes().enumerate() {
        let kept = byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) || byte == b':' && index == 1;
        if kept {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
