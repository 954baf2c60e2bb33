//! `{% if x %}` without `{% endif %}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unclosed-block",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a block tag has no closing tag",
    explanation: "`if`, `for`, `macro`, `block`, `filter`, `raw` and `set` without a value open a block, which \
                  ends with its own closing tag (`endif`, `endfor`, …).",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
{% if env == "ci" %}
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
{% if env == "ci" %}
command = ["echo", "hello"]
{% endif %}
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnclosedBlock { keyword } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("the block of `{keyword}` is never closed"))
                .help(format!("close it with `{{% end{keyword} %}}` where the block ends"))
                .at_most(subject.worst_of_expressions()),
        );
    }
}
