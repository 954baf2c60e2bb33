//! A key that nothing knows at its place.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-key",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "a key or table is unknown at its place",
    explanation: "clnrm ignores every key that it does not know, without a word. A slip in a name therefore switches a \
                  check off: a test with `[expect.cuonts]` is green whatever happens.\n\n\
                  Tables with free names (`vars`, `matrix`, `assertions`, `env`, `attrs.*`, `by_name`, \
                  `otel.resources`, …) take any key, and tables that earlier files use but clnrm does not read \
                  (`[metrics]`, `[output]`, …) are known too.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[expect.cuonts]
spans_total = { gte = 1 }
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[expect.counts]
spans_total = { gte = 1 }
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::UnknownKey { key, is_table, suggestion } = &problem.kind else { continue };
        let what = if *is_table { "table" } else { "key" };
        let message = match problem.path.as_str() {
            "" => format!("unknown {what} `{key}`"),
            table => format!("unknown {what} `{key}` in `{table}`"),
        };
        let finding = Finding::new(&RULE, problem.span, message).did_you_mean(key, *suggestion, problem.span);
        // Expectations of one scenario alone are what many authors expect to find.
        let finding = match (problem.path.as_str(), key.as_str()) {
            ("scenario", "expect") => {
                finding.help("expectations are about the whole test: write them at top level, as in `[[expect.span]]`")
            }
            _ => finding,
        };
        findings.push(finding);
    }
}
