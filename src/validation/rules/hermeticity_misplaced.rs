//! `[expect.hermeticity.resource_attrs]` with values, but without `must_match`.

use crate::validation::expectations::{example, sets};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject, TextEdit};

/// The rule.
pub static RULE: Rule = Rule {
    code: "hermeticity-misplaced",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "resource attributes that stand outside of `must_match`",
    explanation: "Expected resource attributes belong under `resource_attrs.must_match`. Directly under `resource_attrs` they are \
                  read by nothing and checked by nothing, and nobody says so: the test looks stricter than it is.",
    wrong: example!("[expect.hermeticity.resource_attrs]\n\"service.name\" = \"demo\"\n"),
    right: example!("[expect.hermeticity.resource_attrs.must_match]\n\"service.name\" = \"demo\"\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for hermeticity in sets(subject.config).filter_map(|set| set.hermeticity) {
        let misplaced = &hermeticity.misplaced_resource_attrs;
        let Some(first) = misplaced.first() else { continue };
        let message = match misplaced.len() - 1 {
            0 => format!("`{}` is not under `must_match`, so nothing checks it", first.key.text),
            1 => format!("`{}` and one more are not under `must_match`, so nothing checks them", first.key.text),
            more => format!("`{}` and {more} more are not under `must_match`, so nothing checks them", first.key.text),
        };
        let mut finding = Finding::new(&RULE, first.key.span, message).help("write `must_match.` before each key");
        for other in &misplaced[1..] {
            finding = finding.related(other.key.span, "not under `must_match` either");
        }
        // Beside a `must_match` that is written as a table of its own, dotted keys would be TOML errors.
        if !subject.text.contains("must_match") {
            let edits = misplaced.iter().map(|entry| TextEdit {
                place: crate::text::Span::at(entry.key.span.start).into(),
                text: "must_match.".to_owned(),
            });
            finding = finding.fix(Fix::new("move under `must_match`", edits.collect()));
        }
        findings.push(finding);
    }
}
