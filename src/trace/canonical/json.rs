//! The text of the canonical form, JSON with sorted keys and without white space, and its digest.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

use super::form::{Canonical, Form};
use super::noise::Sieve;
use crate::trace::{Attributes, Event, Link, Name, Value};

/// The digest of a canonical trace. Equal for traces that have the same canonical form, on every machine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The version of the canonical form. Digests of different versions say nothing about each other.
    pub const VERSION: &str = "ct1";
}

/// `ct1:` and 64 hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", Self::VERSION)?;
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Canonical<'_> {
    /// The digest of [`Self::write_json`].
    pub fn digest(&self) -> Digest {
        let mut hasher = Sha256::new();
        self.write_json(|part| hasher.update(part));
        Digest(hasher.finalize().into())
    }

    /// The canonical form as text.
    pub fn json(&self) -> String {
        let mut text = String::new();
        self.write_json(|part| text.push_str(part));
        text
    }

    /// Gives the text of the canonical form in parts: `{"form":…,"spans":[…],"version":"ct1"}`.
    pub fn write_json(&self, mut part: impl FnMut(&str)) {
        enum Step {
            Open(u32),
            Between,
            Close(u32),
        }
        part("{\"form\":\"");
        part(self.form().word());
        part("\",\"spans\":[");
        // A stack of its own: a chain of spans can be deeper than the machine's.
        let mut steps: Vec<Step> = Vec::new();
        let push = |steps: &mut Vec<Step>, siblings: &[u32]| {
            for (index, node) in siblings.iter().enumerate().rev() {
                steps.push(Step::Open(*node));
                if index > 0 {
                    steps.push(Step::Between);
                }
            }
        };
        push(&mut steps, self.tops());
        while let Some(step) = steps.pop() {
            match step {
                Step::Open(index) => {
                    let node = self.node(index);
                    part("{");
                    part(&node.before);
                    part("\"children\":[");
                    steps.push(Step::Close(index));
                    push(&mut steps, &node.children);
                }
                Step::Between => part(","),
                Step::Close(index) => {
                    part("]");
                    part(&self.node(index).after);
                    part("}");
                }
            }
        }
        part("],\"version\":\"");
        part(Digest::VERSION);
        part("\"}");
    }
}

impl Form {
    /// The word for it: `shape` or `full`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Full => "full",
        }
    }
}

/// Writes a string in quotes.
pub(super) fn string(into: &mut String, text: &str) {
    // Everything that is a string is JSON; the error is of writers that fail.
    into.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// Writes an object with all attributes that are no noise, keys sorted, the first of equal ones.
pub(super) fn attributes(into: &mut String, attributes: &Attributes, sieve: &mut Sieve<'_>) {
    let shown = attributes.iter().filter(|(key, value)| !sieve.hides(key, value));
    object(into, shown);
}

fn object<'a>(into: &mut String, entries: impl Iterator<Item = (&'a Name, &'a Value)>) {
    let mut sorted: BTreeMap<&str, &Value> = BTreeMap::new();
    for (key, value) in entries {
        sorted.entry(key).or_insert(value);
    }
    into.push('{');
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            into.push(',');
        }
        string(into, key);
        into.push(':');
        self::value(into, value);
    }
    into.push('}');
}

/// Writes a value. What JSON has no type for is an object with a key that begins with `$`.
fn value(into: &mut String, value: &Value) {
    match value {
        Value::Empty => into.push_str("null"),
        Value::String(text) => string(into, text),
        Value::Bool(value) => into.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => into.push_str(&value.to_string()),
        Value::Double(number) if number.is_finite() => {
            into.push_str(&serde_json::to_string(number).unwrap_or_default())
        }
        Value::Double(_) => {
            into.push_str("{\"$double\":\"");
            into.push_str(&value.to_string());
            into.push_str("\"}");
        }
        Value::Bytes(_) => {
            into.push_str("{\"$bytes\":\"");
            into.push_str(&value.to_string());
            into.push_str("\"}");
        }
        Value::Array(values) => {
            into.push('[');
            for (index, element) in values.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                self::value(into, element);
            }
            into.push(']');
        }
        Value::Map(entries) => object(into, entries.iter()),
    }
}

/// Writes the events in the order of their times, or of their recording where those are missing or equal.
pub(super) fn events(into: &mut String, events: &[Event], sieve: &mut Sieve<'_>) {
    let mut ordered: Vec<&Event> = events.iter().collect();
    ordered.sort_by_key(|event| (event.time.is_none(), event.time));
    into.push('[');
    for (index, event) in ordered.into_iter().enumerate() {
        into.push_str(if index > 0 { ",{\"attributes\":" } else { "{\"attributes\":" });
        attributes(into, &event.attributes, sieve);
        into.push_str(",\"name\":");
        string(into, &event.name);
        into.push('}');
    }
    into.push(']');
}

/// Writes what links say besides ids, sorted.
pub(super) fn links(into: &mut String, links: &[Link], sieve: &mut Sieve<'_>) {
    let mut written: Vec<String> = links
        .iter()
        .map(|link| {
            let mut text = String::new();
            attributes(&mut text, &link.attributes, sieve);
            text
        })
        .collect();
    written.sort_unstable();
    into.push('[');
    into.push_str(&written.join(","));
    into.push(']');
}
