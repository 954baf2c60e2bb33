//! A word that is none of those to choose from.

use crate::config::ShapeProblemKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-value",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a value is none of those to choose from",
    explanation: "Exporters, protocols, span kinds, statuses and security levels are chosen from a list; case does not \
                  matter. Values that clnrm only hands on (`protocol`, `security_level`) give a warning.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[[expect.span]]
name = "clnrm.run"
kind = "intrenal"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[[expect.span]]
name = "clnrm.run"
kind = "internal"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::UnknownValue { what, value, allowed, suggestion, is_strict } = &problem.kind else {
            continue;
        };
        let allowed: Vec<String> = allowed.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("there is no {what} `{value}`");
        let finding = Finding::new(&RULE, problem.span, message).help(format!("choose one of {}", allowed.join(", ")));
        let finding = match suggestion {
            Some(word) => finding.help(format!("did you mean `{word}`?")).fix(Fix::replace(
                format!("replace `{value}` by `{word}`"),
                problem.span,
                format!("\"{word}\""),
            )),
            None => finding,
        };
        findings.push(if *is_strict { finding } else { finding.severity(Severity::Warning) });
    }
}
