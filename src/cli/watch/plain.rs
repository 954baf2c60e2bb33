//! The watch in lines, for pipes and for whoever wants lines: a word, a colon, and what happened. No escape codes, whatever a file holds.

use std::io::{self, Write};
use std::path::PathBuf;

use super::look::Looked;
use super::timing::Timing;
use super::under_way::Stopped;
use super::view::{Happened, Known, View};
use super::watched::{Round, Watched};
use crate::cli::run::Performed;
use crate::executor::{NotRun, Outcome as RunOutcome, RunEvent, ScenarioResult, Validity};
use crate::expectation::diff::ExpectationDiff;
use crate::report::run::TestDocument;
use crate::report::{Outcome, counted, listed};
use crate::validation::Severity;

/// So many names stand in a line; the rest is counted.
const MOST_NAMES: usize = 8;

/// Writes lines.
pub struct Plain<W> {
    out: W,
    /// Leave out everything but what is wrong, and verdicts.
    quiet: bool,
    /// Whether the terminal is cleared before each round.
    clear: bool,
    cache_stats: bool,
    /// Where the user stands.
    base: PathBuf,
    /// Warnings about settings that were told already.
    told: Vec<String>,
}

impl<W: Write> Plain<W> {
    /// Lines to `out`. `clear` is for terminals alone.
    pub fn new(out: W, quiet: bool, clear: bool, cache_stats: bool, base: PathBuf) -> Self {
        Self { out, quiet, clear, cache_stats, base, told: Vec::new() }
    }

    fn line(&mut self, word: &str, text: &str) -> io::Result<()> {
        writeln!(self.out, "{word}: {}", shown(text))
    }

    fn findings(&mut self, looked: &Looked) -> io::Result<()> {
        let path = &looked.shown;
        let checked = match &looked.checked.outcome {
            Outcome::Checked(checked) => checked,
            Outcome::Failed(failure) => return self.line("error", &format!("{path}: {}", failure.message)),
        };
        for found in checked.diagnostics.iter().filter(|found| found.severity <= Severity::Warning) {
            let word = if found.severity == Severity::Error { "error" } else { "warning" };
            let place = checked.document().map(|document| document.position(found.span.start));
            let place = place.map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
            let help = found.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            self.line(word, &format!("{path}{place}: {} ({}){help}", found.message, found.rule.code))?;
        }
        Ok(())
    }

    fn problems(&mut self, watched: &Watched) -> io::Result<()> {
        let problems = watched.problems();
        for (path, failure) in &problems.failures {
            let place = failure.place.map(|(place, _)| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
            self.line("error", &format!("{path}{place}: {}", failure.message))?;
        }
        let warnings: Vec<String> = problems.warnings.iter().map(|(_, warning)| warning.clone()).collect();
        if warnings != self.told {
            for warning in &warnings {
                self.line("warning", warning)?;
            }
            self.told = warnings;
        }
        Ok(())
    }

    fn failures(&mut self, test: &TestDocument) -> io::Result<()> {
        for told in test.told_failures() {
            let failure = told.failure;
            let place = &failure.place;
            let behind = failure.help.iter().cloned().chain(told.and_more());
            let help: String = behind.map(|text| format!("; {text}")).collect();
            let (line, column) = (place.start.line, place.start.column);
            let text = format!(
                "{}:{line}:{column}: {}: {} ({}){help}",
                place.path, failure.path, failure.message, failure.code
            );
            self.line("failure", &text)?;
        }
        let notes = if self.quiet { &[][..] } else { &test.notes };
        for note in notes {
            self.line("note", &format!("{}: {note}", test.id))?;
        }
        Ok(())
    }

    fn diff(&mut self, test: &str, diff: &ExpectationDiff) -> io::Result<()> {
        if diff.reading.is_some() {
            self.line("diff", &format!("{test}: how its expectations are read changed"))?;
        }
        for change in &diff.changes {
            let sides = [&change.old, &change.new].map(|side| side.as_ref().map(ToString::to_string));
            let text = match sides {
                [Some(old), Some(new)] => format!("{old} → {new}"),
                [one, other] => one.or(other).unwrap_or_default(),
            };
            self.line("diff", &format!("{test}: {} {text}", change.kind.sign()))?;
        }
        Ok(())
    }
}

impl<W: Write> View for Plain<W> {
    fn watching(&mut self, known: Known<'_>, folders: usize) -> io::Result<()> {
        let watched = known.watched;
        if !self.quiet {
            let paths: Vec<String> = watched.settings().paths.iter().map(|path| path.display().to_string()).collect();
            let tests = counted(watched.tests().count(), "test");
            self.line("watching", &format!("{} ({tests} in {})", listed(&paths), counted(folders, "folder")))?;
        }
        self.out.flush()
    }

