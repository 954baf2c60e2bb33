//! `nope()`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-function",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template uses a function that does not exist",
    explanation: "The template language has a fixed set of functions (`env`, `range`, `uuid_v4`, `fake_name`, …). \
                  A macro of the same file is called as `self::name(…)`, an imported one as `library::name(…)`.\n\n\
                  Where the expression stands inside a string of a file that is TOML as it stands, the string \
                  stays as it is and the test runs with it: there it is a warning.",
    wrong: r#"{% set unrelated = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ uuid_v44() }}"]
"#,
    right: r#"{% set unrelated = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ uuid_v4() }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnknownFunction { name, suggestion } = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, format!("there is no function `{name}`"))
                .did_you_mean_in_template(name, suggestion.as_deref(), problem.at)
                .at_most(subject.worst_of_expressions()),
        );
    }
}
