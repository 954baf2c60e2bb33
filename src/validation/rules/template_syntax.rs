//! Syntax errors inside tags that no other rule names.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "template-syntax",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "the inside of a template tag can't be read",
    explanation: "An expression is built of names, literals, operators, filters (`| lower`), tests (`is defined`) \
                  and calls. Where it does not end as it should, or something stands in it that belongs to no \
                  expression, the template can't be rendered.",
    wrong: r#"{% set svc = "web" %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ svc | }}"]
"#,
    right: r#"{% set svc = "web" %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ svc | upper }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let finding = match &problem.kind {
            ProblemKind::Syntax { message } => Finding::in_template(&RULE, problem, message.as_str()),
            ProblemKind::UnclosedString => Finding::in_template(&RULE, problem, "the string has no closing quote")
                .help("close it before the tag ends"),
            ProblemKind::GoTemplate => Finding::in_template(&RULE, problem, "this is an expression of Go's templates")
                .help("to hand it on as it stands, write `{% raw %}` before it and `{% endraw %}` behind it"),
            ProblemKind::ForeignOperator { written, right } => {
                let word = right.trim_end();
                Finding::in_template(&RULE, problem, format!("`{written}` is no operator of templates"))
                    .help(format!("write `{word}`"))
                    .fix(Fix::replace(format!("replace `{written}` by `{word}`"), problem.at, *right))
            }
            _ => continue,
        };
        findings.push(finding.at_most(subject.worst_of_expressions()));
    }
}
