//! `name = "*"`.

use crate::validation::expectations::{NameRole, example, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "broad-glob",
    stage: Stage::Expectations,
    severity: Severity::Hint,
    summary: "a pattern that every span matches",
    explanation: "An expectation about `*` is met by whatever span comes along, so it hardly proves that the right thing happened. \
                  Name the span, or at least its family (`clnrm.step:*`). For all spans together there are `spans_total` and \
                  `status.all`.",
    wrong: example!("[[expect.span]]\nname = \"*\"\n"),
    right: example!("[[expect.span]]\nname = \"clnrm.step:*\"\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (role, name) in set.names() {
            // In a pair or window `*` means "anything else", which is a good reason.
            if !matches!(role, NameRole::Block | NameRole::Selector) {
                continue;
            }
            if let Some(pattern @ ("*" | "**" | "**/*")) = name.known() {
                let help = match role {
                    NameRole::Selector => {
                        "write `spans_total` or `status.all` for all spans together, or narrow the pattern"
                    }
                    _ => "name the span, or its family",
                };
                findings.push(Finding::new(&RULE, name.span(), format!("every span matches `{pattern}`")).help(help));
            }
        }
    }
}
