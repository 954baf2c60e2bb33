//! `--format gitlab`: the code quality report of GitLab.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::fingerprint::{Fingerprints, hash};
use super::{CheckedFile, Outcome, Report};
use crate::text::LineColumn;
use crate::validation::Severity;

/// Writes one JSON array and a line end.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let mut entries: Vec<Value> = Vec::new();
    for file in &report.files {
        match &file.outcome {
            Outcome::Failed(failure) => {
                let place = failure.place.map_or(LineColumn { line: 1, column: 1 }, |(place, _)| place);
                let code = failure.kind.code();
                entries.push(json!({
                    "description": format!("{}: {}", file.path, failure.message),
                    "check_name": code,
                    "fingerprint": hash(&[code, &file.path]),
                    "severity": "blocker",
                    "location": location(file, place, place),
                }));
            }
            Outcome::Checked(checked) => {
                let Some(source) = checked.document() else { continue };
                for diagnostic in checked.diagnostics.iter().filter(|diagnostic| report.shows(diagnostic)) {
                    let [start, end] = [diagnostic.span.start, diagnostic.span.end].map(|at| source.position(at));
                    entries.push(json!({
                        "description": diagnostic.message,
                        "check_name": diagnostic.rule.code,
                        "fingerprint": fingerprints.next(file, source, diagnostic),
                        "severity": severity(diagnostic.severity),
                        "location": location(file, start, end),
                    }));
                }
            }
        }
    }
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Information | Severity::Hint => "info",
    }
}

fn location(file: &CheckedFile, start: LineColumn, end: LineColumn) -> Value {
    json!({
        "path": file.path,
        "positions": {
            "begin": { "line": start.line, "column": start.column },
            "end": { "line": end.line, "column": end.column },
        },
    })
}
