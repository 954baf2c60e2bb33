//! Hashes, TOML and changes of case.

use tera::Value;

use crate::template::language::builtin::{Builtin, required};
use crate::template::language::{toml_text, words};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "sha256",
        &[required("s").alias(&["input", "value", "text"])],
        "The SHA-256 of a text, 64 hexadecimal digits",
        r#"{{ sha256(s="x") }}"#,
        |arguments| Ok(Value::from(sha256(&arguments.required_text("s")?))),
    ),
    Builtin::function(
        "toml_encode",
        &[required("value").alias(&["s", "input"])],
        "A value as TOML: text quoted and escaped, lists and maps in line",
        r#"{{ toml_encode(value=["a", 1, true]) }}"#,
        |arguments| toml_text::toml_literal(arguments.required("value")?).map(Value::from),
    ),
    Builtin::function(
        "slug",
        &[required("s").alias(&["input", "value", "text"])],
        "Lower case, everything but letters and digits one hyphen",
        r#"{{ slug(s="Hello World 2025!") }}"#,
        |arguments| Ok(Value::from(words::slug(&arguments.required_text("s")?))),
    ),
    Builtin::function(
        "kebab",
        &[required("s").alias(&["input", "value", "text"])],
        "Words in lower case, joined by hyphens",
        r#"{{ kebab(s="camelCaseString") }}"#,
        |arguments| Ok(Value::from(words::words(&arguments.required_text("s")?).join("-"))),
    ),
    Builtin::function(
        "snake",
        &[required("s").alias(&["input", "value", "text"])],
        "Words in lower case, joined by underscores",
        r#"{{ snake(s="camelCaseString") }}"#,
        |arguments| Ok(Value::from(words::words(&arguments.required_text("s")?).join("_"))),
    ),
];

/// The SHA-256 of `text` in hexadecimal digits.
pub(in crate::template::language) fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(text.as_bytes()))
}

/// `bytes` in lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| DIGITS.get(usize::from(digit))).collect()
}
