//! `--format human`: a line for each scenario and for the expectations of a test, each failure with the author's lines, and the sums. The lines
//! are laid out as those of cargo-nextest, which people know.

use std::io::{self, Write};
use std::time::Duration;

use annotate_snippets::{Element, Group, Level, Origin};
use anstyle::{AnsiColor, Effects, Style as Paint};

use super::build::{milliseconds, reason};
use super::document::{RunDocument, ScenarioDocument, TestDocument, ToldFailure, ValidityDocument};
use super::place;
use crate::executor::{Outcome, ScenarioResult, Validity};
use crate::report::Style;
use crate::report::frame::frame;
use crate::report::human::renderer;
use crate::report::words::counted;

/// No more failures of a test than that are shown.
const MOST_SHOWN: usize = 20;

/// So wide is the word at the begin of a line.
const LABEL: usize = 12;

/// Writes the lines of a run, one by one or all at once.
#[derive(Clone, Copy, Debug)]
pub struct RunLines {
    style: Style,
}

/// What a line tells.
struct Case<'a> {
    outcome: &'a str,
    id: &'a str,
    milliseconds: Option<f64>,
    attempts: usize,
    remarks: Vec<String>,
}

impl RunLines {
    /// Lines that look like this.
    pub const fn new(style: Style) -> Self {
        Self { style }
    }

    pub(super) fn write(self, run: &RunDocument, out: &mut dyn Write) -> io::Result<()> {
        for test in &run.tests {
            if !self.style.quiet {
                for scenario in &test.scenarios {
                    writeln!(out, "{}", self.line(&case_of(scenario)))?;
                }
            }
            self.test(test, out)?;
        }
        self.summary(run, out)
    }

    /// The line of a scenario that has ended.
    pub fn scenario(self, scenario: &ScenarioResult) -> String {
        let (outcome, id) = (scenario.outcome.word(), scenario.id.to_string());
        let freshness = match &scenario.validity {
            Validity::Ran => None,
            Validity::Cached { run, .. } => Some(("cached", run.0.as_str())),
            Validity::Replayed { run, .. } => Some(("replayed", run.0.as_str())),
        };
        let is_unrun = matches!(scenario.outcome, Outcome::NotRun(_));
        self.line(&Case {
            outcome,
            id: &id,
            milliseconds: (!is_unrun).then(|| milliseconds(scenario.duration)),
            attempts: scenario.attempts.len(),
            remarks: remarks(reason(scenario.outcome), freshness, scenario.degraded),
        })
    }

    /// The line of a scenario that takes long.
    pub fn slow(self, id: &str, elapsed: Duration) -> String {
        let label = self.paint("SLOW", AnsiColor::Yellow.on_default().effects(Effects::BOLD));
        format!("{label} [>{:>7.3}s] {id}", elapsed.as_secs_f64())
    }

    /// The line of something that is good to know.
    pub fn remark(self, text: &str) -> String {
        format!("{} {text}", self.paint("note", Paint::new().effects(Effects::DIMMED)))
    }

