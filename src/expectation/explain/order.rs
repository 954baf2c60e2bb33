//! Why spans are not in order.

use super::{Explanation, message, show};
use crate::expectation::evaluate::{Observed, Pairs};
use crate::expectation::tree::{OrderBasis, OrderMode, OrderRequirement};
use crate::trace::SpanIndex;

pub(super) fn explain(requirement: &OrderRequirement, observed: &Observed<'_>) -> Explanation {
    let OrderRequirement { first, second, mode, basis } = requirement;
    for name in [first, second] {
        if observed.select(name).is_empty() {
            let (told, help) = show::no_such_name(name, observed);
            return Explanation { help, ..message(told) };
        }
    }
    let pairs = Pairs::of(requirement, observed);
    let verb = match basis {
        OrderBasis::EndToStart => "ends",
        OrderBasis::StartToStart => "starts",
    };
    let counted = format!("{}×{} pairs", pairs.firsts, pairs.seconds);
    let mut explanation = message(match mode {
        OrderMode::Any => format!("no `{first}` {verb} before a `{second}` starts"),
        OrderMode::First => {
            format!("the first `{first}` does not {} before the first `{second}` starts", verb.trim_end_matches('s'))
        }
        OrderMode::All => format!(
            "not every `{first}` {verb} before every `{second}` starts: {counted}, {} ordered",
            match pairs.ordered {
                0 => "none".to_owned(),
                ordered => format!("only {ordered}"),
            }
        ),
    });
    let deciding = if *mode == OrderMode::First { pairs.earliest } else { pairs.worst };
    explanation.facts.extend(deciding.and_then(|pair| lateness(pair, *basis, verb, observed)));
    if *mode != OrderMode::All && pairs.all > 1 {
        explanation.facts.push(format!(
            "{counted}, {} ordered",
            if pairs.ordered == 0 { "none".to_owned() } else { format!("only {}", pairs.ordered) }
        ));
    }
    if pairs.without_time > 0 {
        explanation
            .facts
            .push(format!("{} without the time that is compared", show::count(pairs.without_time, "span")));
    }
    if *basis == OrderBasis::EndToStart
        && let Some((outer, inner)) = deciding
        && encloses(outer, inner, observed)
    {
        explanation.help =
            Some(format!("`{second}` runs within `{first}`: ask for `basis = \"start<=start\"`, or for a window"));
    }
    explanation
}

/// By how much a pair is not in order.
fn lateness(
    (first, second): (SpanIndex, SpanIndex),
    basis: OrderBasis,
    verb: &str,
    observed: &Observed<'_>,
) -> Option<String> {
    let time = match basis {
        OrderBasis::EndToStart => observed.trace[first].end?,
        OrderBasis::StartToStart => observed.trace[first].start?,
    };
    let late = time.checked_sub(observed.trace[second].start?).filter(|late| *late > 0)?;
    let (first, second) = (show::span(first, observed), show::span(second, observed));
    Some(format!("{first} {verb} {} after {second} starts", show::nanoseconds(late)))
}

fn encloses(outer: SpanIndex, inner: SpanIndex, observed: &Observed<'_>) -> bool {
    let times = |span: SpanIndex| Some((observed.trace[span].start?, observed.trace[span].end?));
    times(outer).zip(times(inner)).is_some_and(|(outer, inner)| outer.0 <= inner.0 && inner.1 <= outer.1)
}
