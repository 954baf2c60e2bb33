//! Whether a test became stronger or weaker by a change, and a trace that shows it.
//!
//! A claim is either proved (by implication), or shown by a witness: a trace that is judged by both revisions. What neither a proof nor a
//! witness decides is said to be undecided.

use super::candidates::candidates;
use super::{Change, Expectation, implies, tree_of};
use crate::expectation::evaluate::judge;
use crate::expectation::tree::{ExpectationTree, Reading};
use crate::expectation::verdict::Reception;
use crate::trace::{Completeness, Trace};

/// What became of the strength of a test. A stronger test accepts fewer traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It accepts exactly the same traces.
    Same,
    /// It accepts all traces that it accepted before, and more.
    Weaker,
    /// It accepts some of the traces that it accepted before, and no others.
    Stronger,
    /// It accepts some traces that it refused before, and refuses some that it accepted.
    Different,
    /// Neither a proof nor a trace was found.
    Undecided,
}

impl Direction {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Weaker => "weaker",
            Self::Stronger => "stronger",
            Self::Different => "different",
            Self::Undecided => "undecided",
        }
    }

    /// The direction of a test in which two things changed.
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same, other) => other,
            (this, Self::Same) => this,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::Weaker, Self::Weaker) => Self::Weaker,
            (Self::Stronger, Self::Stronger) => Self::Stronger,
            _ => Self::Different,
        }
    }
}

/// What a change does to the strength of a test, and why that is believed.
#[derive(Clone, Debug)]
pub struct Strength {
    /// What it does.
    pub direction: Direction,
    /// Whether it is proved that the direction is the whole truth. Otherwise a witness shows it, and no witness of the contrary was
    /// found.
    pub proved: bool,
    /// A trace that was refused before and is accepted now: by this the test would now be fooled.
    pub fooled_by: Option<Witness>,
    /// A trace that was accepted before and is refused now: this is now caught.
    pub catches: Option<Witness>,
}

/// A trace that two revisions judge differently.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The trace.
    pub trace: Trace,
    /// Whether the whole tests judge it differently; otherwise only the changed expectation alone does.
    pub of_whole_test: bool,
}

/// The two revisions of a test.
pub(super) struct Revisions<'a> {
    pub old: &'a ExpectationTree,
    pub new: &'a ExpectationTree,
    /// What both have.
    pub unchanged: &'a [Expectation],
}

/// Whole tests with more expectations than that are not judged on witnesses: the changed expectation alone is.
const LARGEST_WHOLE: usize = 200;

impl Revisions<'_> {
    /// What `change` does.
    pub fn strength(&self, change: &Change, whole: bool) -> Strength {
        let (old, new) = (change.old.as_ref(), change.new.as_ref());
        let implied_by_rest = |wanted: &Expectation| self.unchanged.iter().any(|given| implies(given, wanted));
        // A side that is not there accepts everything; so does one that follows from what stays.
        let never_weaker = self.same_reading()
            && match (old, new) {
                (Some(old), Some(new)) => implies(new, old),
                (Some(old), None) => implied_by_rest(old),
                (None, _) => true,
            };
        let never_stronger = self.same_reading()
            && match (old, new) {
                (Some(old), Some(new)) => implies(old, new),
                (None, Some(new)) => implied_by_rest(new),
                (_, None) => true,
            };
        let (fooled_by, catches) = self.witnesses(change, !never_weaker, !never_stronger, whole);
        let (direction, proved) = match (never_weaker, never_stronger) {
            (true, true) => (Direction::Same, true),
            (true, false) if catches.is_some() => (Direction::Stronger, true),
            (false, true) if fooled_by.is_some() => (Direction::Weaker, true),
            _ => match (&fooled_by, &catches) {
                (Some(_), Some(_)) => (Direction::Different, true),
                (Some(_), None) => (Direction::Weaker, false),
                (None, Some(_)) => (Direction::Stronger, false),
                (None, None) => (Direction::Undecided, false),
            },
        };
        Strength { direction, proved, fooled_by, catches }
    }

    fn same_reading(&self) -> bool {
        self.old.reading == self.new.reading
    }

    /// A trace that only the new revision accepts, and one that only the old one does, as far as they are wanted.
    fn witnesses(
        &self,
        change: &Change,
        weaker: bool,
        stronger: bool,
        whole: bool,
    ) -> (Option<Witness>, Option<Witness>) {
        let alone = |side: Option<&Expectation>, reading: Reading| tree_of(side, reading);
        let old = alone(change.old.as_ref(), self.old.reading);
        let new = alone(change.new.as_ref(), self.new.reading);
        let sides: Vec<&Expectation> = change.old.iter().chain(&change.new).collect();
        let wanted = Wanted { weaker, stronger };
        let (mut fooled_by, mut catches) = wanted.search(&old, &new, &[], &sides, false);
        let size = self.old.constraints.len().max(self.new.constraints.len());
        if whole && size <= LARGEST_WHOLE {
            let wanted = Wanted { weaker: fooled_by.is_some(), stronger: catches.is_some() };
            let (lifted_fooled, lifted_catches) = wanted.search(self.old, self.new, self.unchanged, &sides, true);
            fooled_by = lifted_fooled.or(fooled_by);
            catches = lifted_catches.or(catches);
        }
        (fooled_by, catches)
    }
}

/// Which witnesses are looked for.
#[derive(Clone, Copy)]
struct Wanted {
    weaker: bool,
    stronger: bool,
}

impl Wanted {
    fn search(
        self,
        old: &ExpectationTree,
        new: &ExpectationTree,
        around: &[Expectation],
        sides: &[&Expectation],
        of_whole_test: bool,
    ) -> (Option<Witness>, Option<Witness>) {
        let (mut fooled_by, mut catches) = (None, None);
        if !self.weaker && !self.stronger {
            return (fooled_by, catches);
        }
        for trace in candidates(around, sides) {
            let (before, after) = (accepts(old, &trace), accepts(new, &trace));
            if self.weaker && !before && after && fooled_by.is_none() {
                fooled_by = Some(Witness { trace, of_whole_test });
            } else if self.stronger && before && !after && catches.is_none() {
                catches = Some(Witness { trace, of_whole_test });
            }
            if (fooled_by.is_some() || !self.weaker) && (catches.is_some() || !self.stronger) {
                break;
            }
        }
        (fooled_by, catches)
    }
}

/// Whether nothing in `tree` is violated by `trace`. A tree without expectations accepts every trace with spans.
fn accepts(tree: &ExpectationTree, trace: &Trace) -> bool {
    let judgement = judge(tree, trace, &Reception::of(Completeness::proved("an example")));
    judgement.failures().next().is_none() && !trace.is_empty()
}
