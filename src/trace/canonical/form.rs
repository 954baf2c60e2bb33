//! The canonical form: trees of spans without ids and times, siblings in an order that depends on what they are only.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::json;
use super::noise::{Noise, Sieve};
use crate::trace::{Resource, Span, SpanIndex, SpanKind, StatusCode, Trace};

/// How much of a span counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Name, kind, status code and edges.
    Shape,
    /// Also attributes, events, links, the status's message and the resource's attributes, noise left out.
    Full,
}

/// A trace in its canonical form. A span whose parent is missing stands at the top, like a root; a cycle is cut before its first span.
#[derive(Clone, Debug)]
pub struct Canonical<'t> {
    trace: &'t Trace,
    form: Form,
    noise: Noise,
    nodes: Vec<Node>,
    tops: Vec<u32>,
}

/// One span of it; its number is that of the span in the trace.
#[derive(Clone, Debug)]
pub(in crate::trace) struct Node {
    /// Its JSON before its children, with a comma behind when there is any, and after them, with a comma before.
    pub before: String,
    pub after: String,
    /// What it is by itself, and with everything below it.
    pub own_hash: Hash,
    pub subtree_hash: Hash,
    pub children: Vec<u32>,
    pub parent: Option<u32>,
    /// Whether it was cut from its parent because that is below it.
    pub on_cycle: bool,
    /// How many spans are below it, itself included.
    pub size: u32,
}

pub(in crate::trace) type Hash = [u8; 32];

impl<'t> Canonical<'t> {
    /// The canonical form of `trace`.
    pub fn new(trace: &'t Trace, form: Form, noise: &Noise) -> Self {
        let mut sieve = Sieve::new(noise);
        let mut resources: HashMap<*const Resource, String> = HashMap::new();
        let tops: Vec<u32> = trace.tops().into_iter().map(number).collect();
        let mut is_top = vec![false; trace.len()];
        for &top in &tops {
            is_top[top as usize] = true;
        }
        let mut nodes: Vec<Node> = trace
            .iter()
            .map(|(index, span)| {
                let on_cycle = is_top[index.get()] && trace.parent(index).is_some();
                let resource = resources.entry(Arc::as_ptr(&span.resource)).or_insert_with(|| {
                    let mut text = String::new();
                    json::attributes(&mut text, &span.resource.attributes, &mut sieve);
                    text
                });
                let (before, after) = own_json(span, form, on_cycle, resource, &mut sieve);
                let own_hash =
                    Sha256::new().chain_update(&before).chain_update([0]).chain_update(&after).finalize().into();
                let children =
                    trace.children(index).iter().filter(|child| !is_top[child.get()]).copied().map(number).collect();
                let parent = if is_top[index.get()] { None } else { trace.parent(index).map(number) };
                Node { before, after, own_hash, subtree_hash: own_hash, children, parent, on_cycle, size: 1 }
            })
            .collect();

        // Children before parents.
        let mut order = tops.clone();
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            order.extend_from_slice(&nodes[node as usize].children);
            at += 1;
        }
        let mut form_of = Self { trace, form, noise: noise.clone(), nodes: Vec::new(), tops };
        for &index in order.iter().rev() {
            let mut children = std::mem::take(&mut nodes[index as usize].children);
            sort(&mut children, &nodes, trace);
            let mut hasher = Sha256::new().chain_update(nodes[index as usize].own_hash);
            let mut size = 1;
            for &child in &children {
                hasher.update(nodes[child as usize].subtree_hash);
                size += nodes[child as usize].size;
            }
            let node = &mut nodes[index as usize];
            if !children.is_empty() {
                node.subtree_hash = hasher.finalize().into();
            }
            node.size = size;
            node.children = children;
        }
        sort(&mut form_of.tops, &nodes, trace);
        form_of.nodes = nodes;
        form_of
    }

    /// What it is the form of.
    pub fn trace(&self) -> &'t Trace {
        self.trace
    }

    /// How much of a span counts in it.
    pub fn form(&self) -> Form {
        self.form
    }

    /// What is left out of it.
    pub fn noise(&self) -> &Noise {
        &self.noise
    }

    pub(in crate::trace) fn node(&self, index: u32) -> &Node {
        &self.nodes[index as usize]
    }

    pub(in crate::trace) fn span(&self, index: u32) -> &'t Span {
        &self.trace.spans()[index as usize]
    }

    /// The place of a node in the trace.
    pub(in crate::trace) fn index(node: u32) -> SpanIndex {
        SpanIndex::new(node as usize)
    }

    pub(in crate::trace) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The trees, in their order.
    pub(in crate::trace) fn tops(&self) -> &[u32] {
        &self.tops
    }

    /// The children of a span, or the trees when there is none.
    pub(in crate::trace) fn below(&self, index: Option<u32>) -> &[u32] {
        index.map_or(&self.tops, |index| &self.node(index).children)
    }
}

fn number(index: SpanIndex) -> u32 {
    // A trace numbers its spans with 32 bits.
    index.get() as u32
}

/// OpenTelemetry lets readers take an unspecified kind for internal.
pub(in crate::trace) fn kind(span: &Span) -> SpanKind {
    match span.kind {
        SpanKind::Unspecified => SpanKind::Internal,
        kind => kind,
    }
}

/// By name, kind and status, then by what they are, then by what is below them.
fn sort(siblings: &mut [u32], nodes: &[Node], trace: &Trace) {
    siblings.sort_by(|&left, &right| {
        let key = |index: u32| {
            let (span, node) = (&trace.spans()[index as usize], &nodes[index as usize]);
            (&span.name, kind(span), span.status.code, node.own_hash, node.subtree_hash)
        };
        key(left).cmp(&key(right))
    });
}

/// The keys before `children`, and those after it.
fn own_json(span: &Span, form: Form, on_cycle: bool, resource: &str, sieve: &mut Sieve<'_>) -> (String, String) {
    let (mut before, mut after) = (String::new(), String::new());
    if form == Form::Full {
        let mut attributes = String::new();
        json::attributes(&mut attributes, &span.attributes, sieve);
        if attributes != "{}" {
            before.push_str("\"attributes\":");
            before.push_str(&attributes);
            before.push(',');
        }
    }
    if on_cycle {
        after.push_str(",\"cycle\":true");
    }
    if form == Form::Full && !span.events.is_empty() {
        after.push_str(",\"events\":");
        json::events(&mut after, &span.events, sieve);
    }
    after.push_str(",\"kind\":\"");
    after.push_str(kind(span).word());
    after.push('"');
    if form == Form::Full && !span.links.is_empty() {
        after.push_str(",\"links\":");
        json::links(&mut after, &span.links, sieve);
    }
    if form == Form::Full && !span.status.message.is_empty() {
        after.push_str(",\"message\":");
        json::string(&mut after, &span.status.message);
    }
    after.push_str(",\"name\":");
    json::string(&mut after, &span.name);
    if form == Form::Full && resource != "{}" {
        after.push_str(",\"resource\":");
        after.push_str(resource);
    }
    if span.status.code != StatusCode::Unset {
        after.push_str(",\"status\":\"");
        after.push_str(span.status.code.word());
        after.push('"');
    }
    (before, after)
}
