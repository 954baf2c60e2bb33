//! `outer = "run"`, `contains = ["run"]`.

use crate::validation::expectations::{example, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "window-self",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "a window contains its own outer span",
    explanation: "A window says that some spans lie within another one. Every span lies within itself, so the outer span in its own \
                  `contains` checks nothing; another span was meant.",
    wrong: example!("[[expect.window]]\nouter = \"clnrm.run\"\ncontains = [\"clnrm.run\"]\n"),
    right: example!("[[expect.window]]\nouter = \"clnrm.run\"\ncontains = [\"clnrm.step:hello\"]\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for window in set.windows {
            let Some(outer) = &window.outer else { continue };
            let Some(name) = outer.known().filter(|name| !name.trim().is_empty()) else { continue };
            for inner in window.contains.iter().flat_map(|names| &names.value) {
                if inner.known() == Some(name) {
                    findings.push(
                        Finding::new(&RULE, inner.span, format!("the window of `{name}` contains `{name}` itself"))
                            .help("name the spans that lie within it")
                            .related(outer.span, "the outer span"),
                    );
                }
            }
        }
    }
}
