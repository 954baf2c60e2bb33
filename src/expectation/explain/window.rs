//! Why a span lies outside of a window, or the window is of the wrong length.

use super::{Explanation, message, show};
use crate::expectation::evaluate::{Instances, Observed, duration, spans_within, tolerance_in_nanoseconds};
use crate::expectation::tree::{NameSelector, WindowRequirement, WindowSpan};
use crate::expectation::verdict::ConstraintVerdict;
use crate::trace::SpanIndex;

pub(super) fn explain(
    requirement: &WindowRequirement,
    verdict: &ConstraintVerdict,
    observed: &Observed<'_>,
) -> Explanation {
    let window = requirement.window();
    match requirement {
        WindowRequirement::Present(_) => absent(window, observed),
        WindowRequirement::Contains(_, inner, tolerance) => outside(window, inner, *tolerance, verdict, observed),
        WindowRequirement::DurationAtLeast(_, least) => lengths(
            window,
            &format!("at least {}", show::milliseconds(*least)),
            |duration| duration >= *least,
            observed,
        ),
        WindowRequirement::DurationAtMost(_, most) => {
            lengths(window, &format!("at most {}", show::milliseconds(*most)), |duration| duration <= *most, observed)
        }
        WindowRequirement::SpansAtLeast(_, least, tolerance) => {
            let held = spans_within(&Instances::of(window, observed), tolerance_in_nanoseconds(*tolerance), observed);
            let poorest = held.into_iter().min_by_key(|(_, count)| *count);
            let Some((instance, count)) = poorest else { return absent(window, observed) };
            let held = show::count(usize::try_from(count).unwrap_or_default(), "span");
            message(format!("{held} within {}, at least {least} wanted", show::span(instance.opening, observed)))
        }
    }
}

fn absent(window: &WindowSpan, observed: &Observed<'_>) -> Explanation {
    let names: Vec<&NameSelector> = match window {
        WindowSpan::Outer(name) => vec![name],
        WindowSpan::Between(first, last) => vec![first, last],
    };
    for name in names {
        if observed.select(name).is_empty() {
            let (told, help) = show::no_such_name(name, observed);
            return Explanation { help, ..message(told) };
        }
    }
    match window {
        WindowSpan::Outer(name) => message(format!("no `{name}` has both a start and an end")),
        WindowSpan::Between(first, last) => {
            message(format!("no `{last}` with both its times follows a `{first}` in the same trace"))
        }
    }
}

fn outside(
    window: &WindowSpan,
    inner: &NameSelector,
    tolerance: f64,
    verdict: &ConstraintVerdict,
    observed: &Observed<'_>,
) -> Explanation {
    let selection = observed.select(inner);
    if selection.is_empty() {
        let (told, help) = show::no_such_name(inner, observed);
        return Explanation { help, ..message(told) };
    }
    let instances = Instances::of(window, observed);
    let Some(&first) = verdict.culprits.first() else {
        return message(format!("not every `{inner}` lies in the window"));
    };
    let mut explanation = message(overshoot(first, &instances, observed));
    let limit = ConstraintVerdict::CULPRITS;
    let many = verdict.culprits.len();
    if many > 1 {
        let at_least = if many == limit { "at least " } else { "" };
        explanation
            .facts
            .push(format!("{at_least}{many} of {} lie outside", show::count(selection.spans.len(), "span")));
    }
    explanation
        .facts
        .extend(verdict.culprits.iter().skip(1).take(2).map(|&span| overshoot(span, &instances, observed)));
    explanation.facts.push(format!("tolerance: {}", show::milliseconds(tolerance)));
    explanation
}

/// How far a span sticks out of the instance that comes nearest.
fn overshoot(span: SpanIndex, instances: &Instances, observed: &Observed<'_>) -> String {
    let found = &observed.trace[span];
    let name = show::span(span, observed);
    let (start, end) = match (found.start, found.end) {
        (Some(start), Some(end)) => (start, end),
        (None, _) => return format!("{name} has no start"),
        (_, None) => return format!("{name} has no end"),
    };
    let beyond = instances.of_trace(span, observed).iter().map(|instance| {
        let (before, after) = (instance.start.saturating_sub(start), end.saturating_sub(instance.end));
        (before.saturating_add(after), before, after, instance)
    });
    let Some((_, before, after, instance)) = beyond.min_by_key(|(sum, ..)| *sum) else {
        return format!("{name} is of a trace without the window");
    };
    let outer = show::span(instance.opening, observed);
    match (before, after) {
        (before, 0) => format!("{name} starts {} before {outer} does", show::nanoseconds(before)),
        (0, after) => format!("{name} ends {} after {outer} does", show::nanoseconds(after)),
        (before, after) => format!(
            "{name} starts {} before and ends {} after {outer}",
            show::nanoseconds(before),
            show::nanoseconds(after)
        ),
    }
}

fn lengths(window: &WindowSpan, wanted: &str, fits: impl Fn(f64) -> bool, observed: &Observed<'_>) -> Explanation {
    let instances = Instances::of(window, observed).all();
    let unfit: Vec<_> = instances.iter().filter(|instance| !fits(duration(instance))).collect();
    let tell = |instance: &crate::expectation::evaluate::Instance| {
        format!("{} takes {}", show::span(instance.opening, observed), show::milliseconds(duration(instance)))
    };
    let Some((first, more)) = unfit.split_first() else { return message(format!("the window does not take {wanted}")) };
    let mut explanation = message(format!("{}, {wanted} is wanted", tell(first)));
    explanation.facts.extend(more.iter().take(3).map(|instance| tell(instance)));
    explanation
}
