//! `[expect.window]` with bounds, but no span that they are about.

use crate::validation::expectations::{example, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "window-without-outer",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "a window that names no span, so it checks nothing",
    explanation: "A window is about a span: its `outer` (or the `start_span` and `end_span` of the generated form) says which. \
                  Without it nothing is checked, bounds included. Name the outer span, and list in `contains` what lies within \
                  it; where `contains` is there and `outer` is not, that is an error. The duration of a span belongs to its `[[expect.span]]` block.",
    wrong: example!("[[expect.window]]\nmax_duration_ms = 10000\n"),
    right: example!(
        "[[expect.window]]\nouter = \"clnrm.run\"\ncontains = [\"clnrm.step:hello\"]\nmax_duration_ms = 10000\n"
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for window in sets(subject.config).flat_map(|set| set.windows) {
        let names_a_span = window.outer.is_some() || window.start_span.is_some() || window.end_span.is_some();
        if !names_a_span && subject.is_whole() {
            let mut finding =
                Finding::new(&RULE, window.header, "this window names no `outer` span, so it checks nothing")
                    .help("add `outer = \"…\"`, the span that the others lie within");
            // Its author wants spans to lie within another one; bounds alone may be for another reader.
            if window.contains.as_ref().is_some_and(|contains| !contains.value.is_empty()) {
                finding = finding.severity(Severity::Error);
            }
            findings.push(finding);
        }
    }
}
