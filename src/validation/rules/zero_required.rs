//! `spans_total = { gte = 0 }`.

use crate::validation::expectations::{example, sets};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "zero-required",
    stage: Stage::Expectations,
    severity: Severity::Hint,
    summary: "a minimum of zero can never fail",
    explanation: "Every count is at least zero, and so is every duration. A bound that says no more than that checks nothing; it is \
                  often a `gte = 1` or an `lte = 0` that was not finished.",
    wrong: example!("[expect.counts]\nspans_total = { gte = 0 }\n"),
    right: example!("[expect.counts]\nspans_total = { gte = 1 }\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (name, bound) in set.bounds() {
            if let Some(least) = bound.gte.filter(|least| least.value == 0)
                && bound.lte.is_none()
                && bound.eq.is_none()
            {
                findings.push(
                    Finding::new(&RULE, least.span, format!("a minimum of 0 for `{name}` can never fail"))
                        .help("ask for at least 1, or give it an upper bound")
                        .fix(Fix::replace("ask for at least 1", least.span, "1").guess()),
                );
            }
        }
        let durations = set.spans.iter().filter_map(|span| span.duration.as_ref());
        for duration in durations.chain(set.expected_spans.iter().filter_map(|span| span.duration.as_ref())) {
            if let Some(min) = duration.min.filter(|min| min.value == 0.0)
                && duration.max.is_none()
            {
                findings.push(
                    Finding::new(&RULE, min.span, "a minimum duration of 0 ms can never fail")
                        .help("ask for more than 0 ms, or give it an upper bound"),
                );
            }
        }
    }
}
