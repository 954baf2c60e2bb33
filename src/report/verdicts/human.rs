//! Verdicts for people: each constraint that does not hold with its lines and why, then what weakens the others, then the outcome.

use std::collections::BTreeMap;
use std::io::{self, Write};

use annotate_snippets::{Group, Level};

use super::{JudgedConstraint, VerdictReport};
use crate::analysis::Related;
use crate::report::frame::frame;
use crate::report::human::{renderer, write_note, write_warning};
use crate::report::words::{and_more, counted};

/// No more failures than that are shown.
const MOST_SHOWN: usize = 20;

/// No more problems of a source than that are shown.
const MOST_PROBLEMS: usize = 5;

impl VerdictReport {
    pub(super) fn write_human(&self, out: &mut dyn Write) -> io::Result<()> {
        let told = || self.constraints.iter().enumerate().filter(|(_, it)| !it.verdict.holds() && it.told_by.is_none());
        for (index, failure) in told().take(MOST_SHOWN) {
            self.write_failure(index, failure, out)?;
        }
        let more = told().count().saturating_sub(MOST_SHOWN);
        if more > 0 {
            writeln!(out, "… {} more\n", counted(more, "failure"))?;
        }
        if !self.style.quiet {
            self.write_remarks(out)?;
        }
        writeln!(out, "{}", self.summary())
    }

    fn write_failure(&self, index: usize, failure: &JudgedConstraint, out: &mut dyn Write) -> io::Result<()> {
        let mut lines = failure.text.as_deref().unwrap_or_default().lines();
        let title = lines.next().unwrap_or_default();
        // What a macro of this program looks like inside is no matter of those who call it.
        let is_theirs =
            |related: &&Related| self.sources.get(related.file.0 as usize).is_some_and(|source| !source.built_in);
        let related: Vec<Related> = failure.related.iter().filter(is_theirs).cloned().collect();
        let elements = self
            .sources
            .first()
            .map(|document| frame(&self.sources, document, failure.span, Some(failure.message()), &related));
        let group = Group::with_title(Level::ERROR.primary_title(title)).elements(elements.into_iter().flatten());
        writeln!(out, "{}", renderer(&self.style).render(&[group]))?;
        lines.try_for_each(|line| writeln!(out, "{line}"))?;
        let following = self.constraints.iter().filter(|it| it.told_by == Some(index));
        let places = following.filter_map(|it| Some(self.sources.first()?.position(it.span.start).line));
        if let Some(more) = and_more(places.collect()) {
            writeln!(out, "  {more}")?;
        }
        writeln!(out)
    }

    /// What people should know besides the failures.
    fn write_remarks(&self, out: &mut dyn Write) -> io::Result<()> {
        for problem in self.problems.iter().take(MOST_PROBLEMS) {
            write_warning(problem, self.style, out)?;
        }
        if let Some(more) = self.problems.len().checked_sub(MOST_PROBLEMS).filter(|more| *more > 0) {
            write_warning(&format!("{} more in what was read", counted(more, "problem")), self.style, out)?;
        }
        for (path, span, why) in &self.unjudged {
            let place = self.sources.first().map(|document| document.position(span.start).line).unwrap_or_default();
            write_warning(&format!("`{path}` in line {place} is not judged: {why}"), self.style, out)?;
        }
        for note in &self.judgement.notes {
            write_note(&note.to_string(), None, self.style, out)?;
        }
        // The same note of many constraints is told once.
        let mut notes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for constraint in &self.constraints {
            for note in &constraint.notes {
                notes.entry(note.to_string()).or_default().push(&constraint.path);
            }
        }
        for (note, paths) in notes {
            let whom = match paths.as_slice() {
                [only] => format!("`{only}`"),
                [first, rest @ ..] => format!("`{first}` and {}", counted(rest.len(), "other")),
                [] => continue,
            };
            write_note(&format!("{whom}: {note}"), None, self.style, out)?;
        }
        Ok(())
    }
}
