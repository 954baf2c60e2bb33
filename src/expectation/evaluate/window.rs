//! `[[expect.window]]`: spans that lie in time within another, trace by trace.

use std::collections::HashMap;

use super::{Observed, decided, milliseconds, ruling, unless_any};
use crate::expectation::tree::{NameSelector, Reading, WindowRequirement, WindowSpan};
use crate::expectation::verdict::{ConstraintVerdict, Reason, Verdict};
use crate::trace::SpanIndex;

/// One instance of a window. Times in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::expectation) struct Instance {
    pub start: u64,
    pub end: u64,
    /// The span that opens it.
    pub opening: SpanIndex,
    /// The span that closes it; the same one for a window that is one span.
    pub closing: SpanIndex,
}

/// All instances of a window, by trace, each trace's sorted by start.
pub(in crate::expectation) struct Instances {
    by_trace: HashMap<u32, Vec<Instance>>,
    /// For each instance the two latest ends of it and those before it, with their places.
    latest: HashMap<u32, Vec<[Option<usize>; 2]>>,
}

impl Instances {
    pub fn of(window: &WindowSpan, observed: &Observed<'_>) -> Self {
        let mut by_trace: HashMap<u32, Vec<Instance>> = HashMap::new();
        for instance in match window {
            WindowSpan::Outer(name) => outer(name, observed),
            WindowSpan::Between(first, last) => between(first, last, observed),
        } {
            by_trace.entry(observed.trace_of(instance.opening)).or_default().push(instance);
        }
        let latest = by_trace.iter().map(|(trace, instances)| (*trace, latest_ends(instances))).collect();
        Self { by_trace, latest }
    }

    pub fn is_empty(&self) -> bool {
        self.by_trace.is_empty()
    }

    /// All instances, by their opening spans.
    pub fn all(&self) -> Vec<Instance> {
        let mut all: Vec<Instance> = self.by_trace.values().flatten().copied().collect();
        all.sort_unstable_by_key(|instance| (instance.opening, instance.closing));
        all
    }

    /// Whether the span lies in an instance other than itself. False where one of its times is missing.
    pub fn enclose(&self, span: SpanIndex, tolerance: u64, observed: &Observed<'_>) -> bool {
        let (Some(start), Some(end)) = (observed.trace[span].start, observed.trace[span].end) else { return false };
        let trace = observed.trace_of(span);
        let (Some(instances), Some(latest)) = (self.by_trace.get(&trace), self.latest.get(&trace)) else {
            return false;
        };
        let open = instances.partition_point(|instance| instance.start <= start.saturating_add(tolerance));
        let Some(latest) = open.checked_sub(1).and_then(|last| latest.get(last)) else { return false };
        let others = latest.iter().flatten().filter_map(|&place| instances.get(place));
        others
            .filter(|instance| instance.opening != span || instance.closing != span)
            .any(|instance| instance.end.saturating_add(tolerance) >= end)
    }

    /// The instances of the trace that `span` belongs to.
    pub fn of_trace(&self, span: SpanIndex, observed: &Observed<'_>) -> &[Instance] {
        self.by_trace.get(&observed.trace_of(span)).map_or(&[], Vec::as_slice)
    }
}

/// For each place the two instances up to it that end last.
fn latest_ends(instances: &[Instance]) -> Vec<[Option<usize>; 2]> {
    let mut best = [None, None];
    let end = |place: Option<usize>| place.and_then(|place| instances.get(place)).map(|instance| instance.end);
    (0..instances.len())
        .map(|place| {
            if end(Some(place)) > end(best[0]) {
                best = [Some(place), best[0]];
            } else if end(Some(place)) > end(best[1]) {
                best[1] = Some(place);
            }
            best
        })
        .collect()
}

fn outer(name: &NameSelector, observed: &Observed<'_>) -> Vec<Instance> {
    let selection = observed.select(name);
    let spans = match observed.reading {
        Reading::Sound => &*selection.spans,
        // clnrm 1.0 looked at the first only.
        Reading::Clnrm1 => selection.spans.get(..1).unwrap_or_default(),
    };
    let instance = |&span: &SpanIndex| {
        let (start, end) = (observed.trace[span].start?, observed.trace[span].end?);
        (start <= end).then_some(Instance { start, end, opening: span, closing: span })
    };
    spans.iter().filter_map(instance).collect()
}

/// From each span of the first name to the first end of one of the last name that starts no earlier, in the same trace.
fn between(first: &NameSelector, last: &NameSelector, observed: &Observed<'_>) -> Vec<Instance> {
    let (openings, closings) = (observed.select(first), observed.select(last));
    let mut by_trace: HashMap<u32, Vec<(u64, u64, SpanIndex)>> = HashMap::new();
    for &closing in closings.spans.iter() {
        if let (Some(start), Some(end)) = (observed.trace[closing].start, observed.trace[closing].end) {
            by_trace.entry(observed.trace_of(closing)).or_default().push((start, end, closing));
        }
    }
    // For each closing span the one at or behind it that ends first.
    let mut earliest: HashMap<u32, Vec<(u64, SpanIndex)>> = HashMap::new();
    for (trace, closings) in &by_trace {
        let mut behind: Vec<(u64, SpanIndex)> = Vec::with_capacity(closings.len());
        for &(_, end, closing) in closings.iter().rev() {
            let best = behind.last().copied().filter(|(other, _)| *other <= end).unwrap_or((end, closing));
            behind.push(best);
        }
        behind.reverse();
        earliest.insert(*trace, behind);
    }
    let instance = |&opening: &SpanIndex| {
        let start = observed.trace[opening].start?;
        let trace = observed.trace_of(opening);
        let closings = by_trace.get(&trace)?;
        let mut next = closings.partition_point(|(other, ..)| *other < start);
        // A span does not close the window that it opens.
        while closings.get(next).is_some_and(|(.., closing)| *closing == opening) {
            next += 1;
        }
        let (end, closing) = *earliest.get(&trace)?.get(next)?;
        (closing != opening).then_some(Instance { start, end, opening, closing })
    };
    openings.spans.iter().filter_map(instance).collect()
}

