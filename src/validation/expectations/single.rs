//! Names of which at most one span may exist.

use std::collections::HashMap;

use super::{ExpectationSet, greatest, is_bare, is_pattern};
use crate::text::Span;

/// Literal names of which the counts allow one span at most, each with the place that says so.
pub fn single_names(set: ExpectationSet<'_>) -> HashMap<&str, Span> {
    let counted = set.counts.into_iter().flat_map(|counts| &counts.by_name);
    let counted = counted.filter_map(|entry| Some((entry.key.known()?, &entry.value)));
    let blocks = set.spans.iter().filter(|block| is_bare(block));
    let blocks = blocks.filter_map(|block| Some((block.name.as_ref()?.known()?, block.count.as_ref()?)));
    let bounds = counted.chain(blocks).filter(|(name, bound)| greatest(bound) == Some(1) && !is_pattern(name));
    bounds.filter_map(|(name, bound)| Some((name, bound.eq.or(bound.lte)?.span))).collect()
}
