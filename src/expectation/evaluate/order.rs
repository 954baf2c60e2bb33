//! `[expect.order]`: one span behind the other.

use super::{Observed, decided, ruling};
use crate::expectation::tree::{OrderBasis, OrderMode, OrderRequirement};
use crate::expectation::verdict::{ConstraintVerdict, Note, Verdict};
use crate::trace::{Span, SpanIndex};

/// How many pairs of instances there are, and how many are in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::expectation) struct Pairs {
    pub firsts: usize,
    pub seconds: usize,
    pub all: usize,
    pub ordered: usize,
    /// Spans without the time that is compared.
    pub without_time: usize,
    /// A pair in order, if there is one.
    witness: Option<(SpanIndex, SpanIndex)>,
    /// The pair that is in order least: the first that ends last, the second that starts first.
    pub worst: Option<(SpanIndex, SpanIndex)>,
    /// The earliest of both names, where all have a start.
    pub earliest: Option<(SpanIndex, SpanIndex)>,
}

impl Pairs {
    /// Looks at all pairs, in the time that sorting them takes.
    pub fn of(requirement: &OrderRequirement, observed: &Observed<'_>) -> Self {
        let (firsts, seconds) = (observed.select(&requirement.first), observed.select(&requirement.second));
        let first_time = |span: &Span| match requirement.basis {
            OrderBasis::EndToStart => span.end,
            OrderBasis::StartToStart => span.start,
        };
        let timed = |spans: &[SpanIndex], time: &dyn Fn(&Span) -> Option<u64>| {
            let mut timed: Vec<(u64, SpanIndex)> =
                spans.iter().filter_map(|&span| Some((time(&observed.trace[span])?, span))).collect();
            timed.sort_unstable();
            timed
        };
        let ends = timed(&firsts.spans, &first_time);
        let starts = timed(&seconds.spans, &|span| span.start);
        // A span selected by both names is no pair with itself.
        let shared: Vec<SpanIndex> =
            firsts.spans.iter().copied().filter(|&span| observed.is_selected(&seconds, span)).collect();
        let mut ordered = 0;
        let mut before = 0;
        for (start, _) in &starts {
            while ends.get(before).is_some_and(|(end, _)| end <= start) {
                before += 1;
            }
            ordered += before;
        }
        for &span in &shared {
            let span = &observed.trace[span];
            if let (Some(end), Some(start)) = (first_time(span), span.start)
                && end <= start
            {
                ordered -= 1;
            }
        }
        let earliest = |spans: &[SpanIndex]| {
            // The spans of a trace are ordered by their start; those without one come last.
            let last_has_start = spans.last().is_some_and(|&span| observed.trace[span].start.is_some());
            spans.first().copied().filter(|_| last_has_start)
        };
        Self {
            firsts: firsts.spans.len(),
            seconds: seconds.spans.len(),
            all: firsts.spans.len() * seconds.spans.len() - shared.len(),
            ordered,
            without_time: firsts.spans.len() - ends.len() + seconds.spans.len() - starts.len(),
            witness: ends.first().zip(starts.last()).map(|(&(_, first), &(_, second))| (first, second)),
            worst: ends.last().zip(starts.first()).map(|(&(_, first), &(_, second))| (first, second)),
            earliest: earliest(&firsts.spans).zip(earliest(&seconds.spans)),
        }
    }
}

pub(super) fn verdict(requirement: &OrderRequirement, observed: &Observed<'_>) -> ConstraintVerdict {
    let pairs = Pairs::of(requirement, observed);
    let (holds, deciding) = match requirement.mode {
        OrderMode::Any => (pairs.ordered > 0, if pairs.ordered > 0 { pairs.witness } else { pairs.worst }),
        OrderMode::All => (pairs.all > 0 && pairs.ordered == pairs.all, pairs.worst),
        OrderMode::First => {
            let holds = pairs.earliest.is_some_and(|pair| in_order(pair, requirement.basis, observed));
            (holds, pairs.earliest)
        }
    };
    let mut verdict = decided(holds);
    if let Some((first, second)) = deciding.filter(|(first, second)| first != second) {
        if !holds {
            verdict = ConstraintVerdict { culprits: vec![first, second], ..ruling(Verdict::Fails) };
            verdict.nearest = Some(second);
        }
        if service(first, observed) != service(second, observed) {
            verdict.notes.push(Note::DifferentClocks);
        }
    }
    if holds && requirement.mode == OrderMode::Any && pairs.ordered < pairs.all {
        verdict.notes.push(Note::SomePairsOnly { ordered: pairs.ordered, pairs: pairs.all });
    }
    verdict
}

fn in_order((first, second): (SpanIndex, SpanIndex), basis: OrderBasis, observed: &Observed<'_>) -> bool {
    let first_time = match basis {
        OrderBasis::EndToStart => observed.trace[first].end,
        OrderBasis::StartToStart => observed.trace[first].start,
    };
    let pair = first_time.zip(observed.trace[second].start);
    first != second && pair.is_some_and(|(first, second)| first <= second)
}

fn service<'o>(span: SpanIndex, observed: &'o Observed<'_>) -> Option<&'o str> {
    observed.trace[span].resource.service_name()
}
