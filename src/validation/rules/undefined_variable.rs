//! `{{ nope }}`.

use crate::template::{FileSpan, ProblemKind};
use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "undefined-variable",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template uses a variable that is defined nowhere",
    explanation: "Variables come from `--var`, from `[vars]`, `[matrix]`, `[template.vars]` and \
                  `[template.matrix]` of the file, from `set` and `for`, and seven are always there: `svc`, `env`, \
                  `endpoint`, `exporter`, `image`, `freeze_clock` and `token`.\n\n\
                  An expression that guards against it (`x | default(value=\"…\")`, `x is defined`, `x or \"…\"`) \
                  is right, and so is a condition (`{% if flag %}`), unless its name is nearly that of a variable which \
                  is there: that is a warning. Where the expression stands inside a string of a file that is TOML as it stands, the \
                  string stays as it is: there it is a warning.",
    wrong: r#"{% set unrelated = 1 %}
[vars]
greeting = "hello"

[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ vars.greting }}"]
"#,
    right: r#"{% set unrelated = 1 %}
[vars]
greeting = "hello"

[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "{{ vars.greeting }}"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        if let ProblemKind::MisspeltInCondition { name, suggestion } = &problem.kind {
            let message = format!("the variable `{name}` is not defined, so this condition asks for nothing");
            findings.push(
                Finding::in_template(&RULE, problem, message)
                    .did_you_mean_in_template(name, Some(suggestion), problem.at)
                    .severity(Severity::Warning)
                    .at_most(subject.worst_of_expressions()),
            );
            continue;
        }
        let ProblemKind::UndefinedVariable { name, suggestion } = &problem.kind else { continue };
        let end = FileSpan { file: problem.at.file, span: Span::at(problem.at.span.end) };
        findings.push(
            Finding::in_template(&RULE, problem, format!("the variable `{name}` is not defined"))
                .help("define it in `[vars]`, pass it with `--var`, or give it a default: `| default(value=…)`")
                .did_you_mean_in_template(name, suggestion.as_deref(), problem.at)
                .fix(Fix::replace("give it a default", end, subject.empty_default(problem.at)).guess())
                .at_most(subject.worst_of_expressions()),
        );
    }
}
