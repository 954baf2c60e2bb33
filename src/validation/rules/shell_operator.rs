//! Shell syntax where no shell is.

use crate::config::model::{Run, Text};
use crate::config::shell_words::split;
use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject, TextEdit};

/// The rule.
pub static RULE: Rule = Rule {
    code: "shell-operator",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "a `run` uses `&&`, `|` or `>`, but no shell reads it",
    explanation: "The text of `run` is split into words, and the first one is started with the others as its arguments. No shell is \
                  involved, so `&&`, `||`, `|`, `;`, `&`, `>` and `<` are plain arguments: `echo a && exit 1` prints `a && exit 1` and succeeds. \
                  Wrap the command in `sh -c '…'` to have a shell read it.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "apk update && apk add curl"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "sh -c 'apk update && apk add curl'"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for scenario in &subject.config.scenarios {
        match &scenario.run {
            Some(Run::Command(command)) => check_text(subject.text, command, findings),
            Some(Run::List(items)) => {
                for item in items.value.iter().filter_map(|item| item.command.as_ref()) {
                    if let [command] = item.value.as_slice() {
                        check_text(subject.text, command, findings);
                    }
                }
            }
            None => {}
        }
    }
}

fn check_text(source: &str, command: &Text, findings: &mut Findings) {
    let Some(text) = command.known() else { return };
    // Most commands hold none of these at all.
    if memchr::memchr3(b'&', b'|', b';', text.as_bytes()).is_none()
        && memchr::memchr2(b'<', b'>', text.as_bytes()).is_none()
    {
        return;
    }
    let Ok(words) = split(text) else { return };
    let operator = words.iter().find_map(|word| {
        let written = text.get(word.start..word.end)?;
        let (start, end) = operator(written)?;
        Some((word.start + start, word.start + end))
    });
    let Some((start, end)) = operator else { return };
    let shown = text.get(start..end).unwrap_or_default();
    let finding = Finding::new(
        &RULE,
        command.part_in(source, start, end),
        format!("`{shown}` has no meaning here: `run` is not read by a shell"),
    )
    .help("wrap the command in `sh -c '…'`");
    findings.push(match wrapped(source, command, text) {
        Some(fix) => finding.fix(fix),
        None => finding,
    });
}

/// The part of a word as written that a shell would take for an operator. Only what stands where operators stand: `a|b` and
/// `x?a=1&b=2` in the middle of a word may well be meant as they are.
fn operator(word: &str) -> Option<(usize, usize)> {
    if matches!(word, "&&" | "||" | "|" | ";" | "&" | "|&") {
        return Some((0, word.len()));
    }
    // `>file`, `2>&1`, `&>log`, `<input`.
    let prefix = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '&').len();
    let rest = &word[prefix..];
    if prefix <= 1 && rest.starts_with(['>', '<']) {
        let arrows = rest.len() - rest.trim_start_matches(['>', '<']).len();
        // `<name>` is a placeholder in somebody's prose, not a redirection.
        return (!(rest.starts_with('<') && rest.ends_with('>'))).then_some((0, prefix + arrows));
    }
    // `echo a; echo b`
    let before = word.strip_suffix(';')?;
    let is_plain = !before.ends_with('\\') && !before.contains(['\'', '"']) || before.ends_with(['\'', '"']);
    is_plain.then_some((before.len(), word.len()))
}

/// Puts `sh -c` around the command by inserting at its ends, so that whatever stands between stays as it is written.
fn wrapped(source: &str, command: &Text, text: &str) -> Option<Fix> {
    let span = command.span;
    let quote = span.slice(source)?.chars().next()?;
    let is_single_line = span.len() == command.content.len() + 2;
    if text.starts_with("sh -c ") || text.starts_with("bash -c ") || !is_single_line {
        return None;
    }
    let (open, close) = match quote {
        '"' if !text.contains('\'') => ("sh -c '", "'"),
        // In double quotes the words keep everything but backslashes and double quotes.
        '"' if !text.contains(['"', '\\']) => ("sh -c \\\"", "\\\""),
        '\'' if !text.contains(['"', '\\']) => ("sh -c \"", "\""),
        _ => return None,
    };
    let insert = |at: usize, text: &str| TextEdit { place: Span::at(at).into(), text: text.to_owned() };
    let edits = vec![insert(command.content.start, open), insert(command.content.end, close)];
    Some(Fix::new("have a shell read the command", edits).guess())
}
