//! Another spelling of a key.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "deprecated-form",
    stage: Stage::Semantic,
    severity: Severity::Hint,
    summary: "a key is written in another spelling than the documented one",
    explanation: "Earlier files write `environment`, `healthcheck`, `[expect.count]`, `min` and `max`. All of them are \
                  read here as what they mean; clnrm 1.0 reads only the documented spelling and ignores the others.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:3.20"
environment = { LEVEL = "debug" }

[[steps]]
name = "hello"
service = "app"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:3.20"
env = { LEVEL = "debug" }

[[steps]]
name = "hello"
service = "app"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::Alias { key, canonical, has_canonical } = &problem.kind else { continue };
        let message = format!("`{key}` is another spelling of `{canonical}`");
        let finding = Finding::new(&RULE, problem.span, message);
        findings.push(if *has_canonical {
            finding.help(format!("move its content to `{canonical}`, which is there too"))
        } else {
            let title = format!("replace `{key}` by `{canonical}`");
            finding.help(format!("write `{canonical}`")).fix(Fix::replace(title, problem.span, *canonical))
        });
    }
}
