//! `--format github`: workflow commands of GitHub Actions, one annotation per finding.

use std::io::{self, Write};

use super::{Outcome, Report};
use crate::validation::Severity;

/// Writes one command a line.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        let path = escape_property(&file.path);
        match &file.outcome {
            Outcome::Failed(failure) => {
                let place = match failure.place {
                    Some((place, _)) => format!(",line={},col={}", place.line, place.column),
                    None => String::new(),
                };
                let code = failure.kind.code();
                let message = escape_data(&format!("{}: {}", file.path, failure.message));
                writeln!(out, "::error title=clnrm-lsp ({code}),file={path}{place}::{message}")?;
            }
            Outcome::Checked(checked) => {
                let Some(source) = checked.document() else { continue };
                for diagnostic in checked.diagnostics.iter().filter(|diagnostic| report.shows(diagnostic)) {
                    let command = match diagnostic.severity {
                        Severity::Error => "error",
                        Severity::Warning => "warning",
                        Severity::Information | Severity::Hint => "notice",
                    };
                    let code = escape_property(diagnostic.rule.code);
                    let start = source.position(diagnostic.span.start);
                    let end = source.position(diagnostic.span.end);
                    write!(out, "::{command} title=clnrm-lsp ({code}),file={path},line={},", start.line)?;
                    // The runner refuses columns of places that span several lines.
                    if start.line == end.line {
                        write!(out, "col={},endLine={},endColumn={}", start.column, end.line, end.column)?;
                    } else {
                        write!(out, "endLine={}", end.line)?;
                    }
                    let place = format!("{}:{}:{}", file.path, start.line, start.column);
                    let mut message = format!("{place}: {}: {}", diagnostic.rule.code, diagnostic.message);
                    if let Some(help) = &diagnostic.help {
                        message = format!("{message}\nhelp: {help}");
                    }
                    writeln!(out, "::{}", escape_data(&message))?;
                }
            }
        }
    }
    Ok(())
}

/// Escapes what stands behind `::`.
pub(super) fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
pub(super) fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}
