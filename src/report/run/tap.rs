//! `--format tap`: Test Anything Protocol, version 14. One test point a scenario, and one for the expectations of a test.

use std::io::{self, Write};

use super::build::is_harmless;
use super::document::{FailureDocument, RunDocument};

/// Writes the plan, then the test points.
pub fn write(run: &RunDocument, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TAP version 14")?;
    let points: usize = run.tests.iter().map(|test| test.scenarios.len() + usize::from(test.has_whole())).sum();
    writeln!(out, "1..{points}")?;
    if let Some(error) = &run.error {
        writeln!(out, "# {}", one_line(error))?;
    }
    let mut number = 0;
    for test in &run.tests {
        for scenario in &test.scenarios {
            number += 1;
            let failures = scenario.last().map(|attempt| attempt.failures.as_slice()).unwrap_or_default();
            // Readers take what is skipped for green: only what is told elsewhere as a failure may be.
            let skipped = scenario.reason.as_deref().filter(|reason| is_harmless(reason));
            let directive = skipped.map(|reason| format!(" # SKIP {reason}")).unwrap_or_default();
            let passed = scenario.passed() || skipped.is_some();
            point(number, passed, &scenario.id, &directive, &scenario.outcome, failures, out)?;
        }
        if test.has_whole() {
            number += 1;
            let name = format!("{}: expectations", test.id);
            point(number, test.failures.is_empty(), &name, "", "failed", &test.failures, out)?;
        }
    }
    if run.cancelled {
        writeln!(out, "Bail out! cancelled")?;
    }
    Ok(())
}

fn point(
    number: usize,
    passed: bool,
    name: &str,
    directive: &str,
    outcome: &str,
    failures: &[FailureDocument],
    out: &mut dyn Write,
) -> io::Result<()> {
    let word = if passed { "ok" } else { "not ok" };
    let name = one_line(name).replace('\\', "\\\\").replace('#', "\\#");
    writeln!(out, "{word} {number} - {name}{directive}")?;
    if passed || failures.is_empty() {
        return Ok(());
    }
    // A text in JSON is a text in YAML.
    let text = |text: &str| serde_json::Value::from(text).to_string();
    writeln!(out, "  ---\n  outcome: {}\n  failures:", text(outcome))?;
    for failure in failures {
        writeln!(out, "    - at: {}\n      code: {}", text(&failure.place.shown()), failure.code)?;
        writeln!(out, "      message: {}", text(&failure.message))?;
    }
    writeln!(out, "  ...")
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
