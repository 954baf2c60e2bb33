//! What is known of the spans that a test's last recorded run emitted: their names, how many, how long, their attributes.
//! Empty where no run was recorded; a feature then has nothing to say about it.

use std::collections::BTreeMap;

use crate::trace::{Trace, Value};

/// Attribute values longer than this, in characters, are no examples that anybody reads.
const LONGEST_EXAMPLE: usize = 80;

/// The spans of the last recorded run of a test, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownSpans {
    /// One for each name, sorted by it.
    pub spans: Vec<KnownSpan>,
}

/// The spans of one name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownSpan {
    /// Their name.
    pub name: String,
    /// How many there were; at least one.
    pub count: usize,
    /// How long they took; `None` where no span had both times.
    pub durations: Option<Durations>,
    /// The keys of their attributes, each with an example of its value, sorted by key.
    pub attributes: Vec<(String, String)>,
    /// The names of their events, sorted, each once.
    pub events: Vec<String>,
}

/// How long spans took, in nanoseconds. A clock that went back counts as no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    /// The shortest.
    pub shortest: u64,
    /// The middle one; of an even number the earlier of the two.
    pub median: u64,
    /// The longest.
    pub longest: u64,
}

impl KnownSpans {
    /// What is known from a trace.
    pub fn of(trace: &Trace) -> Self {
        let spans = trace.names().map(|(name, indices)| {
            let mut lengths = Vec::new();
            let mut attributes = BTreeMap::new();
            let mut events = Vec::new();
            for span in indices.iter().filter_map(|index| trace.spans().get(index.get())) {
                lengths.extend(span.duration().map(|length| u64::try_from(length.max(0)).unwrap_or(u64::MAX)));
                for (key, value) in span.attributes.iter() {
                    if !attributes.contains_key(key.as_str()) {
                        attributes.insert(key.as_str().to_owned(), example(value));
                    }
                }
                events.extend(span.events.iter().map(|event| event.name.as_str().to_owned()));
            }
            lengths.sort_unstable();
            events.sort();
            events.dedup();
            let durations = lengths.first().zip(lengths.last()).map(|(&shortest, &longest)| {
                let median = lengths[(lengths.len() - 1) / 2];
                Durations { shortest, median, longest }
            });
            let attributes = attributes.into_iter().collect();
            KnownSpan { name: name.as_str().to_owned(), count: indices.len(), durations, attributes, events }
        });
        Self { spans: spans.collect() }
    }

    /// The spans of this very name.
    pub fn named(&self, name: &str) -> Option<&KnownSpan> {
        let index = self.spans.binary_search_by(|span| span.name.as_str().cmp(name)).ok()?;
        self.spans.get(index)
    }

    /// How many spans have a name for which `matches` holds.
    pub fn count(&self, matches: impl Fn(&str) -> bool) -> usize {
        self.spans.iter().filter(|span| matches(&span.name)).map(|span| span.count).sum()
    }
}

/// A value as people read it, cut where it is long.
fn example(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST_EXAMPLE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Attributes, Span, SpanId, TraceBuilder, TraceId};

    #[test]
    fn spans_of_one_name_are_known_together() {
        let mut trace = TraceBuilder::default();
        for (id, length) in [(1_u8, 30), (2, 10), (3, 20)] {
            let mut span = Span::new(TraceId::from([1; 16]), SpanId::from([id; 8]), "db.query");
            (span.start, span.end) = (Some(100), Some(100 + length));
            span.attributes = Attributes::default().with("db.system.name", "postgresql");
            trace.push(span);
        }
        let known = KnownSpans::of(&trace.build());
        let span = known.named("db.query").unwrap();
        assert_eq!(span.count, 3);
        assert_eq!(span.durations, Some(Durations { shortest: 10, median: 20, longest: 30 }));
        assert_eq!(span.attributes, [("db.system.name".to_owned(), "postgresql".to_owned())]);
        assert_eq!(known.named("db"), None);
        assert_eq!(known.count(|name| name.starts_with("db.")), 3);
    }
}
