//! A diff for programs. `docs/clnrm.md` describes it, `docs/clnrm.schema.json` defines it; whatever changes there incompatibly raises
//! [`VERSION`].

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{DiffReport, DiffSide};
use crate::expectation::diff::{Change, ChangeKind, Expectation, Strength, Witness, words};
use crate::report::span_object::span_object;

/// The version of the format.
const VERSION: u32 = 1;

impl DiffReport<'_> {
    /// Writes one JSON object and a line end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let diff = self.diff;
        let count = |kind: ChangeKind| diff.count(kind);
        let mut object = json!({
            "version": VERSION,
            "kind": "expectations",
            "old": self.old.path,
            "new": self.new.path,
            "algorithm": diff.algorithm,
            "summary": {
                "added": count(ChangeKind::Added),
                "removed": count(ChangeKind::Removed),
                "modified": count(ChangeKind::Modified),
                "renamed": count(ChangeKind::Renamed),
                "moved": count(ChangeKind::Moved),
                "unchanged": diff.unchanged,
            },
            "changes": diff.changes.iter().map(|change| self.change(change)).collect::<Value>(),
        });
        if let Some((old, new)) = diff.reading {
            object["reading"] = json!({ "old": format!("{old:?}"), "new": format!("{new:?}") });
        }
        if let Some(direction) = diff.direction {
            object["direction"] = direction.word().into();
        }
        serde_json::to_writer_pretty(&mut *out, &object)?;
        writeln!(out)
    }

    fn change(&self, change: &Change) -> Value {
        let mut object = json!({ "change": change.kind.word(), "table": change.block().name() });
        for (key, side, expectation) in [("old", &self.old, &change.old), ("new", &self.new, &change.new)] {
            if let Some(expectation) = expectation {
                object[key] = expectation_value(side, expectation);
            }
        }
        if let Some(strength) = &change.strength {
            object["strength"] = strength_value(strength);
        }
        object
    }
}

fn expectation_value(side: &DiffSide, expectation: &Expectation) -> Value {
    let mut object = json!({
        "path": expectation.path.as_str(),
        "text": expectation.to_string(),
        "requirements": expectation.requirements.iter().map(words).collect::<Value>(),
    });
    if let Some((start, end)) = side.place(expectation) {
        let position = |at: crate::text::LineColumn| json!({ "line": at.line, "column": at.column });
        object["range"] = json!({ "start": position(start), "end": position(end) });
    }
    object
}

fn strength_value(strength: &Strength) -> Value {
    let mut object = json!({ "direction": strength.direction.word(), "proved": strength.proved });
    for (key, witness) in [("fooled_by", &strength.fooled_by), ("catches", &strength.catches)] {
        if let Some(witness) = witness {
            object[key] = witness_value(witness);
        }
    }
    object
}

fn witness_value(witness: &Witness) -> Value {
    json!({
        "of_whole_test": witness.of_whole_test,
        "spans": witness.trace.spans().iter().map(span_object).collect::<Value>(),
    })
}
