//! Changes that a good test as a whole should notice, whatever its constraints are: each span in turn is missing, called otherwise, put
//! elsewhere, and so on.

use std::collections::BTreeMap;

use super::{Edit, Mutation};
use crate::expectation::example::another_text;
use crate::trace::{Name, SpanIndex, SpanKind, StatusCode, Trace, Value};

/// A second, in nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// The changes of single spans, and of all spans of a name where there are several. Of many spans with one name, kind and parent the first
/// stands for all: a test can't tell them apart.
pub fn blanket(trace: &Trace) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    for index in representatives(trace) {
        let span = &trace[index];
        let mut one = |edit: Edit| mutations.push(Mutation::of(index, edit));
        one(Edit::Drop);
        one(Edit::Duplicate(1));
        one(Edit::Rename(Name::from(another_text(&span.name).as_str())));
        if span.parent_span_id.is_some() {
            one(Edit::Reparent(None));
        }
        if let Some(elsewhere) = stranger(trace, index) {
            one(Edit::Reparent(Some(elsewhere)));
        }
        if let Some(sibling) = next_sibling(trace, index) {
            one(Edit::ExchangeTimes(sibling));
        }
        one(Edit::Kind(if span.kind == SpanKind::Client { SpanKind::Server } else { SpanKind::Client }));
        one(Edit::Status(if span.status.code == StatusCode::Error { StatusCode::Ok } else { StatusCode::Error }));
        one(Edit::Shift(3_600 * SECOND));
        if let Some(duration) = span.duration().and_then(|duration| u64::try_from(duration).ok()) {
            one(Edit::Last(duration.saturating_mul(1_000).saturating_add(SECOND.unsigned_abs())));
        }
        for (key, value) in span.attributes.iter() {
            one(Edit::Attribute(key.clone(), None));
            let other = Value::from(another_text(&value.to_string()).as_str());
            one(Edit::Attribute(key.clone(), Some(other)));
        }
        let mut events: Vec<&Name> = span.events.iter().map(|event| &event.name).collect();
        events.sort_unstable();
        events.dedup();
        events.into_iter().for_each(|event| one(Edit::DropEvents(Some(event.clone()))));
    }
    for (_, spans) in trace.names().filter(|(_, spans)| spans.len() > 1) {
        mutations.push(Mutation { spans: spans.to_vec(), edit: Edit::Drop });
    }
    mutations
}

/// The first span of each name, kind and name of the parent, in the order of the trace.
fn representatives(trace: &Trace) -> Vec<SpanIndex> {
    let mut first: BTreeMap<(&str, SpanKind, Option<&str>), SpanIndex> = BTreeMap::new();
    for (index, span) in trace.iter() {
        let parent = trace.parent(index).map(|parent| trace[parent].name.as_str());
        first.entry((span.name.as_str(), span.kind, parent)).or_insert(index);
    }
    let mut representatives: Vec<SpanIndex> = first.into_values().collect();
    representatives.sort_unstable();
    representatives
}

/// A span that could be the parent of `index`, and is not: the first that is neither it, nor its parent, nor below it.
fn stranger(trace: &Trace, index: SpanIndex) -> Option<SpanIndex> {
    let is_stranger = |other: &SpanIndex| {
        *other != index
            && trace.parent(index) != Some(*other)
            && !trace.ancestors(*other).any(|ancestor| ancestor == index)
    };
    trace.iter().map(|(other, _)| other).take(1_000).find(is_stranger)
}

/// The sibling that starts next.
fn next_sibling(trace: &Trace, index: SpanIndex) -> Option<SpanIndex> {
    let siblings = trace.children(trace.parent(index)?);
    siblings.iter().copied().find(|sibling| *sibling > index)
}
