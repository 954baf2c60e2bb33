//! Which attributes will be the same in the next run. Nobody can know; what looks like an id, a time, a size or an address is taken for
//! one, for a test that fails without cause is worse than one that asks a little less.

use crate::trace::canonical::Noise;
use crate::trace::{Span, Value};

/// The last word of keys whose values differ from run to run.
const CHANGING: [&str; 24] = [
    "address",
    "bytes",
    "count",
    "duration",
    "elapsed",
    "hash",
    "host",
    "id",
    "ip",
    "latency",
    "ms",
    "ns",
    "offset",
    "path",
    "pid",
    "port",
    "size",
    "stacktrace",
    "time",
    "timestamp",
    "token",
    "url",
    "uuid",
    "version",
];

/// Keys whose numbers are words rather than measurements.
const CODES: [&str; 3] = ["http.response.status_code", "http.status_code", "rpc.grpc.status_code"];

/// No value longer than this is asked for.
const LONGEST: usize = 80;

/// The attributes that all `spans` have with one value that looks stable, sorted by key.
pub(super) fn stable_attributes<'a>(mut spans: impl Iterator<Item = &'a Span>) -> Vec<(String, Value)> {
    let Some(first) = spans.next() else { return Vec::new() };
    let noise = Noise::default();
    let candidates = first.attributes.iter().filter(|(key, value)| {
        !noise.hides(key, value)
            && is_stable_key(key)
            && is_stable_value(key, value)
            && first.attributes.get(key) == Some(*value)
    });
    let mut stable: Vec<(String, Value)> = candidates.map(|(key, value)| (key.to_string(), value.clone())).collect();
    for span in spans {
        stable.retain(|(key, value)| span.attributes.get(key) == Some(value));
    }
    stable.sort_by(|a, b| a.0.cmp(&b.0));
    stable.dedup_by(|a, b| a.0 == b.0);
    stable
}

fn is_stable_key(key: &str) -> bool {
    let last = key.rsplit(['.', '_', '-']).next().unwrap_or(key);
    !key.trim().is_empty() && (!CHANGING.contains(&last.to_ascii_lowercase().as_str()) || CODES.contains(&key))
}

fn is_stable_value(key: &str, value: &Value) -> bool {
    match value {
        Value::Bool(_) => true,
        Value::Int(_) => CODES.contains(&key),
        Value::String(_) => value.as_str().is_some_and(is_stable_text),
        _ => false,
    }
}

/// A word or a few: no long number, no long run of hexadecimal digits, no line end.
fn is_stable_text(text: &str) -> bool {
    let runs = || text.split(|char: char| !char.is_ascii_hexdigit());
    // Hardly any word has eight letters from a to f in a row.
    let is_id = |run: &str| run.len() >= 8;
    let digits = text.split(|char: char| !char.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control) && digits < 4 && !runs().any(is_id)
}

#[cfg(test)]
mod tests {
    use super::{is_stable_key, is_stable_text};

    #[test]
    fn what_looks_like_an_id_a_time_or_a_size_is_left_out() {
        for text in ["GET", "EUR", "SELECT 1", "checkout", "200", "v1", "feature"] {
            assert!(is_stable_text(text), "{text}");
        }
        for text in ["", "5b8efff798038103", "2026-01-01T00:00:00Z", "order 48213", "a\nb", "deadbeef-12"] {
            assert!(!is_stable_text(text), "{text}");
        }
        for (key, stable) in
            [("http.method", true), ("order.id", false), ("http.status_code", true), ("message_size", false)]
        {
            assert_eq!(is_stable_key(key), stable, "{key}");
        }
    }
}
