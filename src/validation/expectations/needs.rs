//! The names that must occur for a test to pass.

use std::collections::HashMap;

use super::{ExpectationSet, NamePattern, PairList, is_pattern, least};
use crate::config::model::{AttributeMatch, AttributeValue, SpanExpectation, Text};
use crate::text::Span;

/// A span that must exist.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// Its name or pattern, known.
    pub name: &'a str,
    /// Where it is asked for.
    pub span: Span,
    /// By what.
    pub kind: NeedKind,
}

/// What asks for a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedKind {
    /// An `expect.span` block or an expected span.
    Block,
    /// Another block's `parent`.
    Parent,
    /// A pair of `must_include`, or of an expected trace.
    Edge,
    /// A pair of `must_precede` or `must_follow`.
    Order,
    /// A window.
    Window,
    /// A minimum in `counts.by_name`.
    Count,
    /// A name in `status.by_name`, which must match at least one span.
    Status,
}

impl NeedKind {
    /// What asks, as the subject of a sentence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Block => "this block requires it",
            Self::Parent => "this block requires it as a parent",
            Self::Edge => "this pair requires both of its spans",
            Self::Order => "this order requires both of its spans",
            Self::Window => "this window requires it",
            Self::Count => "this count requires it",
            Self::Status => "a status is asked of at least one such span",
        }
    }
}

/// Everything that must exist, in the order of the tables. Names that are not known are left out.
pub fn needs<'a>(set: ExpectationSet<'a>) -> impl Iterator<Item = Need<'a>> {
    let blocks = set.spans.iter().filter(|block| is_required(block)).flat_map(|block| {
        let name = block.name.as_ref().and_then(|name| need(name, NeedKind::Block));
        let parent = block.parent.as_ref().and_then(|name| need(name, NeedKind::Parent));
        name.into_iter().chain(parent)
    });
    let expected = set.expected_spans.iter().filter(|span| span.required.is_some_and(|required| required.value));
    let expected = expected.filter_map(|span| need(span.name.as_ref()?, NeedKind::Block));
    let pairs = set.pairs().filter_map(|(list, pair)| {
        let kind = match list {
            PairList::MustInclude | PairList::ParentChild => NeedKind::Edge,
            PairList::MustPrecede | PairList::MustFollow => NeedKind::Order,
            PairList::MustNotCross => return None,
        };
        Some(pair.names.iter().filter_map(move |name| need(name, kind)))
    });
    let windows = set.windows.iter().flat_map(|window| {
        let ends = [&window.outer, &window.start_span, &window.end_span].into_iter().flatten();
        ends.chain(window.contains.iter().flat_map(|names| &names.value))
            .filter_map(|name| need(name, NeedKind::Window))
    });
    let counts = set.counts.into_iter().flat_map(|counts| &counts.by_name).filter(|entry| least(&entry.value) > 0);
    let counts =
        counts.filter_map(|entry| Some(Need { name: entry.key.known()?, span: entry.key.span, kind: NeedKind::Count }));
    let statuses = set.status.into_iter().flat_map(|status| &status.by_name);
    let statuses = statuses
        .filter_map(|entry| Some(Need { name: entry.key.known()?, span: entry.key.span, kind: NeedKind::Status }));
    blocks.chain(expected).chain(pairs.flatten()).chain(windows).chain(counts).chain(statuses)
}

fn need(name: &Text, kind: NeedKind) -> Option<Need<'_>> {
    let known = name.known().filter(|known| !known.trim().is_empty())?;
    Some(Need { name: known, span: name.span, kind })
}

/// Whether a block fails where no span fits it.
pub fn is_required(block: &SpanExpectation) -> bool {
    block.exists.is_none_or(|exists| exists.value)
        && block.absent.is_none_or(|absent| !absent.value)
        && block.count.as_ref().is_none_or(|count| least(count) > 0)
}

/// Whether a block asks for no more than a name (and perhaps how often it occurs).
pub fn is_bare(block: &SpanExpectation) -> bool {
    block.parent.is_none()
        && block.ancestor.is_none()
        && block.kind.is_none()
        && block.status.is_none()
        && block.attrs_all.is_none()
        && block.attrs_any.is_none()
        && block.events_any.is_none()
        && block.events_all.is_none()
        && block.duration.is_none()
}

/// Whether a span must have the key of `attribute` to match it.
pub fn demands_key(attribute: &AttributeMatch) -> bool {
    let AttributeValue::Matcher(operators) = &attribute.value else { return true };
    let may_be_absent = |key: &str| matches!(key, "exists" | "absent" | "not");
    !operators.is_empty()
        && operators.iter().all(|operator| operator.key.known().is_some_and(|key| !may_be_absent(key)))
}

/// A need that can't be met because the name is forbidden.
#[derive(Clone, Copy, Debug)]
pub struct Clash<'a> {
    /// Index of the name in the list of those that are forbidden.
    pub forbidden: usize,
    /// The need.
    pub need: Need<'a>,
}

/// More forbidden patterns than that are not compared with every need, so that the work stays linear.
const PATTERN_LIMIT: usize = 32;

/// For each forbidden name the first need that it makes impossible: a need of the very same name or pattern, or of a
/// literal name that a forbidden pattern matches. Sorted by the list of forbidden names.
pub fn clashes<'a>(forbidden: &[&str], set: ExpectationSet<'a>) -> Vec<Clash<'a>> {
    if forbidden.is_empty() {
        return Vec::new();
    }
    let mut same: HashMap<&str, usize> = HashMap::new();
    let mut patterns = Vec::new();
    for (index, &name) in forbidden.iter().enumerate() {
        same.entry(name).or_insert(index);
        if is_pattern(name)
            && patterns.len() < PATTERN_LIMIT
            && let Ok(pattern) = NamePattern::new(name)
        {
            patterns.push((index, pattern));
        }
    }
    let mut first: Vec<Option<Need<'_>>> = vec![None; forbidden.len()];
    for need in needs(set) {
        let literal = !is_pattern(need.name);
        let matching =
            patterns.iter().filter(|(_, pattern)| literal && pattern.matches(need.name)).map(|(index, _)| *index);
        for index in same.get(need.name).copied().into_iter().chain(matching) {
            first[index].get_or_insert(need);
        }
    }
    first.into_iter().enumerate().filter_map(|(forbidden, need)| Some(Clash { forbidden, need: need? })).collect()
}
