//! Mutants for programs; `docs/clnrm.md` describes the form, `docs/mutate.schema.json` defines it.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::MutantsReport;
use crate::expectation::mutate::Mutant;
use crate::report::json::range_value;

/// The version of the format.
const VERSION: u32 = 1;

impl MutantsReport<'_> {
    /// Writes one JSON object and a line end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = self.mutants;
        let constraints = report.red.iter().enumerate().map(|(index, red)| {
            json!({
                "path": self.path(index),
                "range": range_value(&self.document, self.place(index)),
                "red": red,
                "can_fail": !report.never_red.contains(&index),
            })
        });
        let object = json!({
            "version": VERSION,
            "file": self.document.path,
            "score": report.score(),
            "caught": report.caught(),
            "mutants": report.mutants.len(),
            "possible": report.possible,
            "constraints": constraints.collect::<Value>(),
            "survivors": report.survivors().map(|mutant| self.survivor(mutant)).collect::<Value>(),
        });
        serde_json::to_writer_pretty(&mut *out, &object)?;
        writeln!(out)
    }

    fn survivor(&self, mutant: &Mutant) -> Value {
        json!({
            "change": mutant.mutation.edit.word(),
            "description": mutant.mutation.describe(self.trace),
            "aimed_at": mutant.aimed_at.map(|index| self.path(index)),
        })
    }
}
