//! Commands that do not split into words.

use crate::config::model::{Run, Spanned, Text};
use crate::config::shell_words::{ShellWordsError, split};
use crate::text::Span;
use crate::validation::references::all_steps;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "shell-words",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a command is empty, or does not split into words",
    explanation: "A command that is one text is split into program and arguments the way a shell would: at white space, with \
                  `'…'`, `\"…\"` and backslashes to keep words together. A quote that is never closed, a backslash at the \
                  very end, or no word at all leave nothing that could be run. clnrm 1.0 finds out when the container has \
                  started already.\n\n\
                  Where quotes get in each other's way, a list needs none: `command = [\"sh\", \"-c\", \"…\"]`.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo 'hello"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo 'hello'"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for scenario in &subject.config.scenarios {
        match &scenario.run {
            Some(Run::Command(command)) if command.is_blank() => {
                findings.push(Finding::new(&RULE, command.span, "the command is empty"));
            }
            Some(Run::Command(command)) => check_text(subject.text, command, findings),
            Some(Run::List(items)) => {
                for command in items.value.iter().filter_map(|item| item.command.as_ref()) {
                    // A list of one is written as a text, or splits just as well.
                    check_command(subject.text, command, command.value.len() == 1, findings);
                }
            }
            None => {}
        }
    }
    for step in all_steps(subject.config) {
        if let Some(command) = &step.command {
            check_command(subject.text, command, step.command_is_text, findings);
        }
        if let Some(command) = &step.run {
            check_text(subject.text, command, findings);
        }
    }
}

fn check_command(source: &str, command: &Spanned<Vec<Text>>, is_text: bool, findings: &mut Findings) {
    match command.value.as_slice() {
        [] if is_empty_list(source, command.span) => {
            findings.push(Finding::new(&RULE, command.span, "the command is empty"))
        }
        [text] if is_text => check_text(source, text, findings),
        [program, ..] if program.is_blank() => {
            findings.push(Finding::new(&RULE, program.span, "the command has no program: its first word is blank"));
        }
        _ => {}
    }
}

/// Whether nothing stands in the list. It may hold values of a wrong type, which are reported as such.
fn is_empty_list(source: &str, span: Span) -> bool {
    let inside = span.slice(source).and_then(|list| list.strip_prefix('[')).and_then(|list| list.strip_suffix(']'));
    inside.is_some_and(|inside| inside.trim().is_empty())
}

/// A blank text is found like any other blank value, but for `run` of a scenario.
fn check_text(source: &str, command: &Text, findings: &mut Findings) {
    let Some(text) = command.known() else { return };
    let Err(error) = split(text) else { return };
    let finding = match error {
        ShellWordsError::Empty => return,
        ShellWordsError::UnclosedQuote { quote, at } => {
            let place = command.part_in(source, at, at + quote.len_utf8());
            let finding = Finding::new(
                &RULE,
                place,
                format!("the command does not split into words: the quote `{quote}` is never closed"),
            );
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            match quote == '\'' && before.is_some_and(char::is_alphanumeric) {
                true => finding.help("write the word in double quotes to use the apostrophe as it is"),
                false => finding.help(format!("close it with another `{quote}`")),
            }
        }
        ShellWordsError::TrailingBackslash { at } => {
            let place = command.part_in(source, at, at + 1);
            Finding::new(&RULE, place, format!("the command does not split into words: {error}"))
                .help("write two backslashes for one")
        }
    };
    findings.push(finding);
}
