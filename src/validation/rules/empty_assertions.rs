//! `[assertions]` without assertions.

use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "empty-assertions",
    stage: Stage::Blocks,
    severity: Severity::Warning,
    summary: "`[assertions]` is there, but asserts nothing",
    explanation: "An empty table looks as if something was checked. clnrm 1.0 refuses it when the file is loaded. Write an \
                  assertion into it, or leave the table out.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[assertions]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[assertions]
execution_should_be_hermetic = true
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(assertions) = &subject.config.assertions else { return };
    if !assertions.value.is_empty() || !subject.is_whole() {
        return;
    }
    let finding = Finding::new(&RULE, assertions.span, "`[assertions]` asserts nothing")
        .help("add an assertion, as in `execution_should_be_hermetic = true`, or remove the table");
    findings.push(match whole_line(subject.text, assertions.span) {
        Some(line) => finding.fix(Fix::replace("remove the empty table", line, "")),
        None => finding,
    });
}

/// The line of the header with its end, if nothing else stands on it.
fn whole_line(text: &str, header: Span) -> Option<Span> {
    if !header.slice(text)?.starts_with('[') {
        return None;
    }
    let start = text.get(..header.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let end = text.get(header.end..)?.find('\n').map_or(text.len(), |newline| header.end + newline + 1);
    let is_alone = text.get(start..header.start)?.trim().is_empty() && text.get(header.end..end)?.trim().is_empty();
    is_alone.then_some(Span::new(start, end))
}
