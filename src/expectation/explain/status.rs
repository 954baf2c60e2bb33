//! Why spans have another status than the one that is asked for.

use super::{Explanation, message, show};
use crate::expectation::evaluate::{Observed, status_of};
use crate::expectation::tree::{Reading, StatusRequirement};
use crate::expectation::verdict::ConstraintVerdict;
use crate::trace::{SpanIndex, StatusCode};

pub(super) fn explain(
    requirement: &StatusRequirement,
    verdict: &ConstraintVerdict,
    observed: &Observed<'_>,
) -> Explanation {
    let all: Vec<SpanIndex> = observed.trace.iter().map(|(index, _)| index).collect();
    let (spans, asked) = match requirement {
        StatusRequirement::All(asked) => (all, asked),
        StatusRequirement::None(asked) => {
            let having = with_status(&all, *asked, observed);
            let mut explanation = message(match having.len() {
                1 => format!("1 span is {asked}"),
                many => format!("{many} spans are {asked}"),
            });
            explanation.facts.extend(told(&verdict.culprits, observed));
            return explanation;
        }
        StatusRequirement::Named(name, asked) => {
            let selection = observed.select(name);
            if selection.is_empty() {
                let (told, help) = show::no_such_name(name, observed);
                return Explanation { help, ..message(told) };
            }
            (selection.spans.to_vec(), asked)
        }
    };
    let others: Vec<String> = [StatusCode::Unset, StatusCode::Error, StatusCode::Ok]
        .into_iter()
        .filter(|code| code != asked)
        .filter_map(|code| match with_status(&spans, code, observed).len() {
            0 => None,
            1 => Some(format!("1 span is {code}")),
            many => Some(format!("{many} spans are {code}")),
        })
        .collect();
    let mut explanation = message(format!("{}; all {} must be {asked}", others.join(" and "), spans.len()));
    let errors = with_status(&spans, StatusCode::Error, observed);
    if *asked == StatusCode::Ok && errors.is_empty() && observed.reading == Reading::Sound {
        explanation.help = Some(match requirement {
            StatusRequirement::Named(..) => {
                "most SDKs leave the status UNSET on success; did you mean `UNSET`?".to_owned()
            }
            _ => format!("{}; did you mean `none = \"ERROR\"`?", others.join(" and ")),
        });
    }
    let telling = if *asked == StatusCode::Ok && !errors.is_empty() { errors } else { verdict.culprits.clone() };
    explanation.facts.extend(told(&telling, observed));
    explanation
}

fn with_status(spans: &[SpanIndex], code: StatusCode, observed: &Observed<'_>) -> Vec<SpanIndex> {
    let has = |span: &SpanIndex| status_of(&observed.trace[*span], observed.reading) == Some(code);
    spans.iter().copied().filter(has).collect()
}

/// The first spans with what they say about their status.
fn told(spans: &[SpanIndex], observed: &Observed<'_>) -> Vec<String> {
    const TOLD: usize = 4;
    let line = |&span: &SpanIndex| {
        let status = &observed.trace[span].status;
        let told =
            if status.message.is_empty() { String::new() } else { format!(" {}", show::quoted(&status.message)) };
        format!("{}: {}{told}", show::span(span, observed), status.code)
    };
    spans.iter().take(TOLD).map(line).collect()
}
