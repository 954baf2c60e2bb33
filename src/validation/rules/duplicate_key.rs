//! A key or table that is defined twice.

use crate::config::{Former, SyntaxErrorKind};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "duplicate-key",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a key or table is defined twice",
    explanation: "TOML allows each key once in a table, and each `[table]` once in a file; the whole file is refused. \
                  Which of the two is meant nobody can know: keep one, or join both tables.\n\n\
                  In a template, a loop or a macro that is called twice is the usual cause. `[[name]]` (with two \
                  brackets) may be repeated: each adds a table to the list.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"
name = "other"

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
        let (message, first, help) = match &error.kind {
            SyntaxErrorKind::DuplicateKey { key, first } => {
                (format!("`{key}` is defined a second time"), *first, "keep one of the two".to_owned())
            }
            SyntaxErrorKind::DuplicateTable { table, first, former: Former::Table } => (
                format!("the table `[{table}]` is defined a second time"),
                *first,
                format!("join the two, or write `[[{table}]]` at both for a list of tables"),
            ),
            SyntaxErrorKind::DuplicateTable { table, first, former: Former::List } => (
                format!("`[{table}]` opens one table, but `{table}` is a list of tables"),
                *first,
                format!("write `[[{table}]]` for another item of the list"),
            ),
            SyntaxErrorKind::DuplicateTable { table, first, former: Former::Value } => (
                format!("`{table}` has a value already, so it can't be a table as well"),
                *first,
                "keep one of the two".to_owned(),
            ),
            SyntaxErrorKind::NotExtendable { key } => (
                format!("`{key}` has a value already, so nothing can be added to it"),
                None,
                "define all keys of a table in one place".to_owned(),
            ),
            _ => continue,
        };
        let mut finding = Finding::new(&RULE, error.span, message).help(help);
        if !error.mend.is_empty() {
            finding = finding.fix(Fix::edit("write two brackets", &error.mend));
        }
        if let Some(first) = first {
            finding = finding.related(first, "first defined here");
        }
        findings.push(finding);
    }
}