pub(super) fn verdict(requirement: &WindowRequirement, observed: &Observed<'_>) -> ConstraintVerdict {
    let instances = Instances::of(requirement.window(), observed);
    if instances.is_empty() {
        return match requirement {
            WindowRequirement::Present(_) => decided(false),
            _ => ruling(Verdict::Undecided(Reason::NoWindow)),
        };
    }
    let durations = |fits: &dyn Fn(f64) -> bool| {
        let all = instances.all();
        let unfit = all.into_iter().filter(|instance| !fits(duration(instance)));
        unless_any(unfit.map(|instance| instance.opening).collect::<Vec<_>>().into_iter())
    };
    match requirement {
        WindowRequirement::Present(_) => decided(true),
        WindowRequirement::Contains(_, inner, tolerance) => contains(&instances, inner, *tolerance, observed),
        WindowRequirement::DurationAtLeast(_, least) => durations(&|duration| duration >= *least),
        WindowRequirement::DurationAtMost(_, most) => durations(&|duration| duration <= *most),
        WindowRequirement::SpansAtLeast(_, least, tolerance) => {
            let held = spans_within(&instances, nanoseconds(*tolerance), observed);
            let poor = held.into_iter().filter(|(_, count)| count < least);
            unless_any(poor.map(|(instance, _)| instance.opening).collect::<Vec<_>>().into_iter())
        }
    }
}

/// How long an instance is, in milliseconds.
pub(in crate::expectation) fn duration(instance: &Instance) -> f64 {
    milliseconds(i128::from(instance.end) - i128::from(instance.start))
}

/// Milliseconds as nanoseconds; nothing for what is negative or no number.
pub(in crate::expectation) fn nanoseconds(milliseconds: f64) -> u64 {
    (milliseconds * 1e6).round() as u64
}

fn contains(instances: &Instances, inner: &NameSelector, tolerance: f64, observed: &Observed<'_>) -> ConstraintVerdict {
    let selection = observed.select(inner);
    if selection.is_empty() {
        return decided(false);
    }
    let (spans, tolerance) = match observed.reading {
        Reading::Sound => (&*selection.spans, nanoseconds(tolerance)),
        // clnrm 1.0 looked at the first only, and to the nanosecond.
        Reading::Clnrm1 => (selection.spans.get(..1).unwrap_or_default(), 0),
    };
    let outside = spans.iter().copied().filter(|&span| !instances.enclose(span, tolerance, observed));
    let mut verdict = unless_any(outside);
    verdict.nearest = verdict.culprits.first().copied();
    verdict
}

/// For each instance how many spans of its trace lie within it, its own apart.
///
/// Instances are taken from the latest start to the earliest; the ends of all spans that start no earlier are kept in a
/// Fenwick tree, so that a count takes logarithmic time.
pub(in crate::expectation) fn spans_within(
    instances: &Instances,
    tolerance: u64,
    observed: &Observed<'_>,
) -> Vec<(Instance, i64)> {
    let mut spans: HashMap<u32, Vec<(u64, u64)>> = HashMap::new();
    for (index, span) in observed.trace.iter() {
        let trace = observed.trace_of(index);
        if let (Some(start), Some(end)) = (span.start, span.end)
            && instances.by_trace.contains_key(&trace)
        {
            spans.entry(trace).or_default().push((start, end));
        }
    }
    let mut counted = Vec::new();
    for (trace, instances) in &instances.by_trace {
        let mut spans = spans.remove(trace).unwrap_or_default();
        spans.sort_unstable();
        let mut ends: Vec<u64> = spans.iter().map(|(_, end)| *end).collect();
        ends.sort_unstable();
        let mut kept = Fenwick::new(ends.len());
        for instance in instances.iter().rev() {
            let opens = instance.start.saturating_sub(tolerance);
            let closes = instance.end.saturating_add(tolerance);
            while let Some((_, end)) = spans.pop_if(|(start, _)| *start >= opens) {
                kept.add(ends.partition_point(|other| *other < end));
            }
            let mut count = kept.up_to(ends.partition_point(|other| *other <= closes));
            let mut own = vec![instance.opening, instance.closing];
            own.dedup();
            for span in own {
                let span = &observed.trace[span];
                if span.start.is_some_and(|start| start >= opens) && span.end.is_some_and(|end| end <= closes) {
                    count -= 1;
                }
            }
            counted.push((*instance, count));
        }
    }
    counted.sort_unstable_by_key(|(instance, _)| instance.opening);
    counted
}

/// Counts at places, with sums from the start in logarithmic time.
struct Fenwick(Vec<i64>);

impl Fenwick {
    fn new(places: usize) -> Self {
        Self(vec![0; places + 1])
    }

    /// One more at `place`, from 0.
    fn add(&mut self, place: usize) {
        let mut node = place + 1;
        while let Some(count) = self.0.get_mut(node) {
            *count += 1;
            node += node & node.wrapping_neg();
        }
    }

    /// How many lie at the first `places` places.
    fn up_to(&self, places: usize) -> i64 {
        let mut node = places;
        let mut sum = 0;
        while node > 0 {
            sum += self.0.get(node).copied().unwrap_or_default();
            node &= node - 1;
        }
        sum
    }
}
