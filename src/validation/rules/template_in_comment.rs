//! `# {{ x }}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "template-in-comment",
    stage: Stage::Syntax,
    severity: Severity::Information,
    summary: "a template tag stands inside a TOML comment",
    explanation: "The template is rendered before the TOML is read, so a tag is evaluated even inside a `#` \
                  comment, and a mistake in it is an error. `{# … #}` or `{% raw %}…{% endraw %}` keep it from \
                  being evaluated.",
    wrong: r#"# says {{ svc }}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"# says svc
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
        let ProblemKind::TagInComment = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, "the tag is evaluated although it stands in a comment")
                .help("put `{% raw %}` and `{% endraw %}` around it, or remove its braces"),
        );
    }
}
