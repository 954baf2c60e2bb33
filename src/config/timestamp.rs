//! Points in time as `determinism.freeze_clock` writes them: RFC 3339 with an offset.

use jiff::Timestamp;

/// Reads an RFC 3339 timestamp (`2025-01-01T00:00:00Z`, `2025-01-01T01:00:00.5+01:00`).
///
/// # Errors
///
/// Why the text is none, as a lower-case clause.
pub fn parse(text: &str) -> Result<Timestamp, String> {
    let bytes = text.as_bytes();
    if !bytes.get(10).is_some_and(|separator| matches!(separator, b'T' | b't' | b' ')) {
        return Err("it is no date and time such as `2025-01-01T00:00:00Z`".into());
    }
    if !has_offset(text) {
        return Err("its offset from UTC is missing; write `Z` or `+01:00` behind the time".into());
    }
    if text.contains('[') {
        return Err("RFC 3339 has no time zone names in brackets".into());
    }
    text.parse().map_err(|error: jiff::Error| error.to_string())
}

/// Whether the text behind the date ends in `Z` or holds a sign.
fn has_offset(text: &str) -> bool {
    text.get(10..).is_some_and(|time| time.ends_with(['Z', 'z']) || time.contains(['+', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_need_date_time_and_offset() {
        for text in ["2025-01-01T00:00:00Z", "2025-01-01T01:00:00.5+01:00", "2025-01-01t00:00:00z"] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "2025-01-01",
            "2025-01-01T00:00:00",
            "2025-13-01T00:00:00Z",
            "yesterday",
            "",
            "2025-01-01T00:00:00+01:00[Europe/Paris]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
