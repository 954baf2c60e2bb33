//! What a cache entry is found by: the content of the template and everything that is known about its context before it is
//! rendered. What only the render can tell (which files it imports, which environment variables it asks for) is kept in
//! the entry and checked at each hit, as a compiler cache does it with headers.

use serde_json::Value;

use super::Digest;

/// The name of a cache entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey {
    /// SHA-256 of the document's text.
    pub template: Digest,
    /// SHA-256 of the context, as [`canonical_json`].
    pub context: Digest,
}

impl CacheKey {
    /// The key of `template` in `context`.
    pub fn new(template: &str, context: &Value) -> Self {
        Self { template: Digest::of(template), context: Digest::of(canonical_json(context)) }
    }
}

/// `value` as JSON without blanks and with the keys of every object sorted: equal values give equal texts.
pub fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_unstable_by_key(|&(key, _)| key);
            text.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}
