//! A diff for people: each change with its places, what it takes and what it gives, and a trace that shows its effect.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};

use super::{DiffReport, extent, only_in, strength_words, title};
use crate::expectation::diff::{Change, ChangeKind, Witness};
use crate::report::Style;
use crate::report::outline::outline;

/// No example of a trace takes more lines than that.
const MOST_LINES: usize = 8;

impl DiffReport<'_> {
    /// Writes all changes and the sums.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_human(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        if let Some((old, new)) = self.diff.reading {
            writeln!(out, "~ expectations are read otherwise: {old:?} → {new:?}")?;
        }
        for change in &self.diff.changes {
            self.write_change(change, style, out)?;
        }
        writeln!(out, "{}", self.summary())
    }

    fn write_change(&self, change: &Change, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let color = of(change.kind, style);
        writeln!(out, "{color}{}{color:#} {}  ({})", change.kind.sign(), title(change), self.places(change))?;
        if change.kind != ChangeKind::Moved {
            for (sign, kind, words) in [
                ('-', ChangeKind::Removed, only_in(&change.old, &change.new)),
                ('+', ChangeKind::Added, only_in(&change.new, &change.old)),
            ] {
                let color = of(kind, style);
                for words in words {
                    writeln!(out, "    {color}{sign} {words}{color:#}")?;
                }
            }
        }
        let Some(strength) = &change.strength else { return Ok(()) };
        writeln!(out, "    {}", strength_words(strength))?;
        write_witness("accepted now", strength.fooled_by.as_ref(), out)?;
        write_witness("refused now", strength.catches.as_ref(), out)
    }
}

fn write_witness(what: &str, witness: Option<&Witness>, out: &mut dyn Write) -> io::Result<()> {
    let Some(witness) = witness else { return Ok(()) };
    writeln!(out, "      {what} {}:", extent(witness.of_whole_test))?;
    outline(&witness.trace, MOST_LINES).iter().try_for_each(|line| writeln!(out, "        {line}"))
}

/// The colour of a change.
fn of(kind: ChangeKind, style: Style) -> Ansi {
    match kind {
        _ if !style.color => Ansi::new(),
        ChangeKind::Added => AnsiColor::Green.on_default(),
        ChangeKind::Removed => AnsiColor::Red.on_default(),
        ChangeKind::Modified | ChangeKind::Renamed => AnsiColor::Yellow.on_default(),
        ChangeKind::Moved => AnsiColor::Cyan.on_default(),
    }
}
