//! `{ eq = 5, lte = 3 }`.

use crate::validation::expectations::{example, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "contradictory-bounds",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "`eq` lies outside of `gte` and `lte`",
    explanation: "An exact count that its own bounds exclude says two things at once. Where `eq` is present it alone is tested, so \
                  the bounds would be ignored without a word; one of them is a mistake. Keep the one that is meant.",
    wrong: example!("[expect.counts]\nspans_total = { eq = 5, lte = 3 }\n"),
    right: example!("[expect.counts]\nspans_total = { eq = 5 }\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (_, bound) in set.bounds() {
            let Some(eq) = bound.eq else { continue };
            if bound.gte.zip(bound.lte).is_some_and(|(least, most)| least.value > most.value) {
                continue;
            }
            let too_small = bound.gte.filter(|least| eq.value < least.value).map(|least| (least, "gte"));
            let too_great = bound.lte.filter(|most| eq.value > most.value).map(|most| (most, "lte"));
            let Some((other, key)) = too_small.or(too_great) else { continue };
            findings.push(
                Finding::new(&RULE, eq.span, format!("`eq = {}` contradicts `{key} = {}`", eq.value, other.value))
                    .help("only `eq` is tested where it is present: keep the one that is meant")
                    .related(other.span, "this bound excludes it"),
            );
        }
    }
}
