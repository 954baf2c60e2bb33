//! `{% endif %}` without `{% if x %}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

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
        let ProblemKind::StrayBlockTag { keyword, expected, is_meant } = &problem.kind else { continue };
        let closes = keyword.starts_with("end") || keyword.starts_with('<');
        let finding = match expected {
            Some(expected) if *is_meant => {
                let message = format!("`{keyword}` does not close the block that is open here");
                let fix = Fix::replace(format!("replace `{keyword}` by `{expected}`"), problem.at, expected);
                Finding::in_template(&RULE, problem, message).help(format!("write `{expected}`")).fix(fix)
            }
            Some(expected) if closes => {
                let message = format!("`{keyword}` does not close the block that is open here");
                Finding::in_template(&RULE, problem, message).help(format!("close it with `{expected}` first"))
            }
            _ => Finding::in_template(&RULE, problem, format!("`{keyword}` belongs to no block that is open here"))
                .help("remove it, or open its block before it"),
        };
        findings.push(finding.at_most(subject.worst_of_expressions()));
    }
}