    /// What came out for a test: the line of its expectations, and all its failures.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn test(self, test: &TestDocument, out: &mut dyn Write) -> io::Result<()> {
        if !self.style.quiet
            && let Some(case) = whole(test)
        {
            writeln!(out, "{}", self.line(&case))?;
        }
        let failures = test.told_failures();
        let mut whose = None;
        for told in failures.iter().take(MOST_SHOWN) {
            let id = told.scenario.map_or(test.id.as_str(), |scenario| &scenario.id);
            if whose != Some(id) {
                writeln!(out, "\n{}", self.heading(id))?;
                whose = Some(id);
            }
            self.failure(told, out)?;
        }
        if let Some(more) = failures.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            writeln!(out, "… {}\n", counted(more, "more failure"))?;
        }
        if !self.style.quiet {
            for note in &test.notes {
                writeln!(out, "{}", self.remark(&format!("{}: {note}", test.id)))?;
            }
        }
        Ok(())
    }

    /// The sums, and once more everything that is not green.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn summary(self, run: &RunDocument, out: &mut dyn Write) -> io::Result<()> {
        if self.style.quiet {
            return Ok(());
        }
        if let Some(error) = &run.error {
            writeln!(
                out,
                "{}\n",
                renderer(&self.style).render(&[Group::with_title(Level::ERROR.primary_title(error.as_str()))])
            )?;
        }
        let summary = &run.summary;
        writeln!(out, "────────────")?;
        let counts = [
            (summary.passed, "passed"),
            (summary.flaky, "flaky"),
            (summary.failed, "failed"),
            (summary.timed_out, "timed out"),
            (summary.not_run, "not run"),
            (summary.cancelled, "cancelled"),
            (summary.infrastructure, "not judged for want of infrastructure"),
        ];
        let counts: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let mut text = format!("{} with {}", counted(summary.tests, "test"), counted(summary.scenarios, "scenario"));
        if !counts.is_empty() {
            text += &format!(": {}", counts.join(", "));
        }
        let fresh = [(summary.cached, "cached"), (summary.replayed, "replayed"), (summary.degraded, "degraded")];
        let fresh: Vec<String> = fresh
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", counted(*count, "scenario")))
            .collect();
        if !fresh.is_empty() {
            text += &format!(" ({})", fresh.join(", "));
        }
        let color = if run.exit_code == 0 { AnsiColor::Green } else { AnsiColor::Red };
        let label = self.paint("Summary", color.on_default().effects(Effects::BOLD));
        writeln!(out, "{label} [{:>8.3}s] {text}", run.duration_ms / 1e3)?;
        for test in run.tests.iter().filter(|test| test.outcome != "passed") {
            for scenario in test.scenarios.iter().filter(|scenario| scenario.outcome != "passed") {
                writeln!(out, "{}", self.line(&case_of(scenario)))?;
            }
            if let Some(case) = whole(test).filter(|_| !test.failures.is_empty()) {
                writeln!(out, "{}", self.line(&case))?;
            }
        }
        if run.cancelled {
            writeln!(out, "{}", self.remark("the run was cancelled; its containers and networks are removed"))?;
        }
        Ok(())
    }

    fn line(self, case: &Case<'_>) -> String {
        let (word, color) = match case.outcome {
            "passed" => ("PASS", AnsiColor::Green),
            "flaky" => ("FLAKY", AnsiColor::Yellow),
            "failed" => ("FAIL", AnsiColor::Red),
            "timed out" => ("TIMEOUT", AnsiColor::Red),
            "not run" => ("NOT RUN", AnsiColor::Yellow),
            "cancelled" => ("CANCELLED", AnsiColor::Yellow),
            _ => ("ERROR", AnsiColor::Magenta),
        };
        let label = match (case.outcome, case.attempts) {
            ("flaky", attempts) => format!("{word} {attempts}/{attempts}"),
            ("failed" | "timed out", attempts @ 2..) => format!("{word} x{attempts}"),
            _ => word.to_owned(),
        };
        let label = self.paint(&label, color.on_default().effects(Effects::BOLD));
        let time = case.milliseconds.map_or_else(|| " ".repeat(11), |time| format!("[{:>8.3}s]", time / 1e3));
        let remarks = if case.remarks.is_empty() { String::new() } else { format!(" ({})", case.remarks.join(", ")) };
        format!("{label} {time} {}{remarks}", case.id)
    }

    fn heading(self, id: &str) -> String {
        let text = format!("──── {id}");
        if self.style.color {
            let bold = Paint::new().effects(Effects::BOLD);
            return format!("{}{text}{}", bold.render(), bold.render_reset());
        }
        text
    }

    fn failure(self, told: &ToldFailure<'_>, out: &mut dyn Write) -> io::Result<()> {
        let failure = told.failure;
        let (sources, span, related) = place::sources(failure);
        let elements: Vec<Element<'_>> = match sources.first().filter(|_| place::has_lines(&failure.place)) {
            Some(document) => frame(&sources, document, span, None, &related),
            None => {
                let place = &failure.place;
                vec![Origin::path(place.path.as_str()).line(place.start.line).char_column(place.start.column).into()]
            }
        };
        let title = format!("{}: {}", failure.path, failure.message);
        let title = Level::ERROR.primary_title(title).id(failure.code.as_str());
        let help = failure.help.as_ref().map(|help| Level::HELP.message(help.as_str()));
        let more = told.and_more();
        let more = more.as_ref().map(|more| Level::NOTE.message(more.as_str()));
        let group = Group::with_title(title).elements(elements).elements(help).elements(more);
        writeln!(out, "{}", renderer(&self.style).render(&[group]))?;
        for line in failure.detail.iter().flat_map(|detail| detail.lines()) {
            writeln!(out, "  {line}")?;
        }
        writeln!(out)
    }

    /// The word at the begin of a line, on the right of its column.
    fn paint(self, word: &str, paint: Paint) -> String {
        let space = " ".repeat(LABEL.saturating_sub(word.chars().count()));
        match self.style.color {
            true => format!("{space}{}{word}{}", paint.render(), paint.render_reset()),
            false => format!("{space}{word}"),
        }
    }
}

fn case_of(scenario: &ScenarioDocument) -> Case<'_> {
    let freshness = match &scenario.validity {
        ValidityDocument::Ran => None,
        ValidityDocument::Cached { run, .. } => Some(("cached", run.as_str())),
        ValidityDocument::Replayed { run, .. } => Some(("replayed", run.as_str())),
    };
    Case {
        outcome: &scenario.outcome,
        id: &scenario.id,
        milliseconds: (scenario.outcome != "not run").then_some(scenario.duration_ms),
        attempts: scenario.attempts.len(),
        remarks: remarks(scenario.reason.as_deref(), freshness, scenario.degraded),
    }
}

/// The line of what a test states as a whole; `None` where it states nothing, or nothing could be judged of it.
fn whole(test: &TestDocument) -> Option<Case<'_>> {
    let mut remarks = Vec::new();
    if let Some(expectations) = &test.expectations {
        let (total, holding) = (expectations.total, expectations.holding);
        remarks.push(match total == holding {
            true if total == 0 => "nothing is expected of spans".to_owned(),
            true if total == 1 => "1 expectation holds".to_owned(),
            true => format!("{total} expectations hold"),
            false if total - holding == 1 => format!("1 of {} does not hold", counted(total, "expectation")),
            false => format!("{} of {total} expectations do not hold", total - holding),
        });
        remarks.push(counted(expectations.spans, "span"));
        let reason = &expectations.completeness_reason;
        remarks.push(format!("{}: {reason}", expectations.completeness));
    }
    let outcome = match test.failures.is_empty() {
        true if test.passed() => "passed",
        // Its expectations hold, and a scenario of it failed: the test is red, and no line may say otherwise.
        true => &test.outcome,
        // A test may be green in the end that was not at once: its expectations are those of the end.
        false if test.passed() => "failed",
        false => &test.outcome,
    };
    test.has_whole().then_some(Case { outcome, id: &test.id, milliseconds: None, attempts: 1, remarks })
}

fn remarks(reason: Option<&str>, freshness: Option<(&str, &str)>, degraded: bool) -> Vec<String> {
    let fresh = freshness.map(|(word, run)| format!("{word}, run {run}"));
    let alone = degraded.then(|| "degraded: it ran alone because resources were short".to_owned());
    reason.map(str::to_owned).into_iter().chain(fresh).chain(alone).collect()
}
