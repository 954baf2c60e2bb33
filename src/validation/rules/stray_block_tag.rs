//! `{% endif %}` without `{% if x %}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "stray-block-tag",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a closing or middle tag stands outside of its block",
    explanation: "`endif`, `endfor`, `else` and the like belong to a block that is open at this place. Blocks \
                  close in the reverse order in which they were opened.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
{% endif %}
"#,
    right: r#"{% if true %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
{% endif %}
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::StrayBlockTag { keyword, expected } = &problem.kind else { continue };
        let finding = match expected {
            Some(expected) => {
                Finding::in_template(&RULE, problem, format!("`{keyword}` does not close the open block"))
                    .help(format!("close it with `{expected}` first"))
            }
            None => Finding::in_template(&RULE, problem, format!("`{keyword}` stands outside of a block"))
                .help("remove it, or open its block before it"),
        };
        findings.push(finding.at_most(subject.worst_of_expressions()));
    }
}
