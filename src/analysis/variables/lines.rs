//! What a line is, told by its text alone: a header, a key, where a string or a comment ends and starts.

use memchr::memmem;
use toml::de::DeTable;

use super::values::flatten;

/// Whether the line at `at` is a table header, so that what is open before it will not be closed.
pub(super) fn header_follows(text: &str, at: usize) -> bool {
    let line = text.get(at..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    // Items of lists may start with a bracket too, but hold quotes, commas or braces.
    line.starts_with('[') && header(line).is_some()
}

/// The keys of `[a.b]` or `[[a.b]]`, and whether it is an array of tables.
pub(super) fn header(line: &str) -> Option<(Vec<String>, bool)> {
    let line = without_comment(line).trim();
    let list = line.starts_with("[[");
    let inner =
        if list { line.strip_prefix("[[")?.strip_suffix("]]")? } else { line.strip_prefix('[')?.strip_suffix(']')? };
    // A header that holds an expression is one all the same: it ends the table before it.
    if inner.contains("{{") {
        return Some((vec![inner.to_owned()], list));
    }
    Some((key_path(inner)?, list))
}

/// The parts of a dotted key.
pub(super) fn key_path(key: &str) -> Option<Vec<String>> {
    let key = key.trim();
    let bare = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    if key.split('.').all(|part| bare(part.trim())) {
        return Some(key.split('.').map(|part| part.trim().to_owned()).collect());
    }
    let line = format!("{key} = 0");
    let parsed = DeTable::parse(&line).ok()?;
    let mut leaves = Vec::new();
    flatten(parsed.get_ref(), 0, &mut Vec::new(), &mut leaves);
    leaves.pop().map(|(path, ..)| path)
}

/// The length of the string at the start of `bytes`, quotes included; expressions in it may hold quotes. `None` when it is
/// not closed.
pub(super) fn string_end(bytes: &[u8]) -> Option<usize> {
    let quote = *bytes.first()?;
    let triple = [quote; 3];
    if bytes.starts_with(&triple) {
        let end = memmem::find(bytes.get(3..)?, &triple)?;
        // Up to two quotes may stand before the closing three.
        let mut length = 3 + end + 3;
        while bytes.get(length) == Some(&quote) && length < 3 + end + 5 {
            length += 1;
        }
        return Some(length);
    }
    let mut at = 1;
    loop {
        let rest = bytes.get(at..)?;
        match *rest.first()? {
            b'\n' => return None,
            b'\\' if quote == b'"' => at += 2,
            b'{' if rest.starts_with(b"{{") || rest.starts_with(b"{%") => {
                let close: &[u8] = if rest.starts_with(b"{{") { b"}}" } else { b"%}" };
                let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
                at += memmem::find(line, close).map_or(1, |end| end + 2);
            }
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// `value` up to a `#` that starts a comment.
pub(super) fn without_comment(value: &str) -> &str {
    let bytes = value.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => return value.get(..at).unwrap_or(value),
            b'"' | b'\'' => at += bytes.get(at..).and_then(string_end).unwrap_or(1),
            b'{' if bytes.get(at + 1) == Some(&b'{') => {
                at += bytes.get(at..).and_then(|rest| memmem::find(rest, b"}}")).map_or(1, |end| end + 2);
            }
            _ => at += 1,
        }
    }
    value
}
