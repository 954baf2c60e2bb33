//! The evaluation of a tree against the spans of a run: one file for each kind of expectation. What each key means is
//! written down in `docs/expectations.md`.
//!
//! No verdict depends on the order in which spans came, nor on how often one was delivered.

mod counts;
mod descent;
mod distinct;
mod graph;
mod hermeticity;
mod observed;
mod order;
mod peers;
mod span;
mod status;
mod trace;
pub(super) mod value;
mod window;

pub(super) use counts::count;
pub(super) use observed::{Observed, Selection};
pub(super) use order::Pairs;
pub(super) use peers::external_peers;
pub(super) use span::{Property, matching, milliseconds};
pub(super) use status::status_of;
pub(super) use window::{Instance, Instances, duration, nanoseconds as tolerance_in_nanoseconds, spans_within};

use super::tree::{Block, BlockKind, ExpectationTree, Reading, Requirement, SpanRequirement};
use super::verdict::{ConstraintVerdict, Judgement, Note, Outcome, Reason, Reception, Verdict};
use crate::trace::{Grade, SpanIndex, Trace};

/// Judges the spans of a run by what a test expects.
///
/// Takes time linear in the number of spans for each constraint (a factor for sorting aside).
pub fn judge(tree: &ExpectationTree, trace: &Trace, reception: &Reception) -> Judgement {
    let observed = Observed::new(trace, tree.reading, reception);
    let verdicts = if trace.is_empty() {
        vec![ruling(Verdict::Undecided(Reason::NoSpans)); tree.constraints.len()]
    } else {
        verdicts(tree, &observed)
    };
    let outcome = match &*verdicts {
        [] => Outcome::NothingExpected,
        verdicts if verdicts.iter().all(|verdict| verdict.verdict.holds()) => Outcome::Pass,
        _ => Outcome::Fail,
    };
    Judgement {
        outcome,
        spans: trace.len(),
        completeness: reception.completeness.clone(),
        no_spans: (trace.is_empty() && !tree.is_empty()).then(|| reception.no_spans.clone()),
        notes: notes_on_the_whole(tree, &observed),
        verdicts,
    }
}

fn verdicts(tree: &ExpectationTree, observed: &Observed<'_>) -> Vec<ConstraintVerdict> {
    let mut verdicts = Vec::with_capacity(tree.constraints.len());
    for block in &tree.blocks {
        debug_assert_eq!(block.constraints.start, verdicts.len(), "blocks cover the constraints without gaps");
        match block.kind {
            BlockKind::Span => verdicts.extend(span::verdicts(&requirements(tree, block), observed)),
            BlockKind::Trace => verdicts.extend(trace::verdicts(&requirements(tree, block), observed)),
            _ => {
                verdicts.extend(requirements(tree, block).into_iter().map(|requirement| single(requirement, observed)))
            }
        }
    }
    distinct::judge(tree, observed, &mut verdicts);
    let is_proved = observed.reception.completeness.grade == Grade::Proved;
    if !is_proved {
        for (verdict, constraint) in verdicts.iter_mut().zip(&tree.constraints) {
            if is_open_to_more(&constraint.requirement) && may_still_change(&constraint.requirement, &verdict.verdict) {
                verdict.notes.push(Note::LessThanProof(observed.reception.completeness.clone()));
            }
        }
    }
    verdicts
}

fn requirements<'t>(tree: &'t ExpectationTree, block: &Block) -> Vec<&'t Requirement> {
    tree.constraints_of(block).map(|(_, constraint)| &constraint.requirement).collect()
}

/// A constraint that stands for itself.
fn single(requirement: &Requirement, observed: &Observed<'_>) -> ConstraintVerdict {
    match requirement {
        Requirement::Graph(requirement) => graph::verdict(requirement, observed),
        Requirement::Count(counted, bound) => counts::verdict(counted, *bound, observed),
        Requirement::Window(requirement) => window::verdict(requirement, observed),
        Requirement::Order(requirement) => order::verdict(requirement, observed),
        Requirement::Status(requirement) => status::verdict(requirement, observed),
        Requirement::Hermeticity(requirement) => hermeticity::verdict(requirement, observed),
        Requirement::Unevaluable(reason) => ruling(Verdict::Undecided(reason.clone())),
        // These belong to blocks that are judged as a whole.
        Requirement::Span(_) | Requirement::Trace(_) => ruling(Verdict::Undecided(Reason::NoCandidate)),
    }
}

