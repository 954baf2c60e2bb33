//! Everything that is no TOML, but for the mistakes with rules of their own.

use crate::config::SyntaxErrorKind;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "toml-syntax",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "the text is no TOML",
    explanation: "The file, or what its template renders to, must be TOML (version 1.1). Each mistake is told once, at \
                  its place, and what follows it is read all the same; but clnrm refuses the file as a whole.\n\n\
                  The usual ones: a text without quotes, a bracket or quote that is never closed, a key without value, \
                  `:` for `=`, `True` for `true`.",
    wrong: r#"[meta]
name = demo
version = "1.0"

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
        let Some((message, help)) = describe(&error.kind) else { continue };
        let mut finding = Finding::new(&RULE, error.span, message);
        if let Some(help) = help {
            finding = finding.help(help);
        }
        if let Some(title) = fix_title(&error.kind).filter(|_| !error.mend.is_empty()) {
            finding = finding.fix(Fix::edit(title, &error.mend));
        }
        findings.push(finding);
    }
}

/// What is wrong and what to do; `None` for the mistakes that have rules of their own.
fn describe(kind: &SyntaxErrorKind) -> Option<(String, Option<String>)> {
    use SyntaxErrorKind as Kind;

    let (message, help): (String, Option<String>) = match kind {
        Kind::DuplicateKey { .. }
        | Kind::DuplicateTable { .. }
        | Kind::NotExtendable { .. }
        | Kind::PairsOnOneLine { .. }
        | Kind::NewlineInString { .. } => return None,
        Kind::UnclosedString { quotes } => (format!("this string has no closing `{quotes}`"), None),
        Kind::UnclosedArray => ("this array has no closing `]`".into(), None),
        Kind::UnclosedInlineTable => ("this inline table has no closing `}`".into(), None),
        Kind::UnclosedHeader { missing } => (format!("this table header has no closing `{missing}`"), None),
        Kind::UnopenedHeader { missing } => (format!("this table header has no opening `{missing}`"), None),
        Kind::MismatchedHeader => (
            "this table header opens with one bracket and closes with two".into(),
            Some("write `[name]` for one table, `[[name]]` for an item of a list of tables".into()),
        ),
        Kind::EmptyHeader => ("this table header names no table".into(), None),
        Kind::TextAfterHeader => ("a table header stands alone on its line".into(), None),
        Kind::KeyWithoutValue { key } => {
            (format!("`{}` has no value", excerpt(key)), Some("write `key = value`".into()))
        }
        Kind::MissingEquals { key } => (format!("`=` is missing between `{}` and its value", excerpt(key)), None),
        Kind::MissingValue { key: Some(key) } => (format!("the value of `{key}` is missing"), None),
        Kind::MissingValue { key: None } => ("a value is missing".into(), None),
        Kind::MissingKey => ("the key before `=` is missing".into(), None),
        Kind::ColonForEquals => ("`:` stands where `=` belongs".into(), None),
        Kind::InvalidKey { key } => (
            format!("`{}` is no key", excerpt(key)),
            Some("keys without quotes are made of letters from `a` to `z`, digits, `_` and `-`".into()),
        ),
        Kind::MissingQuotes { word } => (
            format!("the text `{}` needs quotes", excerpt(word)),
            word.starts_with(['“', '”', '„', '‘', '’', '«', '»'])
                .then(|| "TOML knows straight quotes only: `\"` and `'`".into()),
        ),
        Kind::ForeignBoolean { word, value } => {
            (format!("`{word}` is no value of TOML"), Some(format!("write `{value}`, or put a text in quotes")))
        }
        Kind::Null { word } => (format!("TOML has no `{word}`"), Some("leave the key out".into())),
        Kind::InvalidNumber { number, reason } => (format!("`{}` is no number: {reason}", excerpt(number)), None),
        Kind::InvalidDatetime { text } => {
            (format!("`{text}` is no date or time"), Some("dates and times look like `2025-01-31T12:00:00Z`".into()))
        }
        Kind::InvalidEscape { escape } => (
            format!("`{}` is no escape sequence", excerpt(escape)),
            Some("write two backslashes for one, or put the text in single quotes: nothing is escaped there".into()),
        ),
        Kind::MissingComma => ("a comma is missing before this".into(), None),
        Kind::ExtraComma => ("this comma separates nothing".into(), None),
        Kind::TextAfterValue { text } => ("nothing may follow a value on its line".into(), behind_value(text)),
        Kind::Unexpected { text } => (format!("unexpected `{}`", excerpt(text)), None),
        Kind::ForeignComment => ("`//` starts no comment in TOML".into(), Some("comments start with `#`".into())),
        Kind::CodeFence => {
            ("a fence of Markdown is no TOML".into(), Some("remove the lines of back-ticks around the file".into()))
        }
        Kind::ConflictMarker => {
            ("a merge conflict is not resolved here".into(), Some("keep one side, and remove the marks".into()))
        }
        Kind::ControlCharacter { code } => (
            format!("the control character U+{code:04X} can't stand in TOML"),
            Some("remove it, or write it as an escape sequence within a string".into()),
        ),
        Kind::LoneCarriageReturn => {
            ("a carriage return alone does not end a line".into(), Some("end lines with a line feed".into()))
        }
        Kind::TooDeep => ("this is nested too deeply".into(), None),
        Kind::Other { message } => (message.clone(), None),
    };
    Some((message, help))
}

/// What the mend of a mistake does. Only mistakes that have one safe mend get a fix.
fn fix_title(kind: &SyntaxErrorKind) -> Option<&'static str> {
    use SyntaxErrorKind as Kind;

    Some(match kind {
        Kind::UnclosedString { .. } => "close the string",
        Kind::UnclosedArray => "close the array",
        Kind::UnclosedInlineTable => "close the inline table",
        Kind::UnclosedHeader { .. } => "close the header",
        Kind::UnopenedHeader { .. } => "open the header",
        Kind::MismatchedHeader => "open the header with two brackets",
        Kind::TextAfterHeader => "move it to its own line",
        Kind::MissingEquals { .. } => "insert `=`",
        Kind::ColonForEquals => "replace `:` by `=`",
        Kind::InvalidKey { .. } => "put the key in quotes",
        Kind::MissingQuotes { .. } => "put the text in quotes",
        Kind::ForeignBoolean { .. } => "write it as TOML does",
        Kind::InvalidEscape { .. } => "double the backslash",
        Kind::MissingComma => "insert a comma",
        Kind::ExtraComma => "remove the comma",
        Kind::ForeignComment => "replace `//` by `#`",
        Kind::TextAfterValue { text } if text.starts_with("//") => "replace `//` by `#`",
        Kind::TextAfterValue { .. } | Kind::Unexpected { .. } => "remove it",
        _ => return None,
    })
}

/// What to do about the text behind a value.
fn behind_value(text: &str) -> Option<String> {
    let help = if text.starts_with("//") {
        "comments start with `#`"
    } else if text.strip_prefix(',').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit())) {
        "the fraction of a number stands behind a point: `0.5`"
    } else if text.contains(['"', '\'']) {
        "a quote within a string is written `\\\"`"
    } else {
        return None;
    };
    Some(help.to_owned())
}

/// At most the first forty characters of one line.
fn excerpt(text: &str) -> String {
    const LENGTH: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= LENGTH {
        return line.to_owned();
    }
    line.chars().take(LENGTH).chain(['…']).collect()
}
