//! `env(name="X")` of an unset variable.

use crate::template::{FileSpan, ProblemKind};
use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unset-environment-variable",
    stage: Stage::Syntax,
    severity: Severity::Warning,
    summary: "a template reads an environment variable that is not set",
    explanation: "`env(name=\"X\")` fails in clnrm 1.0 where `X` is not set. A default keeps the test the same on \
                  every machine. In a workspace that is not trusted all variables count as not set.",
    wrong: r#"{% set unrelated = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ env(name='CLNRM_NO_SUCH_VARIABLE') }}"]
"#,
    right: r#"{% set unrelated = 1 %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ env(name='CLNRM_NO_SUCH_VARIABLE') | default(value='x') }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnsetEnvironmentVariable { name } = &problem.kind else { continue };
        let end = FileSpan { file: problem.at.file, span: Span::at(problem.at.span.end) };
        findings.push(
            Finding::in_template(&RULE, problem, format!("the environment variable `{name}` is not set"))
                .help("set it, or give it a default: `| default(value=…)`")
                .fix(Fix::replace("give it a default", end, subject.empty_default(problem.at)).guess()),
        );
    }
}
