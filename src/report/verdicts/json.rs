//! Verdicts for programs. `docs/clnrm.md` describes the form, `docs/analyze.schema.json` defines it; whatever changes there
//! incompatibly raises [`VERSION`].

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{JudgedConstraint, VerdictReport};
use crate::expectation::Verdict;
use crate::expectation::explain::{Explanation, Nearest, Row};
use crate::report::json::range_value;

/// The version of the format.
const VERSION: u32 = 1;

impl VerdictReport {
    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let judgement = &self.judgement;
        let notes = judgement.notes.iter().map(ToString::to_string);
        let unjudged = self.unjudged.iter().map(|(path, span, why)| {
            json!({ "path": path, "range": self.sources.first().map(|document| range_value(document, *span)), "message": why })
        });
        let object = json!({
            "version": VERSION,
            "file": self.path,
            "verdict": if self.passed() { "pass" } else { "fail" },
            "completeness": judgement.completeness.grade.word(),
            "completeness_reason": judgement.completeness.reason,
            "spans": judgement.spans,
            "constraints": self.constraint_values(),
            "unjudged": unjudged.collect::<Value>(),
            "notes": notes.collect::<Value>(),
            "problems": self.problems,
        });
        serde_json::to_writer_pretty(&mut *out, &object)?;
        writeln!(out)
    }

    /// Each constraint with what came out, in the order of the test.
    pub(in crate::report) fn constraint_values(&self) -> Value {
        self.constraints.iter().map(|constraint| self.constraint(constraint)).collect()
    }

    fn constraint(&self, constraint: &JudgedConstraint) -> Value {
        let mut object = Map::new();
        object.insert("path".into(), constraint.path.as_str().into());
        object.insert("verdict".into(), constraint.verdict.word().into());
        let message = match (&constraint.explanation, &constraint.verdict) {
            (Some(explanation), _) => Some(explanation.message.clone()),
            (None, Verdict::Undecided(reason)) => Some(reason.to_string()),
            (None, _) => None,
        };
        object.insert("message".into(), message.into());
        let range = self.sources.first().map(|document| range_value(document, constraint.span));
        object.insert("range".into(), range.into());
        let nearest = constraint.explanation.as_ref().and_then(|explanation| explanation.nearest.as_ref());
        object.insert("nearest".into(), nearest.map(nearest_value).into());
        if let Some(explanation) = &constraint.explanation {
            object.insert("explanation".into(), explanation_value(explanation));
        }
        if !constraint.notes.is_empty() {
            object.insert("notes".into(), constraint.notes.iter().map(ToString::to_string).collect());
        }
        let related = constraint.related.iter().filter_map(|related| {
            let source = self.sources.get(related.file.0 as usize)?;
            Some(json!({ "path": source.path, "range": range_value(source, related.span), "message": related.message }))
        });
        let related: Vec<Value> = related.collect();
        if !related.is_empty() {
            object.insert("related".into(), related.into());
        }
        object.into()
    }
}

fn nearest_value(nearest: &Nearest) -> Value {
    let row = |row: &Row| json!({ "key": row.key, "seen": row.seen, "asked": row.asked, "holds": row.holds });
    json!({
        "name": nearest.name,
        "span_id": nearest.span_id,
        "service": nearest.service,
        "holding": nearest.holding(),
        "rows": nearest.rows.iter().map(row).collect::<Value>(),
    })
}

fn explanation_value(explanation: &Explanation) -> Value {
    let spans =
        explanation.related.iter().map(|related| json!({ "name": related.name, "origin": related.origin.to_string() }));
    json!({
        "block": explanation.block,
        "facts": explanation.facts,
        "help": explanation.help,
        "accept": explanation.accept,
        "spans": spans.collect::<Value>(),
    })
}
