//! `a = 1 ; b = 2`.

use crate::config::SyntaxErrorKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "pairs-on-one-line",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "several `key = value` pairs stand on one line",
    explanation: "In TOML each pair stands on its own line; there is no separator between pairs, neither `;` nor `,`. \
                  (Within braces, `{ a = 1, b = 2 }`, a comma separates them.) The fix puts each pair on its own line.",
    wrong: r#"[meta]
name = "demo" ; version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for error in subject.syntax {
        let SyntaxErrorKind::PairsOnOneLine { separator } = error.kind else { continue };
        let message = match separator {
            Some(separator) => format!("`{separator}` can't separate two pairs on one line"),
            None => "a second pair starts on the same line".to_owned(),
        };
        let fix = Fix::edit("put each pair on its own line", &error.mend);
        findings.push(Finding::new(&RULE, error.span, message).help("put each pair on its own line").fix(fix));
    }
}
