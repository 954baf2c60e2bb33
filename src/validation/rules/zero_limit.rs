//! Limits of zero.

use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "zero-limit",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "a limit is zero",
    explanation: "No container runs with no memory, no CPU or in no time. A container engine takes 0 for \"no limit\", which is \
                  the opposite of what the line says. Leave the key out to have no limit.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[limits]
memory_mb = 0

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[limits]
memory_mb = 256

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for limit in subject.config.limits.iter().flat_map(|limits| &limits.values) {
        if limit.value.value == 0 {
            findings.push(
                Finding::new(&RULE, limit.value.span, format!("nothing runs with `{}` at 0", limit.key.text))
                    .help("write what the test needs, or leave the key out to have no limit"),
            );
        }
    }
}
