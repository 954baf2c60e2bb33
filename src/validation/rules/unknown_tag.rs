//! `{% nope %}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-tag",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template uses a tag that does not exist",
    explanation: "Tags are `if`, `elif`, `else`, `for`, `set`, `set_global`, `macro`, `import`, `include`, \
                  `extends`, `block`, `filter`, `raw`, `break` and `continue`, with their closing forms. A file \
                  with an unknown one can't be rendered.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
{% fro i in [1] %}
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
        let ProblemKind::UnknownTag { name, suggestion } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("there is no tag `{name}`"))
                .did_you_mean_in_template(name, suggestion.as_deref(), problem.at)
                .at_most(subject.worst_of_expressions()),
        );
    }
}
