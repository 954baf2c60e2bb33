//! `{% import "nope" as m %}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-template",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template refers to a file that is nowhere to be found",
    explanation: "`import`, `include` and `extends` look for their file beside the test, then in each parent \
                  directory up to the workspace root, then in `~/.clnrm/templates`, then among the built-in files \
                  (`_macros.toml.tera`).",
    wrong: r#"{% import "_macro.toml.tera" as m %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"{% import "_macros.toml.tera" as m %}
[meta]
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
        let ProblemKind::UnknownTemplate { name, searched, suggestion } = &problem.kind else { continue };
        let mut finding = Finding::in_template(&RULE, problem, format!("the file `{name}` is nowhere to be found"));
        if !searched.is_empty() {
            finding = finding.help(format!("it was looked for in {}", searched.join(", then in ")));
        }
        findings.push(
            finding
                .did_you_mean_in_template(name, suggestion.as_deref(), problem.at)
                .at_most(subject.worst_of_expressions()),
        );
    }
}
