//! `--format json`: everything, in one object. `docs/check-json.md` describes it, `docs/check.schema.json` defines it;
//! whatever changes there incompatibly raises [`VERSION`].

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::summary::named_stages;
use super::words::kind_code;
use super::{Checked, CheckedFile, Failure, Outcome, Report, Source, Summary, Timing};
use crate::analysis::{Diagnostic, StageDurations};
use crate::text::Span;

/// The version of the format.
pub const VERSION: u32 = 1;

/// Writes one JSON object and a line end.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let files: Vec<Value> = report.files.iter().map(|file| file_value(report, file, true)).collect();
    let mut object = json!({ "version": VERSION, "files": files, "summary": summary_value(report) });
    if let Some(timing) = &report.timing {
        object["timing"] = timing_value(timing);
    }
    serde_json::to_writer_pretty(&mut *out, &object)?;
    writeln!(out)
}

/// One file, with or without its findings.
pub fn file_value(report: &Report, file: &CheckedFile, with_diagnostics: bool) -> Value {
    let mut object = Map::new();
    object.insert("path".into(), file.path.as_str().into());
    match &file.outcome {
        Outcome::Checked(checked) => {
            object.insert("kind".into(), kind_code(checked.kind).into());
            if with_diagnostics {
                let diagnostics =
                    diagnostics(checked).map(|(diagnostic, source)| diagnostic_value(checked, diagnostic, source));
                object.insert("diagnostics".into(), diagnostics.collect());
            }
            if report.timing.is_some() {
                object.insert("timing".into(), stages_value(&checked.durations).into());
            }
        }
        Outcome::Failed(failure) => {
            object.insert("kind".into(), "unknown".into());
            if with_diagnostics {
                object.insert("diagnostics".into(), json!([]));
            }
            object.insert("failure".into(), failure_value(failure));
        }
    }
    object.into()
}

/// The findings with the text of the document.
pub fn diagnostics(checked: &Checked) -> impl Iterator<Item = (&Diagnostic, &Source)> {
    let document = checked.document();
    checked.diagnostics.iter().filter_map(move |diagnostic| Some((diagnostic, document?)))
}

/// One finding.
pub fn diagnostic_value(checked: &Checked, diagnostic: &Diagnostic, source: &Source) -> Value {
    let mut object = Map::new();
    object.insert("code".into(), diagnostic.rule.code.into());
    object.insert("severity".into(), diagnostic.severity.name().into());
    object.insert("message".into(), diagnostic.message.as_str().into());
    if let Some(help) = &diagnostic.help {
        object.insert("help".into(), help.as_str().into());
    }
    object.insert("range".into(), range_value(source, diagnostic.span));
    let related = diagnostic.related.iter().filter_map(|related| {
        let source = checked.source(related.file)?;
        Some(json!({ "path": source.path, "range": range_value(source, related.span), "message": related.message }))
    });
    object.insert("related".into(), related.collect());
    let fixes = diagnostic.fixes.iter().map(|fix| {
        let edits = fix.edits.iter().map(|(span, text)| json!({ "range": range_value(source, *span), "text": text }));
        json!({ "title": fix.title, "edits": edits.collect::<Value>() })
    });
    object.insert("fixes".into(), fixes.collect());
    object.into()
}

/// The sums.
pub fn summary_value(report: &Report) -> Value {
    let Summary { files, tests, not_judged, failed, errors, warnings, information, hints, .. } = report.summary();
    json!({
        "files": files,
        "tests": tests,
        "not_judged": not_judged,
        "failed": failed,
        "errors": errors,
        "warnings": warnings,
        "information": information,
        "hints": hints,
        "exit_code": report.exit_code(),
    })
}

/// Durations in milliseconds.
pub fn timing_value(timing: &Timing) -> Value {
    let mut object = Map::new();
    object.insert("discovery".into(), milliseconds(timing.discovery));
    object.insert("reading".into(), milliseconds(timing.reading));
    object.extend(stages_value(&timing.stages));
    object.insert("total".into(), milliseconds(timing.total));
    object.into()
}

fn stages_value(durations: &StageDurations) -> Map<String, Value> {
    named_stages(durations).into_iter().map(|(name, duration)| (name.to_owned(), milliseconds(duration))).collect()
}

fn milliseconds(duration: Duration) -> Value {
    (duration.as_secs_f64() * 1e3).into()
}

fn failure_value(failure: &Failure) -> Value {
    let mut object = Map::new();
    object.insert("code".into(), failure.kind.code().into());
    object.insert("message".into(), failure.message.as_str().into());
    if let Some((place, byte)) = failure.place {
        object.insert("position".into(), json!({ "line": place.line, "column": place.column, "byte": byte }));
    }
    object.into()
}

pub(super) fn range_value(source: &Source, span: Span) -> Value {
    json!({ "start": position_value(source, span.start), "end": position_value(source, span.end) })
}

fn position_value(source: &Source, byte: usize) -> Value {
    let place = source.position(byte);
    json!({ "line": place.line, "column": place.column, "byte": byte })
}
