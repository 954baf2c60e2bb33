//! Text made fit for another language.

use std::fmt::Write;

use tera::{TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, BuiltinKind, optional};
use crate::template::language::{functions, toml_text};

const ENGINE: BuiltinKind = BuiltinKind::Filter;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::engine(ENGINE, "safe", &[], "Marks text as needing no escaping", r#"{{ "<b>" | safe }}"#),
    Builtin::engine(ENGINE, "escape", &[], "Escapes for HTML", r#"{{ "<b>" | escape }}"#),
    Builtin::engine(ENGINE, "escape_html", &[], "Escapes for HTML", r#"{{ "<b>" | escape_html }}"#),
    Builtin::engine(ENGINE, "escape_xml", &[], "Escapes for XML", r#"{{ "it's <b>" | escape_xml }}"#),
    Builtin::engine(ENGINE, "newlines_to_br", &[], "Line ends become `<br>`", r#"{{ "a\nb" | newlines_to_br }}"#),
    Builtin::filter(
        "linebreaksbr",
        &[],
        "Line ends become `<br>`",
        r#"{{ "a\nb" | linebreaksbr }}"#,
        |value, arguments| Ok(text(value, arguments)?.replace("\r\n", "<br>").replace(['\n', '\r'], "<br>").into()),
    ),
    Builtin::filter(
        "addslashes",
        &[],
        "A backslash before each quote and backslash",
        r#"{{ "it's" | addslashes }}"#,
        |value, arguments| {
            let text = text(value, arguments)?;
            Ok(text.replace('\\', "\\\\").replace('"', "\\\"").replace('\'', "\\'").into())
        },
    ),
    Builtin::filter(
        "striptags",
        &[],
        "Without HTML tags and comments",
        r#"{{ "<b>bold</b>" | striptags }}"#,
        |value, arguments| Ok(without_tags(text(value, arguments)?).into()),
    ),
    Builtin::filter(
        "spaceless",
        &[],
        "Without white space between HTML tags",
        r#"{{ "<p> <b>x</b> </p>" | spaceless }}"#,
        |value, arguments| Ok(without_space_between_tags(text(value, arguments)?).into()),
    ),
    Builtin::filter(
        "urlencode",
        &[],
        "Escapes for the path of a URL; `/` stays",
        r#"{{ "a b/c?d" | urlencode }}"#,
        |value, arguments| Ok(percent_encoded(text(value, arguments)?, b"-_.~/").into()),
    ),
    Builtin::filter(
        "urlencode_strict",
        &[],
        "Escapes everything but letters and digits for a URL",
        r#"{{ "a b/c?d" | urlencode_strict }}"#,
        |value, arguments| Ok(percent_encoded(text(value, arguments)?, b"").into()),
    ),
    Builtin::filter(
        "json_encode",
        &[optional("pretty", "false")],
        "A value as JSON",
        r#"{{ {"a": [1, true]} | json_encode }}"#,
        |value, arguments| {
            let json = if arguments.flag("pretty") {
                serde_json::to_string_pretty(value)
            } else {
                serde_json::to_string(value)
            };
            json.map(Value::from).map_err(|error| tera::Error::message(error.to_string()))
        },
    ),
    Builtin::filter(
        "toml_encode",
        &[],
        "A value as TOML: text quoted and escaped, lists and maps in line",
        r#"{{ "say \"hi\"" | toml_encode }}"#,
        |value, _| toml_text::toml_literal(value).map(Value::from),
    ),
    Builtin::filter(
        "sha256",
        &[],
        "The SHA-256 of a text, 64 hexadecimal digits",
        r#"{{ "x" | sha256 }}"#,
        |value, _| Ok(functions::sha256(&crate::template::language::arguments::text_of(value)).into()),
    ),
];

fn text<'a>(value: &'a Value, arguments: &Arguments<'_>) -> TeraResult<&'a str> {
    value.as_str().ok_or_else(|| arguments.wrong_input("text", value))
}

fn percent_encoded(text: &str, keep: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || keep.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        kept.push_str(before);
        let end = if tag.starts_with("!--") { tag.split_once("-->") } else { tag.split_once('>') };
        let Some((_, behind)) = end else {
            kept.push('<');
            kept.push_str(tag);
            return kept;
        };
        rest = behind;
    }
    kept + rest
}

fn without_space_between_tags(text: &str) -> String {
    let mut parts = text.split('>');
    let mut kept = String::from(parts.next().unwrap_or_default());
    for part in parts {
        kept.push('>');
        let trimmed = part.trim_start();
        kept.push_str(if trimmed.starts_with('<') { trimmed } else { part });
    }
    kept
}
