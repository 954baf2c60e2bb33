//! Names of which at most one span may exist, and those of which several must.

use std::collections::HashMap;

use super::{ExpectationSet, greatest, is_bare, is_pattern, least};
use crate::config::model::Bound;
use crate::text::Span;

/// Literal names of which the counts allow one span at most, each with the place that says so.
pub fn single_names(set: ExpectationSet<'_>) -> HashMap<&str, Span> {
    let bounds = counted(set).filter(|(_, bound)| greatest(bound) == Some(1));
    bounds.filter_map(|(name, bound)| Some((name, bound.eq.or(bound.lte)?.span))).collect()
}

/// Literal names of which the counts demand two spans or more, each with the place that says so.
pub fn repeated_names(set: ExpectationSet<'_>) -> HashMap<&str, Span> {
    let bounds = counted(set).filter(|(_, bound)| least(bound) > 1);
    bounds.filter_map(|(name, bound)| Some((name, bound.eq.or(bound.gte)?.span))).collect()
}

/// The bounds of literal names: in `counts.by_name`, and in blocks that ask for no more than the name.
fn counted(set: ExpectationSet<'_>) -> impl Iterator<Item = (&str, &Bound)> {
    let counted = set.counts.into_iter().flat_map(|counts| &counts.by_name);
    let counted = counted.filter_map(|entry| Some((entry.key.known()?, &entry.value)));
    let blocks = set.spans.iter().filter(|block| is_bare(block));
    let blocks = blocks.filter_map(|block| Some((block.name.as_ref()?.known()?, block.count.as_ref()?)));
    counted.chain(blocks).filter(|(name, _)| !is_pattern(name))
}
