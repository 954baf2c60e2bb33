//! `${#NAME}`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "shell-length-comment",
    stage: Stage::Syntax,
    severity: Severity::Warning,
    summary: "a shell length expression opens a template comment",
    explanation: "`${#NAME}` is the length of a shell variable, but `{#` opens a template comment: in clnrm 1.0 everything up to the \
                  next `#}` vanishes, or the file can't be rendered. Here it is read as what it means. \
                  `{% raw %}…{% endraw %}` around it works everywhere.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "${#HOME}"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "$HOME"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::ShellLengthOpensComment = &problem.kind else { continue };
        findings.push(
            Finding::in_template(&RULE, problem, "`${#` opens a template comment in clnrm 1.0")
                .help("put `{% raw %}` and `{% endraw %}` around it, or count with `expr length`"),
        );
    }
}
