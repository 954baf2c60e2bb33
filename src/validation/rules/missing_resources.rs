//! `[otel]` without resource attributes.

use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-resources",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "`[otel]` has no resource attributes",
    explanation: "Resource attributes say which program a span comes from. Without `service.name` SDKs report `unknown_service`, and \
                  spans of several programs can't be told apart.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[otel]
exporter = "stdout"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[otel]
exporter = "stdout"
resources = { "service.name" = "demo" }

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(otel) = &subject.config.otel else { return };
    let Some(exporter) = &otel.exporter else { return };
    let exports_nothing = exporter.known().is_none_or(|name| name.eq_ignore_ascii_case("none"));
    if otel.resources.is_some() || exports_nothing || !subject.is_whole() {
        return;
    }
    findings.push(
        Finding::new(&RULE, otel.header, "`[otel]` has no resource attributes")
            .help("add `resources = { \"service.name\" = \"…\" }`"),
    );
}
