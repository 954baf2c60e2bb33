//! A line end in a string in simple quotes.

use crate::config::SyntaxErrorKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "newline-in-string",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a string in simple quotes goes over several lines",
    explanation: "A string in `\"` or `'` ends on the line that it starts on. A text of several lines stands in three \
                  quotes, `\"\"\"` or `'''`; a line end right behind the opening quotes does not belong to it.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["sh", "-c", "
  echo hello
"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["sh", "-c", """
  echo hello
"""]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for error in subject.syntax {
        let SyntaxErrorKind::NewlineInString { quote } = error.kind else { continue };
        let message = format!("a string in `{quote}` can't go over several lines");
        let help = format!("put it in three quotes: `{quote}{quote}{quote}`");
        let fix = Fix::edit("put the string in three quotes", &error.mend);
        findings.push(Finding::new(&RULE, error.span, message).help(help).fix(fix));
    }
}
