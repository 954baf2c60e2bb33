//! `pick(array=…)`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "argument-alias",
    stage: Stage::Syntax,
    severity: Severity::Hint,
    summary: "an argument is passed under a name that is not the documented one",
    explanation: "Some functions are often called with names that clnrm 1.0 does not know (`pick(array=…)` for \
                  `pick(list=…)`). They are read as what was meant; the documented name works everywhere.",
    wrong: r#"{% set unrelated = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ pick(array=['a', 'b']) }}"]
"#,
    right: r#"{% set unrelated = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ pick(list=['a', 'b']) }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::ArgumentAlias { callee, name, canonical } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(
                &RULE,
                problem,
                format!("`{callee}` documents its argument `{name}` as `{canonical}`"),
            )
            .did_you_mean_in_template(name, Some(canonical), problem.at)
            .help(format!("write `{canonical}`"))
            .certain(),
        );
    }
}
