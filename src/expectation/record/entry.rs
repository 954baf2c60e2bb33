//! What is worth expecting of a trace.

use std::collections::{BTreeMap, BTreeSet};

use super::stable::stable_attributes;
use crate::trace::{SpanIndex, SpanKind, StatusCode, Trace, Value};

/// One thing to expect.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A span, with what all spans of its name have in common.
    Span {
        /// Its name.
        name: String,
        /// Its kind, where one is told.
        kind: Option<SpanKind>,
        /// The name of its parent.
        parent: Option<String>,
        /// Whether it failed.
        failed: bool,
        /// Attributes that will be the same in the next run.
        attributes: Vec<(String, Value)>,
    },
    /// A span below another, where spans of its name have several parents.
    Edge(String, String),
    /// One span behind another.
    Order(String, String),
    /// No span failed.
    NoErrors,
    /// No span is its own ancestor.
    Acyclic,
    /// All spans come from this service.
    Service(String),
}

/// What is worth expecting of `trace`, spans first, in their order.
pub fn entries(trace: &Trace) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut edges: BTreeSet<(String, String)> = BTreeSet::new();
    for spans in groups(trace) {
        let Some(&first) = spans.first() else { continue };
        let name = trace[first].name.to_string();
        let parents: BTreeSet<Option<&str>> =
            spans.iter().map(|span| trace.parent(*span).map(|parent| trace[parent].name.as_str())).collect();
        let parent = match parents.iter().collect::<Vec<_>>().as_slice() {
            [Some(only)] if !is_blank(only) => Some((*only).to_owned()),
            _ => {
                let known = parents.into_iter().flatten().filter(|parent| !is_blank(parent));
                edges.extend(known.map(|parent| (parent.to_owned(), name.clone())));
                None
            }
        };
        let kind = trace[first].kind;
        let same_kind = kind != SpanKind::Unspecified && spans.iter().all(|span| trace[*span].kind == kind);
        let attributes = stable_attributes(spans.iter().map(|span| &trace[*span]));
        entries.push(Entry::Span {
            name,
            kind: same_kind.then_some(kind),
            parent,
            failed: spans.iter().all(|span| trace[*span].status.code == StatusCode::Error),
            attributes,
        });
    }
    entries.extend(edges.into_iter().map(|(parent, child)| Entry::Edge(parent, child)));
    let has_edges = trace.iter().any(|(index, _)| trace.parent(index).is_some());
    if has_edges && trace.cycles().is_empty() && trace.with_two_parents().next().is_none() {
        entries.push(Entry::Acyclic);
    }
    entries.extend(orders(trace));
    if !trace.is_empty() && trace.spans().iter().all(|span| span.status.code != StatusCode::Error) {
        entries.push(Entry::NoErrors);
    }
    let services: BTreeSet<Option<&str>> = trace.spans().iter().map(|span| span.resource.service_name()).collect();
    if let [Some(only)] = services.into_iter().collect::<Vec<_>>().as_slice()
        && !is_blank(only)
    {
        entries.push(Entry::Service((*only).to_owned()));
    }
    entries
}

/// The spans by name, in the order in which the names came first.
fn groups(trace: &Trace) -> Vec<&[SpanIndex]> {
    let mut groups: Vec<&[SpanIndex]> =
        trace.names().filter(|(name, _)| !is_blank(name)).map(|(_, spans)| spans).collect();
    groups.sort_by_key(|spans| spans.first().copied());
    groups
}

/// Siblings of one process that came one behind the other, each the only span of its name: others may change places.
fn orders(trace: &Trace) -> Vec<Entry> {
    let is_single = |index: SpanIndex| !is_blank(&trace[index].name) && trace.by_name(&trace[index].name).len() == 1;
    let mut siblings: BTreeMap<SpanIndex, Vec<SpanIndex>> = BTreeMap::new();
    for (index, _) in trace.iter().filter(|(index, _)| is_single(*index)) {
        if let Some(parent) = trace.parent(index) {
            siblings.entry(parent).or_default().push(index);
        }
    }
    let in_order = |pair: &&[SpanIndex]| match pair {
        [first, second] => {
            let (first, second) = (&trace[*first], &trace[*second]);
            let ordered = first.end.zip(second.start).is_some_and(|(end, start)| end <= start);
            ordered && first.start <= first.end && first.resource.service_name() == second.resource.service_name()
        }
        _ => false,
    };
    let pairs = siblings.values().flat_map(|siblings| siblings.windows(2)).filter(in_order);
    let entry = |pair: &[SpanIndex]| match pair {
        [first, second] => Some(Entry::Order(trace[*first].name.to_string(), trace[*second].name.to_string())),
        _ => None,
    };
    pairs.filter_map(entry).collect()
}

fn is_blank(name: &str) -> bool {
    name.trim().is_empty()
}
