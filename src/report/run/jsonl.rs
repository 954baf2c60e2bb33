//! `--format jsonl`: one JSON object a line, as things happen. `docs/run.md` describes them, `docs/run.schema.json` defines them.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::build::{milliseconds, reason};
use super::document::{RunDocument, TestDocument};
use crate::executor::{OutputStream, Phase, Redaction, RunEvent};

/// An event as an object; `None` for the end of the run, of which [`RunDocument`] tells. Paths are shown from `base`.
pub fn event_line(event: &RunEvent, redaction: &Redaction, base: &Path) -> Option<Value> {
    let cover = |text: &str| redaction.cover(text).into_owned();
    Some(match event {
        RunEvent::Started { run, scenarios } => json!({
            "type": "run-started", "version": RunDocument::VERSION, "run": run.0,
            "scenarios": scenarios.iter().map(ToString::to_string).collect::<Value>(),
        }),
        RunEvent::ScenarioStarted { scenario, attempt } => {
            json!({ "type": "scenario-started", "scenario": scenario.to_string(), "attempt": attempt })
        }
        RunEvent::Progress { scenario, phase, message, percent } => json!({
            "type": "progress", "scenario": scenario.to_string(), "phase": phase_word(*phase),
            "message": cover(message), "percent": percent,
        }),
        RunEvent::Output { scenario, service, step, stream, text } => json!({
            "type": "output", "scenario": scenario.to_string(), "service": service, "step": step,
            "stream": match stream { OutputStream::Stdout => "stdout", OutputStream::Stderr => "stderr" },
            "text": cover(text),
        }),
        RunEvent::Slow { scenario, elapsed } => {
            json!({ "type": "slow", "scenario": scenario.to_string(), "elapsed_ms": milliseconds(*elapsed) })
        }
        RunEvent::Decision { scenario, message } => json!({
            "type": "decision", "scenario": scenario.as_ref().map(ToString::to_string), "message": cover(message),
        }),
        RunEvent::ScenarioFinished(scenario) => json!({
            "type": "scenario-finished", "scenario": scenario.id.to_string(), "outcome": scenario.outcome.word(),
            "reason": reason(scenario.outcome), "attempts": scenario.attempts.len(),
            "duration_ms": milliseconds(scenario.duration),
        }),
        RunEvent::TestFinished(test) => test_line(&TestDocument::new(test, redaction, base)),
        RunEvent::Note { test, message } => {
            json!({ "type": "note", "test": test.as_ref().map(ToString::to_string), "message": cover(message) })
        }
        RunEvent::Finished(_) => return None,
    })
}

/// Writes what is known of a run that is over: its tests, and its end.
pub fn write(run: &RunDocument, out: &mut dyn Write) -> io::Result<()> {
    for test in &run.tests {
        write_line(&test_line(test), out)?;
    }
    write_line(&end_line(run), out)
}

/// The last line of a run.
pub fn end_line(run: &RunDocument) -> Value {
    json!({
        "type": "run-finished", "version": run.version, "run": run.run, "started": run.started,
        "duration_ms": run.duration_ms, "seed": run.seed, "exit_code": run.exit_code, "cancelled": run.cancelled,
        "error": run.error, "summary": run.summary,
    })
}

fn test_line(test: &TestDocument) -> Value {
    json!({ "type": "test-finished", "test": test })
}

fn write_line(line: &Value, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}

const fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Images => "images",
        Phase::Services => "services",
        Phase::Steps => "steps",
        Phase::Draining => "draining",
        Phase::Cleanup => "cleanup",
    }
}
