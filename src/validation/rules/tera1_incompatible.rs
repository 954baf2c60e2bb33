//! What Tera 1.20 refuses.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "tera1-incompatible",
    stage: Stage::Syntax,
    severity: Severity::Information,
    summary: "a template uses what the engine of clnrm 1.0 refuses",
    explanation: "clnrm 1.0 renders with Tera 1.20. This tool also reads positional macro arguments, map literals, \
                  inline `if`, imports behind other text and more. Nothing is wrong with them here; a test that \
                  clnrm 1.0 must run too has to do without them.",
    wrong: r#"{% set unrelated = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ 'a' if true else 'b' }}"]
"#,
    right: r#"{% set unrelated = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{% if true %}a{% else %}b{% endif %}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::NotTera1 { construct } = &problem.kind else { continue };
        findings.push(Finding::in_template(&RULE, problem, format!("clnrm 1.0 does not read {construct}")));
    }
}
