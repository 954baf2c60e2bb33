//! `[attrs.all]` for `[expect.span.attrs.all]`.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "misplaced-table",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "a table at top level belongs into another one",
    explanation: "TOML has no relative headers: `[attrs.all]` behind `[[expect.span]]` is a table of its own at top \
                  level, which nothing reads, so its check never happens. Write the whole path: \
                  `[expect.span.attrs.all]` adds to the last `[[expect.span]]`.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[[expect.span]]
name = "clnrm.run"

[attrs.all]
result = "pass"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[[expect.span]]
name = "clnrm.run"

[expect.span.attrs.all]
result = "pass"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::MisplacedTable { name, belongs } = &problem.kind else { continue };
        let message = format!("nothing reads a table `{name}` at top level");
        findings.push(Finding::new(&RULE, problem.span, message).help(format!("write its whole path: `{belongs}`")));
    }
}
