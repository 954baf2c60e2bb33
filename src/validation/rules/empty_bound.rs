//! `spans_total = {}`.

use crate::validation::expectations::{example, is_written_empty, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "empty-bound",
    stage: Stage::Expectations,
    severity: Severity::Hint,
    summary: "a bound that bounds nothing",
    explanation: "An empty bound is met by every count and every duration, so it checks nothing. Give it a `gte`, `lte` or `eq` \
                  (`min` or `max` for a duration), or drop it.",
    wrong: example!("[expect.counts]\nspans_total = {}\n"),
    right: example!("[expect.counts]\nspans_total = { gte = 1 }\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (name, bound) in set.bounds() {
            if is_written_empty(subject.text, bound.span) {
                findings.push(
                    Finding::new(&RULE, bound.span, format!("the bound of `{name}` is empty and checks nothing"))
                        .help("give it `gte`, `lte` or `eq`"),
                );
            }
        }
        for duration in set.spans.iter().filter_map(|span| span.duration.as_ref()) {
            if is_written_empty(subject.text, duration.span) {
                findings.push(
                    Finding::new(&RULE, duration.span, "the bounds of this duration are empty and check nothing")
                        .help("give it `min` or `max`, in milliseconds"),
                );
            }
        }
    }
}
