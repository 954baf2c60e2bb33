//! What changed between two revisions of a test, for people and for programs.

mod human;
mod json;
mod tree;

use std::collections::BTreeMap;

use crate::expectation::diff::{Change, Expectation, ExpectationDiff, Strength};
use crate::text::{LineColumn, Span};

/// A diff with the places of what it is about.
pub struct DiffReport<'a> {
    /// The diff.
    pub diff: &'a ExpectationDiff,
    /// The old revision.
    pub old: DiffSide,
    /// The new revision.
    pub new: DiffSide,
}

/// One revision.
#[derive(Clone, Debug)]
pub struct DiffSide {
    /// Its path, as it is shown.
    pub path: String,
    /// By place in the parsed text: start and end in the document.
    pub places: BTreeMap<Span, (LineColumn, LineColumn)>,
}

impl DiffSide {
    fn place(&self, expectation: &Expectation) -> Option<(LineColumn, LineColumn)> {
        self.places.get(&expectation.span).copied()
    }

    /// `path:line`, or the path alone.
    fn shown(&self, expectation: &Expectation) -> String {
        match self.place(expectation) {
            Some((start, _)) => format!("{}:{}", self.path, start.line),
            None => self.path.clone(),
        }
    }
}

impl DiffReport<'_> {
    /// Where the sides of a change stand.
    fn places(&self, change: &Change) -> String {
        let old = change.old.as_ref().map(|old| self.old.shown(old));
        let new = change.new.as_ref().map(|new| self.new.shown(new));
        [old, new].into_iter().flatten().collect::<Vec<_>>().join(" → ")
    }

    /// The sums in one line.
    fn summary(&self) -> String {
        let unchanged = self.diff.unchanged;
        let algorithm = &self.diff.algorithm;
        match self.diff.is_empty() {
            true => format!("no difference in {unchanged} expectations ({algorithm})"),
            false => format!("{}; {unchanged} unchanged ({algorithm})", self.diff.summary()),
        }
    }
}

/// The title of an expectation: what it is about.
fn title(change: &Change) -> String {
    let heads = [&change.old, &change.new].map(|side| side.as_ref().map(Expectation::head));
    match heads {
        [Some(old), Some(new)] if old != new => format!("{old} → {new}"),
        [_, Some(head)] | [Some(head), None] => head,
        [None, None] => String::new(),
    }
}

/// What a side asks for that the other does not.
fn only_in(side: &Option<Expectation>, other: &Option<Expectation>) -> Vec<String> {
    let Some(side) = side else { return Vec::new() };
    let is_own = |requirement: &&crate::expectation::Requirement| {
        other.as_ref().is_none_or(|other| !other.requirements.contains(requirement))
    };
    side.details().filter(|requirement| is_own(requirement)).map(crate::expectation::diff::words).collect()
}

/// What a change does to the strength, in words.
fn strength_words(strength: &Strength) -> String {
    use crate::expectation::diff::Direction;
    let not_proved =
        if strength.proved || strength.direction == Direction::Undecided { "" } else { ", as far as examples show" };
    let words = match strength.direction {
        Direction::Same => "as strong as before",
        Direction::Weaker => "weaker: a trace that was refused is accepted now",
        Direction::Stronger => "stronger: a trace that was accepted is refused now",
        Direction::Different => "different: some traces are accepted now that were refused, and the other way round",
        Direction::Undecided => "undecided: no trace was found that tells them apart, and no proof that there is none",
    };
    format!("{words}{not_proved}")
}

/// How a witness was judged.
const fn extent(of_whole_test: bool) -> &'static str {
    if of_whole_test { "by the whole test" } else { "by this expectation alone" }
}