    fn round(&mut self, round: &Round, known: Known<'_>) -> io::Result<()> {
        let watched = known.watched;
        if self.clear {
            self.out.write_all(b"\x1b[2J\x1b[3J\x1b[H")?;
        }
        if !self.quiet {
            for (word, names) in [("changed", &round.changed), ("gone", &round.gone)] {
                if !names.is_empty() {
                    self.line(word, &some(names))?;
                }
            }
        }
        for (test, diff) in &round.diffs {
            self.diff(test, diff)?;
        }
        self.problems(watched)?;
        for looked in round.looked.iter().filter_map(|path| watched.files().get(path)).filter(|it| it.is_meant()) {
            self.findings(looked)?;
        }
        let (word, text) = verdict(watched);
        self.line(word, &format!("{text} [{:.1} ms]", round.looking.as_secs_f64() * 1e3))?;
        if self.cache_stats {
            let cache = watched.cache();
            let (hits, misses) = (cache.hits, cache.misses);
            let known = format!("{hits} of {} renders were known ({:.0} %)", hits + misses, cache.hit_rate() * 100.0);
            let kept = format!("{} kept, {} KiB", cache.entries, cache.bytes >> 10);
            self.line("cache", &format!("{known}; {kept}"))?;
        }
        self.out.flush()
    }

    fn happened(&mut self, happened: Happened<'_>, _: Known<'_>) -> io::Result<()> {
        let Happened { event, redaction } = happened;
        match event {
            RunEvent::Started { scenarios, .. } if !self.quiet => {
                self.line("running", &counted(scenarios.len(), "scenario"))?;
            }
            RunEvent::ScenarioFinished(scenario) => {
                let (word, text) = ended(scenario);
                if !self.quiet || word != "pass" {
                    self.line(word, &text)?;
                }
            }
            RunEvent::TestFinished(test) => self.failures(&TestDocument::new(test, redaction, &self.base))?,
            RunEvent::Slow { scenario, elapsed } if !self.quiet => {
                self.line("slow", &format!("{scenario} [> {:.0} s]", elapsed.as_secs_f64()))?;
            }
            RunEvent::Decision { message, .. } | RunEvent::Note { test: None, message } if !self.quiet => {
                self.line("note", &redaction.cover(message))?;
            }
            RunEvent::Note { test: Some(test), message } if !self.quiet => {
                self.line("note", &format!("{test}: {}", redaction.cover(message)))?;
            }
            _ => return Ok(()),
        }
        self.out.flush()
    }

    fn ended(&mut self, run: &Performed, stopped: Option<Stopped>, known: Known<'_>) -> io::Result<()> {
        let took = run.report.duration.as_secs_f64();
        match stopped {
            Some(Stopped::Stale | Stopped::Quit) => return Ok(()),
            Some(Stopped::Timebox) => self.line("timebox", &format!("the run was stopped after {took:.3} s"))?,
            None => {}
        }
        if let Some(error) = &run.report.error {
            self.line("error", &run.redaction.cover(error))?;
        }
        if self.cache_stats {
            let is_known = |it: &&std::sync::Arc<crate::executor::TestResult>| {
                !it.scenarios.is_empty() && it.scenarios.iter().all(|scenario| scenario.validity != Validity::Ran)
            };
            let tests = &run.report.tests;
            let text =
                format!("{} of {} were known", tests.iter().filter(is_known).count(), counted(tests.len(), "test"));
            self.line("cache", &text)?;
        }
        let (word, text) = known.verdict();
        self.line(word, &format!("{text} [{took:.3} s]"))?;
        self.out.flush()
    }

