//! `--format junit`: JUnit XML, a suite for each test, a case for each of its scenarios and one for its expectations.
//!
//! Attempts that were made again are told in the elements of Maven Surefire: `flakyFailure` of a scenario that passed in the
//! end, `rerunFailure` of one that did not. `file` and `line` of a case are what GitLab, CircleCI and pytest know them by.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::build::is_harmless;
use super::document::{AttemptDocument, FailureDocument, Place, RunDocument, ScenarioDocument, TestDocument};
use crate::report::junit::escape;
use crate::report::words::counted;

/// What stands in a case, in the words of JUnit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Result {
    Passed,
    Failed,
    Error,
    Skipped,
}

/// How many cases of which result.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// Writes one XML document.
pub fn write(run: &RunDocument, out: &mut dyn Write) -> io::Result<()> {
    let mut all = run.tests.iter().map(counts).fold(Counts::default(), Counts::and);
    let broken = run.error.as_ref().filter(|_| run.tests.is_empty());
    all.tests += usize::from(broken.is_some());
    all.errors += usize::from(broken.is_some());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let Counts { tests, failures, errors, .. } = all;
    let time = seconds(run.duration_ms);
    writeln!(
        out,
        "<testsuites name=\"clnrm run\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{time}\">"
    )?;
    if let Some(error) = broken {
        // Nothing ran: an empty report would be green.
        writeln!(out, "  <testsuite name=\"clnrm run\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">")?;
        writeln!(
            out,
            "    <testcase name=\"run\" classname=\"clnrm\">\n      <error type=\"no-run\" message=\"{}\"/>",
            escape(error)
        )?;
        writeln!(out, "    </testcase>\n  </testsuite>")?;
    }
    for test in &run.tests {
        write_suite(run, test, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn write_suite(run: &RunDocument, test: &TestDocument, out: &mut dyn Write) -> io::Result<()> {
    let Counts { tests, failures, errors, skipped } = counts(test);
    let (name, file, time) = (escape(&test.id), escape(&test.path), seconds(test.duration_ms));
    let stamp = escape(&run.started);
    writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time}\" timestamp=\"{stamp}\" file=\"{file}\">"
    )?;
    let mut properties = vec![("clnrm.run", run.run.as_str()), ("clnrm.outcome", test.outcome.as_str())];
    if let Some(digests) = &test.digests {
        properties.push(("clnrm.digest.shape", &digests.shape));
        properties.push(("clnrm.digest.full", &digests.full));
    }
    writeln!(out, "    <properties>")?;
    for (name, value) in properties {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escape(value))?;
    }
    writeln!(out, "    </properties>")?;
    for scenario in &test.scenarios {
        write_scenario(test, scenario, out)?;
    }
    if test.has_whole() {
        write_whole(test, out)?;
    }
    writeln!(out, "  </testsuite>")
}

fn write_scenario(test: &TestDocument, scenario: &ScenarioDocument, out: &mut dyn Write) -> io::Result<()> {
    let time = seconds(scenario.duration_ms);
    write_head(test, &scenario.name, &scenario.place, Some(&time), out)?;
    let result = result_of(scenario);
    let reason = scenario.reason.as_deref().unwrap_or(&scenario.outcome);
    let earlier = scenario.attempts.len().saturating_sub(1);
    match result {
        Result::Passed => {
            for attempt in scenario.attempts.iter().take(earlier) {
                write_rerun("flakyFailure", attempt, out)?;
            }
        }
        Result::Skipped => writeln!(out, "      <skipped message=\"{}\"/>", escape(reason))?,
        Result::Failed | Result::Error => {
            let element = if result == Result::Failed { "failure" } else { "error" };
            // The first one is what happened; the others are whether it happened again.
            let failures = scenario.attempts.first().map(|attempt| attempt.failures.as_slice()).unwrap_or_default();
            write_failures(element, &scenario.outcome, reason, failures, out)?;
            for attempt in scenario.attempts.iter().skip(1) {
                write_rerun("rerunFailure", attempt, out)?;
            }
        }
    }
    if let Some(attempt) = scenario.last() {
        for (element, text) in outputs(attempt) {
            writeln!(out, "      <{element}>{}</{element}>", escape(&text))?;
        }
    }
    writeln!(out, "    </testcase>")
}

/// What a test states as a whole: its expectations.
fn write_whole(test: &TestDocument, out: &mut dyn Write) -> io::Result<()> {
    let place = test.failures.first().map(|failure| &failure.place);
    let header = Place { path: test.path.clone(), ..Place::default() };
    write_head(test, "expectations", place.unwrap_or(&header), None, out)?;
    if !test.failures.is_empty() {
        let element = if whole_is_failure(test) { "failure" } else { "error" };
        write_failures(element, &test.outcome, &test.outcome, &test.failures, out)?;
    }
    if !test.notes.is_empty() {
        writeln!(out, "      <system-out>{}</system-out>", escape(&test.notes.join("\n")))?;
    }
    writeln!(out, "    </testcase>")
}

fn write_head(
    test: &TestDocument,
    name: &str,
    place: &Place,
    time: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (name, class, file) = (escape(name), escape(&test.id), escape(&place.path));
    let time = time.map(|time| format!(" time=\"{time}\"")).unwrap_or_default();
    writeln!(
        out,
        "    <testcase name=\"{name}\" classname=\"{class}\" file=\"{file}\" line=\"{}\"{time}>",
        place.start.line
    )
}

fn write_failures(
    element: &str,
    outcome: &str,
    reason: &str,
    failures: &[FailureDocument],
    out: &mut dyn Write,
) -> io::Result<()> {
    let kind = failures.first().map_or_else(|| outcome.replace(' ', "-"), |failure| failure.code.clone());
    let (kind, message, text) = (escape(&kind).into_owned(), headline(failures, reason), told(failures));
    writeln!(out, "      <{element} type=\"{kind}\" message=\"{}\">{}</{element}>", escape(&message), escape(&text))
}

fn write_rerun(element: &str, attempt: &AttemptDocument, out: &mut dyn Write) -> io::Result<()> {
    let kind = attempt.failures.first().map_or_else(|| attempt.outcome.replace(' ', "-"), |it| it.code.clone());
    let message = headline(&attempt.failures, &attempt.outcome);
    writeln!(out, "      <{element} type=\"{}\" message=\"{}\">", escape(&kind), escape(&message))?;
    writeln!(out, "        <stackTrace>{}</stackTrace>", escape(&told(&attempt.failures)))?;
    for (element, text) in outputs(attempt) {
        writeln!(out, "        <{element}>{}</{element}>", escape(&text))?;
    }
    writeln!(out, "      </{element}>")
}

fn headline(failures: &[FailureDocument], reason: &str) -> String {
    match failures {
        [] => reason.to_owned(),
        [only] => only.message.clone(),
        [first, rest @ ..] => format!("{} (and {})", first.message, counted(rest.len(), "more failure")),
    }
}

/// Each failure with its place, `path:line:column: message`, and what is known of it.
fn told(failures: &[FailureDocument]) -> String {
    let mut text = String::new();
    for failure in failures {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{}: {}: {}", failure.place.shown(), failure.path, failure.message);
        for line in failure.detail.iter().flat_map(|detail| detail.lines()) {
            let _ = writeln!(text, "    {line}");
        }
        if let Some(help) = &failure.help {
            let _ = writeln!(text, "    help: {help}");
        }
        for related in &failure.related {
            let _ = writeln!(text, "    {}: {}", related.place.shown(), related.message);
        }
    }
    text
}

/// What the steps wrote, each behind its command.
fn outputs(attempt: &AttemptDocument) -> Vec<(&'static str, String)> {
    let collect = |stream: fn(&super::document::StepDocument) -> &str| {
        let mut text = String::new();
        for step in attempt.steps.iter().filter(|step| !stream(step).is_empty()) {
            let _ = writeln!(text, "$ {}", step.command.join(" "));
            text += stream(step);
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        text
    };
    let both = [("system-out", collect(|step| &step.stdout)), ("system-err", collect(|step| &step.stderr))];
    both.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn result_of(scenario: &ScenarioDocument) -> Result {
    match scenario.outcome.as_str() {
        "passed" | "flaky" => Result::Passed,
        "failed" | "timed out" => Result::Failed,
        "cancelled" => Result::Skipped,
        "not run" if scenario.reason.as_deref().is_some_and(is_harmless) => Result::Skipped,
        _ => Result::Error,
    }
}

fn whole_is_failure(test: &TestDocument) -> bool {
    matches!(test.outcome.as_str(), "failed" | "timed out")
}

fn counts(test: &TestDocument) -> Counts {
    let mut counts = Counts { tests: test.scenarios.len() + usize::from(test.has_whole()), ..Counts::default() };
    for scenario in &test.scenarios {
        match result_of(scenario) {
            Result::Passed => {}
            Result::Failed => counts.failures += 1,
            Result::Error => counts.errors += 1,
            Result::Skipped => counts.skipped += 1,
        }
    }
    if !test.failures.is_empty() {
        *(if whole_is_failure(test) { &mut counts.failures } else { &mut counts.errors }) += 1;
    }
    counts
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }
}

fn seconds(milliseconds: f64) -> String {
    format!("{:.3}", milliseconds / 1e3)
}