/// Whether a requirement speaks about all spans, so that one that is still to come could break it.
fn is_open_to_more(requirement: &Requirement) -> bool {
    use super::tree::{Bound, GraphRequirement, OrderMode, TraceRequirement, WindowRequirement};
    match requirement {
        Requirement::Count(_, bound) | Requirement::Span(SpanRequirement::Count(bound)) => {
            !matches!(bound, Bound::AtLeast(_))
        }
        Requirement::Span(requirement) => matches!(requirement, SpanRequirement::Exists(false)),
        Requirement::Graph(requirement) => {
            !matches!(requirement, GraphRequirement::Edge(..) | GraphRequirement::AnyEdge)
        }
        Requirement::Window(requirement) => !matches!(requirement, WindowRequirement::Present(_)),
        Requirement::Order(requirement) => requirement.mode != OrderMode::Any,
        Requirement::Status(_) | Requirement::Hermeticity(_) => true,
        Requirement::Trace(requirement) => matches!(requirement, TraceRequirement::Complete),
        Requirement::Unevaluable(_) => false,
    }
}

/// Whether more spans could turn the verdict around. What is broken stays broken, but a count that is short may grow.
fn may_still_change(requirement: &Requirement, verdict: &Verdict) -> bool {
    use super::tree::Bound;
    let is_exact = matches!(
        requirement,
        Requirement::Count(_, Bound::Exactly(_)) | Requirement::Span(SpanRequirement::Count(Bound::Exactly(_)))
    );
    match verdict {
        Verdict::Holds => true,
        Verdict::Fails => is_exact,
        Verdict::Undecided(_) => false,
    }
}

fn notes_on_the_whole(tree: &ExpectationTree, observed: &Observed<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    if tree.reading == Reading::Clnrm1 {
        notes.push(Note::OlderReading);
    }
    let trace = observed.trace;
    let missing = observed.orphans().count();
    if missing > 0 {
        notes.push(Note::MissingParents(missing));
    }
    if !trace.conflicts().is_empty() {
        notes.push(Note::Conflicting(trace.conflicts().len()));
    }
    let dropped: u64 = trace
        .spans()
        .iter()
        .map(|span| u64::from(span.dropped.attributes) + u64::from(span.dropped.events) + u64::from(span.dropped.links))
        .sum();
    if dropped > 0 {
        notes.push(Note::Dropped(dropped));
    }
    notes
}

/// A verdict with nothing to add.
const fn ruling(verdict: Verdict) -> ConstraintVerdict {
    ConstraintVerdict { verdict, culprits: Vec::new(), nearest: None, notes: Vec::new() }
}

/// Holds where `holds`.
const fn decided(holds: bool) -> ConstraintVerdict {
    ruling(if holds { Verdict::Holds } else { Verdict::Fails })
}

/// Holds where there are no `culprits`.
fn unless_any(culprits: impl Iterator<Item = SpanIndex>) -> ConstraintVerdict {
    let mut culprits: Vec<SpanIndex> = culprits.take(ConstraintVerdict::CULPRITS).collect();
    culprits.sort_unstable();
    culprits.dedup();
    ConstraintVerdict { culprits: culprits.clone(), ..decided(culprits.is_empty()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use crate::trace::{Completeness, Span, SpanId, TraceId};

    fn judged(expectations: &str, names: &[&str]) -> Judgement {
        let tree = ExpectationTree::new(&parse(expectations, &[], false).config);
        let spans = names.iter().zip(1_u8..);
        let trace: Trace =
            spans.map(|(name, id)| Span::new(TraceId::from([1; 16]), SpanId::from([id; 8]), *name)).collect();
        judge(&tree, &trace, &Reception::of(Completeness::unknown("a test")))
    }

    const ABSENCE: &str = "[expect.graph]\nacyclic = true\n";

    #[test]
    fn rule_zero() {
        let judgement = judged(ABSENCE, &[]);
        assert_eq!(judgement.outcome, Outcome::Fail);
        assert_eq!(judgement.verdicts[0].verdict, Verdict::Undecided(Reason::NoSpans));
        assert!(judgement.no_spans.is_some());
        assert_eq!(judged("", &[]).outcome, Outcome::NothingExpected);
    }

    #[test]
    fn what_is_judged_on_less_than_proof_says_so() {
        let judgement = judged(ABSENCE, &["a"]);
        assert_eq!(judgement.outcome, Outcome::Pass);
        assert!(matches!(judgement.verdicts[0].notes[..], [Note::LessThanProof(_)]));
    }

    #[test]
    fn what_can_not_be_evaluated_is_never_green() {
        let judgement = judged("[[expect.span]]\nname = \"[\"\n", &["["]);
        assert_eq!(judgement.outcome, Outcome::Fail);
        assert_eq!(judgement.verdicts[0].verdict, Verdict::Undecided(Reason::InvalidPattern("[".to_owned())));
    }
}
