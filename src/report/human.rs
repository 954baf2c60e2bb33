//! `--format human`: each finding with its lines, a caret, help, and the way that led there; then the sums.

use std::io::{self, Write};
use std::time::Duration;

use annotate_snippets::{Group, Level, Renderer};

use super::frame::frame;
use super::summary::named_stages;
use super::words::{counted, listed, not_judged};
use super::{Checked, CheckedFile, Failure, Outcome, Report, Source, Style, Summary, Timing};
use crate::analysis::{Diagnostic, FileKind};
use crate::validation::Severity;

/// No terminal is taken to be narrower than this: a cut excerpt would tell nothing.
const LEAST_WIDTH: usize = 60;

/// Writes all findings, notes on files that were not judged, and the sums.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let renderer = renderer(&report.style);
    for file in &report.files {
        match &file.outcome {
            Outcome::Failed(failure) => write_failure_with(&renderer, &file.path, failure, out)?,
            Outcome::Checked(checked) => {
                let Some(document) = checked.document() else { continue };
                for diagnostic in checked.diagnostics.iter().filter(|diagnostic| report.shows(diagnostic)) {
                    let group = group(checked, document, diagnostic);
                    writeln!(out, "{}\n", renderer.render(&[group]))?;
                }
            }
        }
    }
    if report.style.quiet {
        return Ok(());
    }
    for file in report.files.iter().filter(|file| file.named) {
        let Outcome::Checked(checked) = &file.outcome else { continue };
        if let Some(reason) = not_judged(checked.kind) {
            write_note(&format!("`{}` {reason}", file.path), None, report.style, out)?;
        }
    }
    writeln!(out, "{}", summary_line(report, &report.summary()))?;
    if let Some(timing) = &report.timing {
        write_timing(timing, out)?;
    }
    Ok(())
}

/// Writes that a file could not be checked, as an error without a code.
pub fn write_failure(file: &CheckedFile, failure: &Failure, style: Style, out: &mut dyn Write) -> io::Result<()> {
    write_failure_with(&renderer(&style), &file.path, failure, out)
}

/// Writes one sentence as a note, and what to do about it.
pub fn write_note(text: &str, help: Option<&str>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let note = Group::with_title(Level::NOTE.primary_title(text)).elements(help.map(|help| Level::HELP.message(help)));
    writeln!(out, "{}", renderer(&style).render(&[note]))
}

/// Writes one sentence as a warning.
pub fn write_warning(text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", renderer(&style).render(&[Group::with_title(Level::WARNING.primary_title(text))]))
}

fn write_failure_with(renderer: &Renderer, path: &str, failure: &Failure, out: &mut dyn Write) -> io::Result<()> {
    let place = match failure.place {
        Some((place, _)) => format!("`{path}:{}:{}`", place.line, place.column),
        None => format!("`{path}`"),
    };
    let title = Level::ERROR.primary_title(format!("{place}: {}", failure.message)).id(failure.kind.code());
    writeln!(out, "{}\n", renderer.render(&[Group::with_title(title)]))
}

pub(super) fn renderer(style: &Style) -> Renderer {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(style.width.max(LEAST_WIDTH))
}

/// A finding in the terms of the renderer.
fn group<'a>(checked: &'a Checked, document: &'a Source, diagnostic: &'a Diagnostic) -> Group<'a> {
    let help = diagnostic.help.as_ref().or_else(|| diagnostic.fixes.first().map(|fix| &fix.title));
    title(diagnostic)
        .elements(frame(&checked.sources, document, diagnostic.span, None, &diagnostic.related))
        .elements(help.map(|help| Level::HELP.message(help.as_str())))
}

fn title(diagnostic: &Diagnostic) -> Group<'_> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::NOTE,
        Severity::Hint => Level::HELP.with_name("hint"),
    };
    Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.rule.code))
}

/// `2 errors and 1 warning in 2 of 14 files`, with what is hidden and what was not judged.
fn summary_line(report: &Report, summary: &Summary) -> String {
    let counts = [
        (summary.errors, "error", true),
        (summary.warnings, "warning", true),
        (summary.information, "note", true),
        (summary.hints, "hint", report.style.hints),
    ];
    let shown: Vec<String> = counts
        .iter()
        .filter(|(count, _, shown)| *count > 0 && *shown)
        .map(|(count, word, _)| counted(*count, word))
        .collect();
    // Findings in libraries and settings count too, though these are no tests.
    let others = report.files.iter().filter(|file| is_other_with_findings(file)).count();
    let judged = match others {
        0 => counted(summary.tests, "test"),
        _ => counted(summary.tests + others, "file"),
    };
    let mut line = if summary.tests + others == 0 {
        "no test checked".to_owned()
    } else if shown.is_empty() {
        format!("no problems in {judged}")
    } else {
        format!("{} in {judged}", listed(&shown))
    };
    let mut remarks = Vec::new();
    if summary.hints > 0 && !report.style.hints {
        remarks.push(format!("{} hidden, shown by `--hints`", counted(summary.hints, "hint")));
    }
    if summary.not_judged > others {
        remarks.push(format!("{} not judged", counted(summary.not_judged - others, "other file")));
    }
    if summary.failed > 0 {
        remarks.push(format!("{} could not be checked", counted(summary.failed, "file")));
    }
    if !remarks.is_empty() {
        line += &format!(" ({})", remarks.join("; "));
    }
    line
}

/// Whether a file is no test, and something is wrong with it.
fn is_other_with_findings(file: &CheckedFile) -> bool {
    let Outcome::Checked(checked) = &file.outcome else { return false };
    checked.kind != FileKind::Test && !checked.diagnostics.is_empty()
}

fn write_timing(timing: &Timing, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nstage            time in ms")?;
    let stages = [("discovery", timing.discovery), ("reading", timing.reading)];
    for (name, duration) in stages.into_iter().chain(named_stages(&timing.stages)) {
        write_duration(name, duration, out)?;
    }
    write_duration("total", timing.total, out)?;
    writeln!(out, "(stages are summed over all files, the total is by the clock)")
}

fn write_duration(name: &str, duration: Duration, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{name:<14} {:>12.3}", duration.as_secs_f64() * 1e3)
}
