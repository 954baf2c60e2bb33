//! Mutants for people: the constraints that can't fail at their lines, the mutants that nobody noticed, and the score.

use std::io::{self, Write};

use annotate_snippets::{Group, Level};

use super::MutantsReport;
use crate::report::Style;
use crate::report::frame::frame;
use crate::report::human::renderer;
use crate::report::words::counted;

/// No more mutants and constraints than that are shown, of each.
const MOST_SHOWN: usize = 20;

impl MutantsReport<'_> {
    /// Writes the report.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_human(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let renderer = renderer(&style);
        let sources = std::slice::from_ref(&self.document);
        for &index in self.mutants.never_red.iter().take(MOST_SHOWN) {
            let title = format!("no change of this trace turns `{}` red", self.path(index));
            let frame = frame(sources, &self.document, self.place(index), Some("this can't fail here"), &[]);
            let group = Group::with_title(Level::WARNING.primary_title(title)).elements(frame);
            writeln!(out, "{}\n", renderer.render(&[group]))?;
        }
        more(self.mutants.never_red.len(), "constraint", out)?;
        let survivors: Vec<_> = self.mutants.survivors().collect();
        if !survivors.is_empty() {
            writeln!(out, "nobody noticed:")?;
        }
        for survivor in survivors.iter().take(MOST_SHOWN) {
            let aim = survivor.aimed_at.map(|index| format!("  (aimed at `{}`)", self.path(index)));
            writeln!(out, "  {}{}", survivor.mutation.describe(self.trace), aim.unwrap_or_default())?;
        }
        more(survivors.len(), "mutant", out)?;
        writeln!(out, "{}", self.summary())
    }

    fn summary(&self) -> String {
        let report = self.mutants;
        let done = report.mutants.len();
        let mut text = format!(
            "score {} %: {} of {} caught; {} of {} can't fail",
            report.score(),
            report.caught(),
            counted(done, "mutant"),
            report.never_red.len(),
            counted(report.red.len(), "constraint"),
        );
        if done < report.possible {
            text += &format!(" (limited to {done} of {} possible mutants)", report.possible);
        }
        text
    }
}

/// Tells how many there are besides those that were shown.
fn more(count: usize, word: &str, out: &mut dyn Write) -> io::Result<()> {
    match count.checked_sub(MOST_SHOWN) {
        Some(more) if more > 0 => writeln!(out, "  … {} more", counted(more, word)),
        _ => Ok(()),
    }
}
