//! What holds for every text, however broken.

use std::time::Duration;

use proptest::prelude::*;
use toml::de::DeTable;

use super::model::{Scalar, Text};
use super::{parse, project, tokens};
use crate::text::Span;

/// Texts made of pieces that tend to break TOML and the format in new ways.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ",",
        ";",
        ".",
        ":",
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "\\",
        "\\u00e9",
        "\\q",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        " ",
        "\t",
        "#",
        "# c\n",
        "a",
        "name",
        "meta",
        "steps",
        "services",
        "expect",
        "span",
        "db",
        "1",
        "-1",
        "007",
        "1.5",
        "true",
        "True",
        "2025-01-01",
        "nan",
        "é",
        "日本",
        "\u{feff}",
        "\0",
        "{{ x }}",
        "{% if a %}",
        "a = 1\n",
        "name = \"x\"\n",
        "[meta]\n",
        "[[steps]]\n",
        "[services.db]\n",
        "[expect.counts]\n",
        "command = [\"a\", \"b\"]\n",
        "env = { A = \"1\" }\n",
        "ports = [\"1:2\"]\n",
        "must_include = [[\"a\", \"b\"]]\n",
        "[[expect.span]]\n",
        "attrs.any = [\"k=v\"]\n",
        "x = [\n",
        "y = {\n",
        "z = \"\n",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn lies_in(span: Span, text: &str) -> bool {
    span.start <= span.end && text.get(span.start..span.end).is_some()
}

fn check_text(value: &Text, text: &str) -> Result<(), TestCaseError> {
    prop_assert!(lies_in(value.span, text) && lies_in(value.content, text), "{value:?} in {text:?}");
    Ok(())
}

fn check_scalar(value: &Scalar, text: &str) -> Result<(), TestCaseError> {
    prop_assert!(lies_in(value.span(), text), "{value:?} in {text:?}");
    match value {
        Scalar::Text(value) => check_text(value, text),
        Scalar::Array(items) => items.value.iter().try_for_each(|item| check_scalar(item, text)),
        Scalar::Table(entries) => entries.value.iter().try_for_each(|entry| check_scalar(&entry.value, text)),
        _ => Ok(()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_text_is_read_and_every_place_lies_in_it(text in text(), in_string: bool) {
        let parsed = parse(&text, &[], in_string);
        for error in &parsed.syntax {
            prop_assert!(lies_in(error.span, &text), "{error:?} in {text:?}");
            for (span, _) in &error.mend {
                prop_assert!(lies_in(*span, &text), "{error:?} in {text:?}");
            }
            prop_assert!(error.mend.is_sorted_by(|(first, _), (second, _)| first.end <= second.start), "{error:?} in {text:?}");
        }
        for problem in &parsed.shape {
            prop_assert!(lies_in(problem.span, &text), "{problem:?} in {text:?}");
        }
        for name in &parsed.config.top_level {
            prop_assert!(lies_in(name.span, &text), "{name:?} in {text:?}");
        }
        for step in &parsed.config.steps {
            step.name.iter().try_for_each(|name| check_text(name, &text))?;
            step.command.iter().flat_map(|command| &command.value).try_for_each(|word| check_text(word, &text))?;
        }
        for service in &parsed.config.services {
            service.env.iter().filter_map(|variable| variable.value.as_ref()).try_for_each(|value| check_scalar(value, &text))?;
            for port in &service.ports {
                prop_assert!(lies_in(port.span, &text) && port.host.is_none_or(|host| lies_in(host.span, &text)) && lies_in(port.container.span, &text));
            }
        }
        project::parse(&text);
    }

    #[test]
    fn mistakes_are_told_exactly_where_the_parser_finds_some(text in text()) {
        let (_, errors) = DeTable::parse_recoverable(&text);
        prop_assert_eq!(parse(&text, &[], false).syntax.is_empty(), errors.is_empty(), "{:?} in {:?}", errors, text);
    }

    #[test]
    fn mistakes_are_never_told_twice(text in text()) {
        let mut told: Vec<_> = parse(&text, &[], false).syntax.into_iter().map(|error| (error.span, format!("{:?}", error.kind))).collect();
        let all = told.len();
        told.dedup();
        prop_assert_eq!(told.len(), all, "{:?} in {:?}", told, text);
    }

    #[test]
    fn nothing_is_said_about_unknown_places(text in text()) {
        let whole = Span::new(0, text.len());
        let parsed = parse(&text, &[whole], false);
        prop_assert!(parsed.syntax.is_empty(), "{:?} in {:?}", parsed.syntax, text);
        prop_assert!(parsed.shape.is_empty(), "{:?} in {:?}", parsed.shape, text);
    }

    #[test]
    fn comments_and_strings_lie_in_every_text(text in text()) {
        let mut end = 0;
        for (_, span) in tokens::text_tokens(&text) {
            prop_assert!(lies_in(span, &text) && end <= span.start);
            end = span.end;
        }
    }
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    for text in [
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        format!("a{} = 1", ".a".repeat(100_000)),
        format!("[a{}]", ".a".repeat(100_000)),
        "[".repeat(100_000),
    ] {
        assert!(!parse(&text, &[], false).syntax.is_empty());
    }
}

#[test]
fn broken_texts_take_linear_time() {
    for line in [
        "a = \"x\n",
        "a = [\n",
        "a = {\n",
        "foo\n",
        "a: b\n",
        "[x\n",
        "a = \"\"\"\n",
        "a = 1; b = 2\n",
        "a = {b = [{\n",
        "'\n",
    ] {
        let text = line.repeat(5_000);
        let before = processor_time();
        parse(&text, &[], false);
        // Quadratic time would be seconds; a slow machine gets a lot of room.
        let took = processor_time().saturating_sub(before);
        assert!(took < Duration::from_secs(3), "{line:?} took {took:?}");
    }
}

/// How long this thread has had a processor, where the system tells: what others do on the machine is not in it.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
