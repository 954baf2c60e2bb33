//! `[attrs.all]` for `[expect.span.attrs.all]`.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

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
        let finding = Finding::new(&RULE, problem.span, message).help(format!("write its whole path: `{belongs}`"));
        // Which service is meant can't be told.
        findings.push(match belongs.contains("NAME") {
            true => finding,
            false => finding.fix(Fix::replace(format!("write `{belongs}`"), problem.span, *belongs).guess()),
        });
    }
}
