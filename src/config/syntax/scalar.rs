//! Judges a bare word where a value should stand.

use std::borrow::Cow;

use toml_parser::decoder::ScalarKind;
use toml_parser::{ParseError, Raw};

use super::SyntaxErrorKind;

/// What is wrong with the value `word`; `None` where it is a value of TOML.
pub(super) fn judge(word: &str) -> Option<SyntaxErrorKind> {
    let mut errors: Vec<ParseError> = Vec::new();
    let mut decoded = Cow::Borrowed("");
    let span = toml_parser::Span::new_unchecked(0, word.len());
    let kind = Raw::new_unchecked(word, None, span).decode_scalar(&mut decoded, &mut errors);
    let is_datetime = kind == ScalarKind::DateTime;
    if errors.is_empty() && (!is_datetime || decoded.parse::<toml::value::Datetime>().is_ok()) {
        return None;
    }
    let owned = || word.to_owned();
    let lower = word.to_ascii_lowercase();
    Some(match lower.as_str() {
        "true" | "yes" | "on" => SyntaxErrorKind::ForeignBoolean { word: owned(), value: true },
        "false" | "no" | "off" => SyntaxErrorKind::ForeignBoolean { word: owned(), value: false },
        "null" | "nil" | "none" | "undefined" => SyntaxErrorKind::Null { word: owned() },
        _ if is_date(word) => SyntaxErrorKind::InvalidDatetime { text: owned() },
        _ => match number_mistake(word) {
            Some(reason) => SyntaxErrorKind::InvalidNumber { number: owned(), reason },
            None => SyntaxErrorKind::MissingQuotes { word: owned() },
        },
    })
}

/// Whether `word` starts like a date or a time and holds nothing that neither has.
fn is_date(word: &str) -> bool {
    let digits =
        |from: usize, to: usize| word.as_bytes().get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let starts = (digits(0, 4) && word.as_bytes().get(4) == Some(&b'-') && digits(5, 6))
        || (digits(0, 2) && word.as_bytes().get(2) == Some(&b':') && digits(3, 5));
    starts && word.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TtZz+ ".contains(&byte))
}

/// Why `word`, which looks like a number, is none. `None` where it rather is a text.
fn number_mistake(word: &str) -> Option<&'static str> {
    let unsigned = word.trim_start_matches(['+', '-']);
    let has_prefix = unsigned.len() > 2 && unsigned.starts_with('0') && {
        let radix = unsigned.as_bytes()[1].to_ascii_lowercase();
        matches!(radix, b'x' | b'o' | b'b')
            && unsigned[2..].bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_')
    };
    if has_prefix {
        return Some("a number with a prefix has a lower-case prefix, no sign, and only digits of its base");
    }
    let looks_like_one = unsigned.bytes().any(|byte| byte.is_ascii_digit())
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || b"_.+-eE".contains(&byte))
        && unsigned.bytes().filter(|byte| *byte == b'.').count() <= 1
        && !unsigned.starts_with(['e', 'E']);
    if !looks_like_one {
        return None;
    }
    Some(if word.len() - unsigned.len() > 1 {
        "it has more than one sign"
    } else if unsigned.starts_with('.') || unsigned.ends_with('.') || unsigned.contains("._") {
        "digits must stand on both sides of the point"
    } else if unsigned.contains("__") || unsigned.starts_with('_') || unsigned.ends_with('_') || unsigned.contains("_.")
    {
        "`_` may only stand between digits"
    } else if unsigned.len() > 1 && unsigned.starts_with('0') {
        "it starts with a zero"
    } else {
        "its parts do not make a number"
    })
}
