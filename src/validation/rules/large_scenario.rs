//! Scenarios of very many steps.

use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "large-scenario",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "a scenario has very many steps",
    explanation: "When a step fails, all steps behind it tell nothing. Several scenarios of a few steps each fail on their own, run \
                  side by side and have names that say what is broken. Found are scenarios of more than 20 steps.",
    wrong: WRONG,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "start"
service = "app"
steps = [{ name = "a", command = ["true"] }, { name = "b", command = ["true"] }]

[[scenario]]
name = "stop"
service = "app"
steps = [{ name = "a", command = ["true"] }, { name = "b", command = ["true"] }]
"#,
    check,
};

const WRONG: &str = r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "everything"
service = "app"
steps = [
  { name = "s01", command = ["true"] }, { name = "s02", command = ["true"] }, { name = "s03", command = ["true"] },
  { name = "s04", command = ["true"] }, { name = "s05", command = ["true"] }, { name = "s06", command = ["true"] },
  { name = "s07", command = ["true"] }, { name = "s08", command = ["true"] }, { name = "s09", command = ["true"] },
  { name = "s10", command = ["true"] }, { name = "s11", command = ["true"] }, { name = "s12", command = ["true"] },
  { name = "s13", command = ["true"] }, { name = "s14", command = ["true"] }, { name = "s15", command = ["true"] },
  { name = "s16", command = ["true"] }, { name = "s17", command = ["true"] }, { name = "s18", command = ["true"] },
  { name = "s19", command = ["true"] }, { name = "s20", command = ["true"] }, { name = "s21", command = ["true"] },
]
"#;

/// A scenario of more steps is large.
const MOST: usize = 20;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for scenario in &subject.config.scenarios {
        let steps = scenario.steps.len();
        if steps > MOST {
            findings.push(
                Finding::new(&RULE, scenario.header, format!("this scenario has {steps} steps"))
                    .help("split it, so that one failure does not hide the others"),
            );
        }
    }
}
