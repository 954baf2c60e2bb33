//! `{% include "x" %}` of a file that is no text.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unreadable-template",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a file that a template refers to exists, but can't be used",
    explanation: "A file is used only if it is UTF-8 text of a reasonable size inside the workspace or in \
                  `~/.clnrm/templates`.",
    wrong: r#"{% include "/srv/outside.toml.tera" %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnreadableTemplate { name, reason } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("the file `{name}` can't be used: {reason}"))
                .at_most(subject.worst_of_expressions()),
        );
    }
}
