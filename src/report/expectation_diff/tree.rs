//! A diff as a tree: the tables, the changed expectations in each, and what changed in them.

use std::io::{self, Write};

use super::{DiffReport, only_in, title};
use crate::expectation::diff::{Change, ChangeKind};

impl DiffReport<'_> {
    /// Writes the tree and the sums.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_tree(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} → {}", self.old.path, self.new.path)?;
        // The changes stand by kind of table already.
        let tables: Vec<&[Change]> = self.diff.changes.chunk_by(|a, b| a.block() == b.block()).collect();
        for (index, table) in tables.iter().enumerate() {
            let (branch, stem) = lead(index + 1 == tables.len());
            let name = table.first().map_or("", |change| change.block().name());
            writeln!(out, "{branch}{name}")?;
            for (index, change) in table.iter().enumerate() {
                let (branch, below) = lead(index + 1 == table.len());
                let strength = change.strength.as_ref().map(|strength| format!(", {}", strength.direction.word()));
                let (sign, title, word) = (change.kind.sign(), title(change), change.kind.word());
                writeln!(out, "{stem}{branch}{sign} {title}  ({word}{})", strength.unwrap_or_default())?;
                let mut leaves = Vec::new();
                if change.kind != ChangeKind::Moved {
                    leaves.extend(only_in(&change.old, &change.new).into_iter().map(|words| format!("- {words}")));
                    leaves.extend(only_in(&change.new, &change.old).into_iter().map(|words| format!("+ {words}")));
                }
                for (index, leaf) in leaves.iter().enumerate() {
                    writeln!(out, "{stem}{below}{}{leaf}", lead(index + 1 == leaves.len()).0)?;
                }
            }
        }
        writeln!(out, "{}", self.summary())
    }
}

/// What stands before an item, and before all that is below it.
const fn lead(last: bool) -> (&'static str, &'static str) {
    if last { ("└─ ", "   ") } else { ("├─ ", "│  ") }
}
