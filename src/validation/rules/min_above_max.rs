//! `{ min = 5, max = 3 }`.

use crate::config::model::{AttributeValue, DurationBounds, Keyed, Scalar};
use crate::text::Span;
use crate::validation::expectations::{example, sets, written};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject, TextEdit};

/// The rule.
pub static RULE: Rule = Rule {
    code: "min-above-max",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "a lower bound is above its upper bound",
    explanation: "Nothing can be at least 5 and at most 3, so the expectation fails whatever the test does. Looked at are the \
                  bounds of durations (`min`, `max`), of counts (`gte`, `lte`) and of attributes. Bounds are inclusive: equal \
                  ones are allowed.",
    wrong: example!("[[expect.span]]\nname = \"clnrm.run\"\nduration_ms = { min = 5000, max = 100 }\n"),
    right: example!("[[expect.span]]\nname = \"clnrm.run\"\nduration_ms = { min = 100, max = 5000 }\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (_, bound) in set.bounds() {
            if let (Some(least), Some(most)) = (bound.gte, bound.lte)
                && least.value > most.value
            {
                report(subject, least.span, most.span, "", findings);
            }
        }
        let durations = set.spans.iter().filter_map(|span| span.duration.as_ref());
        let durations = durations.chain(set.windows.iter().filter_map(|window| window.duration.as_ref()));
        for duration in durations.chain(set.expected_spans.iter().filter_map(|span| span.duration.as_ref())) {
            check_duration(subject, duration, findings);
        }
        for span in set.spans {
            for attribute in [&span.attrs_all, &span.attrs_any].into_iter().flatten().flat_map(|list| &list.value) {
                if let AttributeValue::Matcher(operators) = &attribute.value {
                    check_operators(subject, operators, findings);
                }
            }
        }
    }
}

fn check_duration(subject: &Subject<'_>, duration: &DurationBounds, findings: &mut Findings) {
    if let (Some(min), Some(max)) = (duration.min, duration.max)
        && min.value > max.value
    {
        report(subject, min.span, max.span, " ms", findings);
    }
}

fn check_operators(subject: &Subject<'_>, operators: &[Keyed<Scalar>], findings: &mut Findings) {
    let operand = |name: &str| operators.iter().find(|operator| operator.key.known() == Some(name));
    if let (Some(least), Some(most)) = (operand("gte"), operand("lte"))
        && let (Some(least_value), Some(most_value)) = (number(&least.value), number(&most.value))
        && least_value > most_value
    {
        report(subject, least.value.span(), most.value.span(), "", findings);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "two integers beyond 2^53 that only then compare equal are not reported"
)]
fn number(value: &Scalar) -> Option<f64> {
    match value {
        Scalar::Integer(integer) => Some(integer.value as f64),
        Scalar::Float(float) => Some(float.value),
        _ => None,
    }
}

fn report(subject: &Subject<'_>, least: Span, most: Span, unit: &str, findings: &mut Findings) {
    let (low, high) = (written(subject.text, least), written(subject.text, most));
    let mut edits = vec![
        TextEdit { place: least.into(), text: high.to_owned() },
        TextEdit { place: most.into(), text: low.to_owned() },
    ];
    if most < least {
        edits.reverse();
    }
    findings.push(
        Finding::new(&RULE, least, format!("the lower bound {low}{unit} is above the upper bound {high}{unit}"))
            .help("nothing can lie between the two: swap them, or mend the wrong one")
            .related(most, "the upper bound")
            .fix(Fix::new("swap the bounds", edits).guess()),
    );
}
