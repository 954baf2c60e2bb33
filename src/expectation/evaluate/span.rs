//! One `[[expect.span]]`: some span satisfies all of its constraints together. Where none does, the nearest one tells which
//! constraints are to blame.

use std::rc::Rc;

use super::value::{KeyedTest, Test};
use super::{Observed, Selection, ruling};
use crate::expectation::explain::nearest_by_name;
use crate::expectation::tree::{Bound, NameSelector, Reading, Requirement, SpanRequirement};
use crate::expectation::verdict::{ConstraintVerdict, Note, Reason, Verdict};
use crate::trace::{Span, SpanIndex, SpanKind, StatusCode};

/// What one constraint asks of a single span, ready to be asked of many.
pub(in crate::expectation) enum Property<'a, 't> {
    Name(Rc<Selection<'a>>),
    Parent(Rc<Selection<'a>>),
    Ancestor(Rc<[bool]>),
    Kind(SpanKind),
    Status(StatusCode),
    Attribute(&'t str, Test<'t>),
    AnyAttribute(Vec<KeyedTest<'t>>),
    Event(&'t str),
    AnyEvent(&'t [String]),
    DurationAtLeast(f64),
    DurationAtMost(f64),
}

impl<'a, 't> Property<'a, 't> {
    /// `None` for what is asked of the block as a whole.
    pub fn new(requirement: &'t SpanRequirement, observed: &Observed<'a>) -> Option<Self> {
        Some(match requirement {
            SpanRequirement::Name(name) => Self::Name(observed.select(name)),
            SpanRequirement::Parent(name) => Self::Parent(observed.select(name)),
            SpanRequirement::Ancestor(name) => Self::Ancestor(observed.below(name)),
            SpanRequirement::Kind(kind) => Self::Kind(*kind),
            SpanRequirement::Status(status) => Self::Status(*status),
            SpanRequirement::Attribute(key, test) => Self::Attribute(key, Test::new(test)),
            SpanRequirement::AnyAttribute(tests) => Self::AnyAttribute(tests.iter().map(KeyedTest::new).collect()),
            SpanRequirement::Event(name) => Self::Event(name),
            SpanRequirement::AnyEvent(names) => Self::AnyEvent(names),
            SpanRequirement::DurationAtLeast(least) => Self::DurationAtLeast(*least),
            SpanRequirement::DurationAtMost(most) => Self::DurationAtMost(*most),
            SpanRequirement::Count(_)
            | SpanRequirement::Exists(_)
            | SpanRequirement::IfPresent
            | SpanRequirement::Distinct => return None,
        })
    }

    /// Whether the span at `index` has the property.
    pub fn holds(&self, index: SpanIndex, observed: &Observed<'_>) -> bool {
        let span = &observed.trace[index];
        match self {
            Self::Name(names) => observed.is_selected(names, index),
            Self::Parent(names) => has_parent(index, names, observed),
            Self::Ancestor(below) => below.get(index.get()).copied().unwrap_or_default(),
            Self::Kind(kind) => kind_is(span, *kind, observed.reading),
            Self::Status(status) => super::status_of(span, observed.reading) == Some(*status),
            Self::Attribute(key, test) => test.passes(span.attributes.get(key), observed.reading),
            Self::AnyAttribute(tests) => tests.iter().any(|test| test.passes(&span.attributes, observed.reading)),
            Self::Event(name) => has_event(span, name),
            Self::AnyEvent(names) => names.iter().any(|name| has_event(span, name)),
            Self::DurationAtLeast(least) => duration_is(span, observed.reading, |duration| duration >= *least),
            Self::DurationAtMost(most) => duration_is(span, observed.reading, |duration| duration <= *most),
        }
    }
}

fn has_parent(index: SpanIndex, names: &Selection<'_>, observed: &Observed<'_>) -> bool {
    if observed.reading == Reading::Clnrm1 {
        // clnrm 1.0 did not ask whether both are of one trace.
        let parent = observed.trace[index].parent_span_id.as_ref();
        return parent.is_some_and(|parent| names.spans.iter().any(|&other| observed.trace[other].span_id == *parent));
    }
    observed.trace.parent(index).is_some_and(|parent| observed.is_selected(names, parent))
}

fn kind_is(span: &Span, kind: SpanKind, reading: Reading) -> bool {
    span.kind == kind || (reading == Reading::Sound && span.kind == SpanKind::Unspecified && kind == SpanKind::Internal)
}

fn has_event(span: &Span, name: &str) -> bool {
    span.events.iter().any(|event| event.name == name)
}

fn duration_is(span: &Span, reading: Reading, within: impl Fn(f64) -> bool) -> bool {
    match span.duration() {
        Some(nanoseconds) if nanoseconds >= 0 => within(milliseconds(nanoseconds)),
        // A time is missing, or the clock went back. clnrm 1.0 let both pass.
        _ => reading == Reading::Clnrm1,
    }
}

/// Nanoseconds as milliseconds.
pub(in crate::expectation) fn milliseconds(nanoseconds: i128) -> f64 {
    nanoseconds as f64 / 1e6
}

/// One constraint of the block.
enum Part<'a, 't> {
    Property(Property<'a, 't>),
    Quantity(&'t SpanRequirement),
    Unevaluable(&'t Reason),
}

/// The verdicts of a block, one for each of its constraints. `distinct` is left to be judged over all blocks.
pub(super) fn verdicts(requirements: &[&Requirement], observed: &Observed<'_>) -> Vec<ConstraintVerdict> {
    let parts: Vec<Part<'_, '_>> = requirements.iter().map(|requirement| part(requirement, observed)).collect();
    let Some((name, selection)) = subject(requirements, observed) else {
        return without_name(&parts);
    };
    let unevaluable = parts.iter().find_map(|part| match part {
        Part::Unevaluable(reason) => Some(*reason),
        _ => None,
    });
    let candidates = candidates(&selection, observed.reading);
    let matching: Vec<SpanIndex> =
        candidates.iter().copied().filter(|&candidate| satisfies(&parts, candidate, observed)).collect();
    let demand = Demand::of(requirements);
    let is_wanting = demand.least > 0 && matching.is_empty() && !(demand.if_present && selection.is_empty());
    let nearest = match (is_wanting, candidates) {
        (false, _) => None,
        (true, []) => nearest_by_name(name, observed, |candidate| satisfied(&parts, candidate, observed)),
        // Of equals the first.
        (true, candidates) => {
            candidates.iter().copied().rev().max_by_key(|&candidate| satisfied(&parts, candidate, observed))
        }
    };
    parts
        .iter()
        .map(|part| match part {
            Part::Unevaluable(reason) => ruling(Verdict::Undecided((*reason).clone())),
            Part::Property(property) if is_wanting => {
                let mut verdict = blame(property, nearest, selection.is_empty(), observed);
                verdict.nearest = nearest;
                verdict
            }
            Part::Property(property) => {
                let mut verdict = ruling(Verdict::Holds);
                verdict.notes.extend(note_on_kind(property, matching.first().copied(), observed));
                verdict
            }
            Part::Quantity(_) if unevaluable.is_some() => {
                ruling(Verdict::Undecided(unevaluable.cloned().unwrap_or(Reason::NoCandidate)))
            }
            Part::Quantity(requirement) => quantity(requirement, name, &matching, nearest, &selection, observed),
        })
        .collect()
}

/// Constraints of a block whose name can't be read: there is nothing to look at.
fn without_name(parts: &[Part<'_, '_>]) -> Vec<ConstraintVerdict> {
    let verdict = |part: &Part<'_, '_>| match part {
        Part::Unevaluable(reason) => ruling(Verdict::Undecided((*reason).clone())),
        _ => ruling(Verdict::Undecided(Reason::NoCandidate)),
    };
    parts.iter().map(verdict).collect()
}

fn part<'a, 't>(requirement: &'t Requirement, observed: &Observed<'a>) -> Part<'a, 't> {
    match requirement {
        Requirement::Span(requirement) => match Property::new(requirement, observed) {
            Some(property) => Part::Property(property),
            None => Part::Quantity(requirement),
        },
        Requirement::Unevaluable(reason) => Part::Unevaluable(reason),
        _ => Part::Unevaluable(&Reason::NoCandidate),
    }
}

/// The name of the block and the spans that it selects.
pub(super) fn subject<'a, 't>(
    requirements: &[&'t Requirement],
    observed: &Observed<'a>,
) -> Option<(&'t NameSelector, Rc<Selection<'a>>)> {
    let name = requirements.iter().find_map(|requirement| match requirement {
        Requirement::Span(SpanRequirement::Name(name)) => Some(name),
        _ => None,
    })?;
    Some((name, observed.select(name)))
}

/// The spans that a block looks at. clnrm 1.0 looked at the first only.
fn candidates<'s>(selection: &'s Selection<'_>, reading: Reading) -> &'s [SpanIndex] {
    match reading {
        Reading::Sound => &selection.spans,
        Reading::Clnrm1 => selection.spans.get(..1).unwrap_or_default(),
    }
}

/// Whether the candidate has all properties.
fn satisfies(parts: &[Part<'_, '_>], candidate: SpanIndex, observed: &Observed<'_>) -> bool {
    parts.iter().all(|part| !matches!(part, Part::Property(property) if !property.holds(candidate, observed)))
}

/// How many properties the candidate has.
fn satisfied(parts: &[Part<'_, '_>], candidate: SpanIndex, observed: &Observed<'_>) -> usize {
    parts.iter().filter(|part| matches!(part, Part::Property(property) if property.holds(candidate, observed))).count()
}

/// All spans that satisfy a block, at most `limit` of them.
pub(in crate::expectation) fn matching(
    requirements: &[&Requirement],
    limit: usize,
    observed: &Observed<'_>,
) -> Vec<SpanIndex> {
    let parts: Vec<Part<'_, '_>> = requirements.iter().map(|requirement| part(requirement, observed)).collect();
    let Some((_, selection)) = subject(requirements, observed) else { return Vec::new() };
    if parts.iter().any(|part| matches!(part, Part::Unevaluable(_))) {
        return Vec::new();
    }
    let candidates = candidates(&selection, observed.reading).iter().copied();
    candidates.filter(|&candidate| satisfies(&parts, candidate, observed)).take(limit).collect()
}

/// How many spans a block needs.
pub(super) struct Demand {
    /// At least so many must satisfy it; 0 where none is needed.
    pub least: usize,
    /// Whether it needs none where no span has the name.
    if_present: bool,
}

impl Demand {
    pub fn of(requirements: &[&Requirement]) -> Self {
        let mut counted = None;
        let mut forbidden = false;
        let mut if_present = false;
        for requirement in requirements {
            match requirement {
                Requirement::Span(SpanRequirement::Count(bound)) => {
                    let least = match bound {
                        Bound::AtLeast(least) | Bound::Exactly(least) => usize::try_from(*least).unwrap_or_default(),
                        Bound::AtMost(_) => 0,
                    };
                    counted = Some(counted.unwrap_or(0).max(least));
                }
                Requirement::Span(SpanRequirement::Exists(exists)) => forbidden |= !exists,
                Requirement::Span(SpanRequirement::IfPresent) => if_present = true,
                _ => {}
            }
        }
        Self { least: if forbidden { 0 } else { counted.unwrap_or(1) }, if_present }
    }
}

/// A property of a block that no span satisfies: to blame if the nearest span lacks it.
fn blame(
    property: &Property<'_, '_>,
    nearest: Option<SpanIndex>,
    is_unknown_name: bool,
    observed: &Observed<'_>,
) -> ConstraintVerdict {
    match (property, nearest) {
        (Property::Name(_), _) => ruling(if is_unknown_name { Verdict::Fails } else { Verdict::Holds }),
        (_, Some(nearest)) if !is_unknown_name => {
            if property.holds(nearest, observed) {
                ruling(Verdict::Holds)
            } else {
                ConstraintVerdict { culprits: vec![nearest], ..ruling(Verdict::Fails) }
            }
        }
        _ => ruling(Verdict::Undecided(Reason::NoCandidate)),
    }
}

fn note_on_kind(property: &Property<'_, '_>, span: Option<SpanIndex>, observed: &Observed<'_>) -> Option<Note> {
    let told_none = observed.trace[span?].kind == SpanKind::Unspecified;
    (matches!(property, Property::Kind(_)) && told_none).then_some(Note::KindNotTold)
}

/// What is asked of the number of spans that satisfy the block.
fn quantity(
    requirement: &SpanRequirement,
    name: &NameSelector,
    matching: &[SpanIndex],
    nearest: Option<SpanIndex>,
    selection: &Selection<'_>,
    observed: &Observed<'_>,
) -> ConstraintVerdict {
    let found = i64::try_from(matching.len()).unwrap_or(i64::MAX);
    let all = || matching.iter().copied();
    match requirement {
        SpanRequirement::Count(bound) => {
            let holds = bound.allows(found);
            let too_many = !holds && !matches!(bound, Bound::AtLeast(least) if found < *least);
            let mut verdict = super::decided(holds);
            if too_many {
                verdict.culprits = all().take(ConstraintVerdict::CULPRITS).collect();
            }
            verdict.nearest = nearest;
            if selection.is_empty() && holds {
                verdict.notes.push(never_seen(name, observed));
            }
            verdict
        }
        SpanRequirement::Exists(true) => {
            let mut verdict = super::decided(!matching.is_empty());
            verdict.nearest = nearest;
            verdict
        }
        SpanRequirement::Exists(false) => {
            let mut verdict = super::unless_any(all());
            if selection.is_empty() {
                verdict.notes.push(never_seen(name, observed));
            }
            verdict
        }
        SpanRequirement::IfPresent if selection.is_empty() => {
            ConstraintVerdict { notes: vec![Note::NothingToJudge], ..ruling(Verdict::Holds) }
        }
        // Judged over all blocks; here it only can't be broken.
        _ => ruling(Verdict::Holds),
    }
}

/// That a name of something forbidden was never seen, and which one was perhaps meant.
pub(super) fn never_seen(name: &NameSelector, observed: &Observed<'_>) -> Note {
    let nearest = crate::expectation::explain::similar_name(name.text(), observed.trace);
    Note::NeverSeen { name: name.text().to_owned(), nearest: nearest.map(str::to_owned) }
}
