//! `{ eq = 5, gte = 1 }`.

use crate::validation::expectations::{example, sets, written};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "eq-with-bounds",
    stage: Stage::Expectations,
    severity: Severity::Hint,
    summary: "`eq` stands beside bounds that are ignored",
    explanation: "Where `eq` is present it alone is tested. The bounds beside it do no harm, but they do nothing either, and a later \
                  reader may believe in them.",
    wrong: example!("[expect.counts]\nspans_total = { eq = 5, gte = 1 }\n"),
    right: example!("[expect.counts]\nspans_total = { eq = 5 }\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (_, bound) in set.bounds() {
            let Some(eq) = bound.eq else { continue };
            let (gte, lte) = (bound.gte, bound.lte);
            let Some(ignored) = gte.or(lte) else { continue };
            // A bound that excludes `eq`, or its partner, is a contradiction: other rules report that.
            let within =
                gte.is_none_or(|least| least.value <= eq.value) && lte.is_none_or(|most| eq.value <= most.value);
            if !within {
                continue;
            }
            let what = match (gte, lte) {
                (Some(_), Some(_)) => "`gte` and `lte` are",
                (Some(_), None) => "`gte` is",
                _ => "`lte` is",
            };
            let mut finding = Finding::new(&RULE, ignored.span, format!("{what} ignored beside `eq`"))
                .help("`eq` wins where it is present")
                .related(eq.span, "only this is tested");
            let value = written(subject.text, bound.span);
            if value.starts_with('{') && value.ends_with('}') && !value.contains(['#', '\n']) {
                let exact = format!("{{ eq = {} }}", written(subject.text, eq.span));
                finding = finding.fix(Fix::replace("keep only `eq`", bound.span, exact));
            }
            findings.push(finding);
        }
    }
}
