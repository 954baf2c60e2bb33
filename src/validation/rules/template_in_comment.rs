//! `# {{ x }}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "template-in-comment",
    stage: Stage::Syntax,
    severity: Severity::Information,
    summary: "a template tag stands inside a TOML comment",
    explanation: "clnrm 1.0 renders a template before it reads the TOML, so there a tag is evaluated even inside a `#` comment, and a \
                  mistake in it is an error. Here it stays what it looks like: a part of the comment. Remove the braces where \
                  clnrm 1.0 has to read the file too.",
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
            Finding::in_template(&RULE, problem, "clnrm 1.0 evaluates this tag although it stands in a comment")
                .help("remove its braces, if clnrm 1.0 has to read the file too"),
        );
    }
}
