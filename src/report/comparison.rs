//! A test against a trace: what is expected and was not seen, and what was seen and nobody expects.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use serde_json::{Value, json};

use super::{SpanGraph, Style};

/// What parts a test and a trace.
pub struct Comparison {
    /// The path of the test, as it is shown.
    pub test: String,
    /// The constraints that do not hold: path, line in the document, and why.
    pub unsatisfied: Vec<(String, usize, String)>,
    /// The names and edges of both.
    pub graph: SpanGraph,
}

impl Comparison {
    /// Whether the trace is just what the test expects.
    pub fn is_empty(&self) -> bool {
        self.unsatisfied.is_empty() && self.extra().is_empty()
    }

    /// What was seen and nobody expects: spans, then edges between expected spans.
    fn extra(&self) -> Vec<String> {
        let spans = self.graph.extra_names().map(|(name, seen)| format!("span `{name}`{}", times(seen)));
        let edges = self.graph.extra_edges().map(|(from, to, seen)| format!("edge `{from}` → `{to}`{}", times(seen)));
        spans.chain(edges).collect()
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_human(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let of = |color: AnsiColor| if style.color { color.on_default() } else { Ansi::new() };
        let (red, green) = (of(AnsiColor::Red), of(AnsiColor::Green));
        for (path, line, why) in &self.unsatisfied {
            writeln!(out, "{red}- {path}{red:#}  ({}:{line}): {why}", self.test)?;
        }
        let extra = self.extra();
        for extra in &extra {
            writeln!(out, "{green}+ {extra}{green:#}")?;
        }
        writeln!(out, "{} not satisfied, {} not expected", self.unsatisfied.len(), extra.len())
    }

    /// Writes it for programs.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let unsatisfied = self.unsatisfied.iter();
        let unsatisfied = unsatisfied.map(|(path, line, why)| json!({ "path": path, "line": line, "message": why }));
        let names = self.graph.extra_names().map(|(name, seen)| json!({ "name": name, "seen": seen }));
        let edges = self.graph.extra_edges().map(|(from, to, seen)| json!({ "from": from, "to": to, "seen": seen }));
        let object = json!({
            "version": 1,
            "kind": "test-and-trace",
            "test": self.test,
            "unsatisfied": unsatisfied.collect::<Value>(),
            "unexpected": { "spans": names.collect::<Value>(), "edges": edges.collect::<Value>() },
        });
        serde_json::to_writer_pretty(&mut *out, &object)?;
        writeln!(out)
    }
}

fn times(seen: usize) -> String {
    if seen > 1 { format!(" ×{seen}") } else { String::new() }
}
