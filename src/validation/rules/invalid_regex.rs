//! Regular expressions that do not compile.

use regex_syntax::ast::{self, ErrorKind};

use crate::config::model::{AttributeValue, Scalar, Text};
use crate::validation::expectations::{ExpectationSet, NameRef, sets};
use crate::validation::references::all_steps;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "invalid-regex",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a regular expression does not compile",
    explanation: "`expected_output_regex` and `expected_output_regex_not` are regular expressions in Rust's syntax. It has no \
                  look-around (`(?=…)`, `(?!…)`, `(?<=…)`) and no back-references (`\\1`), so that every pattern takes time \
                  linear in the output; `\\Q…\\E` and `a{,3}` are unknown too. What must not appear belongs into \
                  `expected_output_regex_not`.\n\n\
                  The same holds for the operator `regex` of an attribute, and for the patterns of the pattern dialect \
                  (`name_pattern`).\n\n\
                  In a basic string TOML takes every backslash for itself: write `'\\d+'` or `\"\\\\d+\"`.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "log"
command = ["cat", "/var/log/app.log"]
expected_output_regex = "^(?!.*panic).*$"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "log"
command = ["cat", "/var/log/app.log"]
expected_output_regex_not = "panic"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for step in all_steps(subject.config) {
        for pattern in [&step.expected_output_regex, &step.expected_output_regex_not].into_iter().flatten() {
            if let Some(finding) = mistake(subject.text, pattern) {
                findings.push(finding);
            }
        }
    }
    for set in sets(subject.config) {
        for pattern in patterns(set) {
            if let Some(finding) = mistake(subject.text, pattern) {
                findings.push(finding);
            }
        }
    }
}

/// The regular expressions among the expectations.
fn patterns(set: ExpectationSet<'_>) -> impl Iterator<Item = &Text> {
    let attributes = set.spans.iter().flat_map(|block| block.attrs_all.iter().chain(&block.attrs_any));
    let operators =
        attributes.flat_map(|attributes| &attributes.value).filter_map(|attribute| match &attribute.value {
            AttributeValue::Matcher(operators) => Some(operators),
            _ => None,
        });
    let matched = operators.flatten().filter(|operator| operator.key.known() == Some("regex"));
    let matched = matched.filter_map(|operator| match &operator.value {
        Scalar::Text(text) => Some(text),
        _ => None,
    });
    let names = set.names().filter_map(|(_, name)| match name {
        NameRef::Text(text) => text.regex().map(|_| text),
        NameRef::Key(_) => None,
    });
    matched.chain(names)
}

fn mistake(source: &str, text: &Text) -> Option<Finding> {
    let pattern = text.known().or(text.regex())?;
    // Most patterns are plain words, which always compile.
    if !pattern.contains(['\\', '(', ')', '[', ']', '{', '}', '*', '+', '?']) {
        return None;
    }
    let (span, message, help) = match ast::parse::Parser::new().parse(pattern) {
        Err(error) => (*error.span(), wording(error.kind()), advice(error.kind())),
        // Only names of Unicode classes and the flag `u` can still be wrong in a pattern of right syntax.
        Ok(ast) if pattern.contains(r"\p") || pattern.contains(r"\P") || pattern.contains("(?") => {
            let error = regex_syntax::hir::translate::Translator::new().translate(pattern, &ast).err()?;
            (*error.span(), error.kind().to_string(), None)
        }
        Ok(_) => return None,
    };
    let (start, end) = (span.start.offset, span.end.offset);
    let mut finding = Finding::new(
        &RULE,
        text.part_in(source, start, end),
        format!("the regular expression does not compile: {message}"),
    );
    finding.help = help.map(str::to_owned);
    Some(finding)
}

/// What is wrong, in the style of the house: the crate's own words where they fit.
fn wording(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::UnsupportedLookAround => "look-around does not exist in Rust's regular expressions".to_owned(),
        ErrorKind::UnsupportedBackreference => "back-references do not exist in Rust's regular expressions".to_owned(),
        kind => kind.to_string(),
    }
}

fn advice(kind: &ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::UnsupportedLookAround => Some("say what must not appear in `expected_output_regex_not`"),
        ErrorKind::UnsupportedBackreference => Some("write the repeated part out"),
        ErrorKind::GroupUnclosed => Some("close the group with `)`, or write `\\(` for the character itself"),
        ErrorKind::GroupUnopened => Some("write `\\)` for the character itself"),
        ErrorKind::ClassUnclosed => Some("close the class with `]`, or write `\\[` for the character itself"),
        ErrorKind::RepetitionMissing => Some("write a backslash before it for the character itself"),
        ErrorKind::RepetitionCountDecimalEmpty => Some("write the least count out: `{0,3}`"),
        ErrorKind::EscapeUnrecognized => Some("without the backslash the character stands for itself"),
        _ => None,
    }
}
