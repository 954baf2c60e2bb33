//! `--format junit`: JUnit XML, one test case a file.
//!
//! Written by hand, because quick-junit 0.8 always writes an attribute that the schema of the Jenkins plug-in refuses
//! (`testsuites/@skipped`), and keeps time zones and random ids that a report of a check has no use for.

use std::borrow::Cow;
use std::io::{self, Write};

use super::words::{counted, listed, not_judged};
use super::{Checked, CheckedFile, Outcome, Report};
use crate::validation::Severity;

/// Writes one XML document.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = report.summary();
    let failing = |file: &&CheckedFile| matches!(file.outcome, Outcome::Checked(_)) && report.fails(file);
    let failures = report.files.iter().filter(failing).count();
    let skipped = report.files.iter().filter(|file| skip_reason(report, file).is_some()).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{}\"", summary.files, summary.failed);
    let time = match report.timing {
        Some(timing) => format!(" time=\"{:.3}\"", timing.total.as_secs_f64()),
        None => String::new(),
    };
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"clnrm-lsp\" {counts}{time}>")?;
    writeln!(out, "  <testsuite name=\"clnrm-lsp\" {counts} skipped=\"{skipped}\"{time}>")?;
    for file in &report.files {
        write_case(report, file, out)?;
    }
    writeln!(out, "  </testsuite>")?;
    writeln!(out, "</testsuites>")
}

/// Why a file counts as skipped: it is no test, and nothing is wrong with it.
fn skip_reason(report: &Report, file: &CheckedFile) -> Option<&'static str> {
    let Outcome::Checked(checked) = &file.outcome else { return None };
    let is_silent = !checked.diagnostics.iter().any(|diagnostic| report.shows(diagnostic));
    not_judged(checked.kind).filter(|_| is_silent)
}

fn write_case(report: &Report, file: &CheckedFile, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "    <testcase name=\"{}\" classname=\"clnrm-lsp\"", escape(&file.path))?;
    let checked = match &file.outcome {
        Outcome::Failed(failure) => {
            let kind = failure.kind.code();
            let message = escape(&failure.message);
            writeln!(out, ">\n      <error type=\"{kind}\" message=\"{message}\"/>\n    </testcase>")?;
            return Ok(());
        }
        Outcome::Checked(checked) => checked,
    };
    if report.timing.is_some() {
        let stages = &checked.durations;
        let total = stages.render + stages.parse + stages.semantic + stages.structure + stages.expectations;
        write!(out, " time=\"{:.3}\"", total.as_secs_f64())?;
    }
    let findings = findings(report, file, checked);
    if let Some(reason) = skip_reason(report, file) {
        writeln!(out, ">\n      <skipped message=\"{}\"/>", escape(reason))?;
    } else if report.fails(file) {
        let counts = [(Severity::Error, "error"), (Severity::Warning, "warning")]
            .map(|(severity, word)| (checked.count(severity), word));
        let counts: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| counted(*count, word)).collect();
        let kind = if checked.count(Severity::Error) > 0 { "error" } else { "warning" };
        writeln!(
            out,
            ">\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>",
            listed(&counts),
            escape(&findings)
        )?;
    } else if findings.is_empty() {
        return writeln!(out, "/>");
    } else {
        writeln!(out, ">\n      <system-out>{}</system-out>", escape(&findings))?;
    }
    writeln!(out, "    </testcase>")
}

/// One finding a line: `path:line:column: severity[code]: message`, help indented below.
fn findings(report: &Report, file: &CheckedFile, checked: &Checked) -> String {
    let mut text = String::new();
    let Some(source) = checked.document() else { return text };
    for diagnostic in checked.diagnostics.iter().filter(|diagnostic| report.shows(diagnostic)) {
        let place = source.position(diagnostic.span.start);
        let (severity, code) = (diagnostic.severity.name(), diagnostic.rule.code);
        let message = &diagnostic.message;
        text += &format!("{}:{}:{}: {severity}[{code}]: {message}\n", file.path, place.line, place.column);
        if let Some(help) = &diagnostic.help {
            text += &format!("    help: {help}\n");
        }
    }
    text
}

/// Escapes text for attributes and content; what XML 1.0 can't hold becomes the replacement character.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    let special =
        |c: char| matches!(c, '&' | '<' | '>' | '"' | '\u{fffe}' | '\u{ffff}') || c.is_ascii_control() && c != '\n';
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\r' => escaped.push_str("&#13;"),
            c if special(c) && c != '\u{7f}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}
