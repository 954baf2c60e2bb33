//! A test without `[meta]` and without `[test.metadata]`.

use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-identity",
    stage: Stage::Blocks,
    severity: Severity::Error,
    summary: "a test has neither `[meta]` nor `[test.metadata]`",
    explanation: "Reports, digests and caches know a test by its name, so a file without one is refused (clnrm 1.0 does the \
                  same). Write `[meta]` with `name` and `version`, or `[test.metadata]` with `name` in the older style.",
    wrong: r#"[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    if config.meta.is_some() || config.test.is_some() || !subject.is_whole() {
        return;
    }
    // `meta = 5` or `[[test]]` is there, only wrong; its type is complained about elsewhere.
    if config.top_level.iter().any(|name| name.known().is_none_or(|key| matches!(key, "meta" | "test"))) {
        return;
    }
    let place = config.top_level.first().map_or(Span::at(0), |name| name.span);
    let finding = Finding::new(&RULE, place, "the test has no name: neither `[meta]` nor `[test.metadata]` is there")
        .help("begin the file with `[meta]`, `name = \"…\"` and `version = \"1.0\"`");
    // Keys above the first header would belong to the new table.
    let line = subject.text.get(..place.start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    findings.push(match subject.text.get(line..).is_some_and(|rest| rest.starts_with('[')) {
        true => {
            let table = "[meta]\nname = \"unnamed\"\nversion = \"1.0\"\n\n";
            finding.fix(Fix::replace("add `[meta]`", Span::at(line), table).guess())
        }
        false => finding,
    });
}