    fn timing(&mut self, timing: &Timing) -> io::Result<()> {
        self.line("timing", &timing.to_string())?;
        self.out.flush()
    }

    fn note(&mut self, word: &str, text: &str) -> io::Result<()> {
        self.line(word, text)?;
        self.out.flush()
    }
}

/// How a scenario ended: a word, and which one it was.
fn ended(scenario: &ScenarioResult) -> (&'static str, String) {
    let word = match scenario.outcome {
        RunOutcome::Passed => "pass",
        RunOutcome::Flaky => "flaky",
        RunOutcome::Failed => "fail",
        RunOutcome::TimedOut => "timeout",
        RunOutcome::NotRun(_) => "not-run",
        RunOutcome::Cancelled => "cancelled",
        RunOutcome::Infrastructure => "unjudged",
    };
    let how = match (scenario.outcome, &scenario.validity) {
        (RunOutcome::NotRun(NotRun::NoEngine), _) => " (no engine answers)".to_owned(),
        (RunOutcome::NotRun(_), _) => String::new(),
        (_, Validity::Cached { run, .. }) => format!(" (cached, run {run})"),
        (_, Validity::Replayed { run, .. }) => format!(" (replayed, run {run})"),
        (_, Validity::Ran) => format!(" [{:.3} s]", scenario.duration.as_secs_f64()),
    };
    (word, format!("{}{how}", scenario.id))
}

/// What is to be said of all tests together, by a check alone: a word, and the counts behind it.
pub fn verdict(watched: &Watched) -> (&'static str, String) {
    let summary = watched.summary();
    let tests = counted(summary.tests + summary.failed, "test");
    let warnings = match summary.warnings {
        0 => String::new(),
        count => format!(", {}", counted(count, "warning")),
    };
    if !watched.is_wrong() {
        if summary.tests == 0 {
            return ("none", nothing(watched));
        }
        return ("ok", format!("{tests}{warnings}"));
    }
    let errors = summary.errors + summary.failed + watched.problems().failures.len();
    let wrong = watched.tests().filter(|(_, looked)| looked.is_wrong()).count();
    let place = match wrong {
        0 => "the settings".to_owned(),
        _ => format!("{wrong} of {tests}"),
    };
    ("invalid", format!("{} in {place}{warnings}", counted(errors, "error")))
}

/// Why there is nothing to do.
fn nothing(watched: &Watched) -> String {
    match watched.files().values().any(Looked::is_test) {
        true => "no scenario of these tests is selected".to_owned(),
        false => {
            let paths: Vec<String> = watched.settings().paths.iter().map(|it| format!("`{}`", it.display())).collect();
            format!("no test found in {}", listed(&paths))
        }
    }
}

/// Some names, and how many more there are.
fn some(names: &[String]) -> String {
    match names.len().checked_sub(MOST_NAMES).filter(|more| *more > 0) {
        None => listed(names),
        Some(more) => format!("{} and {more} more", names[..MOST_NAMES].join(", ")),
    }
}

/// A text in one line, without anything that a terminal would obey.
fn shown(text: &str) -> String {
    let plain = |c: char| if c.is_control() { if c == '\n' || c == '\t' { ' ' } else { '\u{fffd}' } } else { c };
    text.trim_end().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_without_escape_codes() {
        assert_eq!(shown("a\nb\u{1b}[31mc\td\n"), "a b\u{fffd}[31mc d");
    }

    #[test]
    fn of_many_names_the_rest_is_counted() {
        let names: Vec<String> = (0..500).map(|number| number.to_string()).collect();
        assert_eq!(some(&names), "0, 1, 2, 3, 4, 5, 6, 7 and 492 more");
        assert_eq!(some(&names[..3]), "0, 1 and 2");
    }
}
