//! Two reports in one file.

use crate::config::model::Keyed;
use crate::config::model::Text;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "shared-report-path",
    stage: Stage::Blocks,
    severity: Severity::Warning,
    summary: "two outputs of `[report]` are written to the same file",
    explanation: "Each output of `[report]` is a file of its own. Of two with one path the later one overwrites the other.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[report]
json = "out/report"
junit = "out/report"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[report]
json = "out/report.json"
junit = "out/junit.xml"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(report) = &subject.config.report else { return };
    for (index, output) in report.outputs.iter().enumerate() {
        let Some(path) = path(output) else { continue };
        let Some(first) = report.outputs.iter().take(index).find(|first| self::path(first) == Some(path)) else {
            continue;
        };
        let message = format!("`{}` is written to the same file as `{}`", output.key.text, first.key.text);
        findings.push(
            Finding::new(&RULE, output.value.content, message)
                .related(first.value.content, format!("`{}` is written here", first.key.text)),
        );
    }
}

/// The path without what does not tell files apart. `None` for what is no path.
fn path(output: &Keyed<Text>) -> Option<&str> {
    if !matches!(output.key.known()?, "json" | "junit" | "digest" | "html" | "sarif") {
        return None;
    }
    let mut path = output.value.known()?.trim();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    (!path.is_empty()).then_some(path)
}
