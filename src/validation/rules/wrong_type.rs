//! A value of a type that its key can't have.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "wrong-type",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a value has a type that its key can't have",
    explanation: "Each key takes values of certain types: a text in quotes, an integer, a list, a table. With another \
                  one clnrm refuses the file.\n\n\
                  `[steps]` with one bracket is such a case: steps are a list of tables, written `[[steps]]`.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
expected_exit_code = "zero"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
expected_exit_code = 0
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::WrongType { expected, found, help, mend } = &problem.kind else { continue };
        let message = format!("`{}` wants {expected}, not {found}", problem.path);
        let mut finding = Finding::new(&RULE, problem.span, message);
        if let Some(help) = help {
            finding = finding.help(help.clone());
        }
        if let Some(mend) = mend {
            finding = finding.fix(Fix::replace(format!("write `{mend}`"), problem.span, mend.clone()));
        }
        findings.push(finding);
    }
}
