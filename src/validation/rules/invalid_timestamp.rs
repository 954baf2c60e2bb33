//! `determinism.freeze_clock`.

use crate::config::timestamp;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "invalid-timestamp",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "`freeze_clock` is not a point in time",
    explanation: "`determinism.freeze_clock` is a text in the form of RFC 3339: date, time and offset from UTC, as in \
                  `\"2025-01-01T00:00:00Z\"`. Without the offset nobody knows which moment is meant, and the run would differ \
                  from machine to machine.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[determinism]
freeze_clock = "2025-01-01 noon"

[[steps]]
name = "hello"
command = ["date"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[determinism]
freeze_clock = "2025-01-01T12:00:00Z"

[[steps]]
name = "hello"
command = ["date"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(determinism) = &subject.config.determinism else { return };
    if let Some(text) = &determinism.freeze_clock
        && let Some(clock) = text.known()
        && let Err(reason) = timestamp::parse(clock)
    {
        let finding = Finding::new(&RULE, text.content, format!("`{clock}` is not a point in time: {reason}"));
        let with_offset = format!("{clock}Z");
        findings.push(match timestamp::parse(&with_offset).is_ok() {
            true => finding.fix(Fix::replace("take it for UTC", text.content, with_offset).guess()),
            false => finding.help("write it like `2025-01-01T00:00:00Z`"),
        });
    }
    if let Some(clock) = &determinism.freeze_clock_native
        && let Err(reason) = timestamp::parse(&clock.value)
    {
        findings.push(
            Finding::new(&RULE, clock.span, format!("`{}` is not a point in time: {reason}", clock.value))
                .help("write it like `\"2025-01-01T00:00:00Z\"`"),
        );
    }
}
