//! What the rules about expectations share: one view of `[expect.*]` and its older twin `[otel_validation]`, span names and
//! their patterns, the names that a test needs, bounds, and cycles in pairs of names. Judges nothing itself; the rules do.

mod bounds;
mod cycles;
mod example;
mod names;
mod needs;
mod pattern;
#[cfg(test)]
mod robustness;
mod single;
mod span_kind;
mod status;

pub use bounds::{greatest, least};
pub use cycles::{Cycle, cycle_path, cycles};
pub(crate) use example::example;
pub use names::{NameRef, NameRole};
pub use needs::{Clash, Need, NeedKind, clashes, demands_key, is_bare, is_required, needs};
pub use pattern::{NamePattern, NameSet, PatternMistake, is_pattern};
pub use single::{repeated_names, single_names};
pub use span_kind::{kind_named, kind_of};
pub use status::SpanStatus;

use crate::config::TestConfig;
use crate::config::model::{
    Bound, Counts, ExpectedSpan, ExpectedTrace, Graph, Hermeticity, Keyed, NamePair, Order, SpanExpectation, Status,
    Text, Window,
};
use crate::text::Span;

/// The expectations of one dialect: those of `[expect.*]`, or those of `[otel_validation]`.
#[derive(Clone, Copy, Debug)]
pub struct ExpectationSet<'a> {
    /// `[[expect.span]]`.
    pub spans: &'a [SpanExpectation],
    /// `otel_validation.expected_spans`.
    pub expected_spans: &'a [ExpectedSpan],
    /// `otel_validation.expected_traces`.
    pub expected_traces: &'a [ExpectedTrace],
    /// `[expect.graph]` or `expect_graph`.
    pub graph: Option<&'a Graph>,
    /// `[expect.counts]` or `expect_counts`.
    pub counts: Option<&'a Counts>,
    /// `[[expect.window]]` or `expect_windows`.
    pub windows: &'a [Window],
    /// `[expect.order]` or `expect_order`.
    pub order: Option<&'a Order>,
    /// `[expect.status]` or `expect_status`.
    pub status: Option<&'a Status>,
    /// `[expect.hermeticity]` or `expect_hermeticity`.
    pub hermeticity: Option<&'a Hermeticity>,
}

/// The sets of expectations of a test. Each is judged on its own.
pub fn sets(config: &TestConfig) -> impl Iterator<Item = ExpectationSet<'_>> {
    let expect = &config.expect;
    let current = ExpectationSet {
        spans: &expect.spans,
        expected_spans: &[],
        expected_traces: &[],
        graph: expect.graph.as_ref(),
        counts: expect.counts.as_ref(),
        windows: &expect.windows,
        order: expect.order.as_ref(),
        status: expect.status.as_ref(),
        hermeticity: expect.hermeticity.as_ref(),
    };
    let older = config.otel_validation.as_ref().map(|older| ExpectationSet {
        spans: &[],
        expected_spans: &older.expected_spans,
        expected_traces: &older.expected_traces,
        graph: older.graph.as_ref(),
        counts: older.counts.as_ref(),
        windows: &older.windows,
        order: older.order.as_ref(),
        status: older.status.as_ref(),
        hermeticity: older.hermeticity.as_ref(),
    });
    std::iter::once(current).chain(older)
}

/// The list that a pair of names stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairList {
    /// `graph.must_include`: parent, child.
    MustInclude,
    /// `graph.must_not_cross`.
    MustNotCross,
    /// `order.must_precede`: first, then second.
    MustPrecede,
    /// `order.must_follow`: first after second.
    MustFollow,
    /// `expected_traces.parent_child`: parent, child.
    ParentChild,
}

impl PairList {
    /// The key of the list.
    pub const fn key(self) -> &'static str {
        match self {
            Self::MustInclude => "must_include",
            Self::MustNotCross => "must_not_cross",
            Self::MustPrecede => "must_precede",
            Self::MustFollow => "must_follow",
            Self::ParentChild => "parent_child",
        }
    }

    /// Whether the list is one of `order`.
    pub const fn is_order(self) -> bool {
        matches!(self, Self::MustPrecede | Self::MustFollow)
    }
}

impl<'a> ExpectationSet<'a> {
    /// All pairs of names with the list that each stands in.
    pub fn pairs(self) -> impl Iterator<Item = (PairList, &'a NamePair)> {
        let graph = self.graph.into_iter().flat_map(|graph| {
            let included = graph.must_include.iter().map(|pair| (PairList::MustInclude, pair));
            included.chain(graph.must_not_cross.iter().map(|pair| (PairList::MustNotCross, pair)))
        });
        let traces = self
            .expected_traces
            .iter()
            .flat_map(|trace| trace.parent_child.iter())
            .map(|pair| (PairList::ParentChild, pair));
        graph.chain(self.ordered_pairs()).chain(traces)
    }

    /// The pairs of `order`.
    pub fn ordered_pairs(self) -> impl Iterator<Item = (PairList, &'a NamePair)> {
        self.order.into_iter().flat_map(|order| {
            let preceding = order.must_precede.iter().map(|pair| (PairList::MustPrecede, pair));
            preceding.chain(order.must_follow.iter().map(|pair| (PairList::MustFollow, pair)))
        })
    }

    /// All bounds of counts, each with the name of what is counted.
    pub fn bounds(self) -> impl Iterator<Item = (&'a str, &'a Bound)> {
        let counts = self.counts.into_iter().flat_map(|counts| {
            let totals = [
                ("spans_total", &counts.spans_total),
                ("events_total", &counts.events_total),
                ("errors_total", &counts.errors_total),
            ];
            let totals = totals.into_iter().filter_map(|(name, bound)| Some((name, bound.as_ref()?)));
            totals.chain(counts.by_name.iter().chain(&counts.by_kind).map(named_bound))
        });
        counts.chain(self.spans.iter().filter_map(|span| Some(("count", span.count.as_ref()?))))
    }
}

/// Place of the text as the file says it, for messages about numbers.
pub fn written(text: &str, span: Span) -> &str {
    span.slice(text).unwrap_or_default()
}

fn named_bound(entry: &Keyed<Bound>) -> (&str, &Bound) {
    (entry.key.text.as_str(), &entry.value)
}

/// The place that stands for a block: its name, else its header.
pub fn place_of_block(name: Option<&Text>, header: Span) -> Span {
    name.map_or(header, |name| name.span)
}

/// Whether the braces or brackets at `span` hold nothing but white space and comments. False where `span` is no such
/// value (a header, a dotted key), so what can't be seen is never called empty.
pub fn is_written_empty(text: &str, span: Span) -> bool {
    let Some(value) = span.slice(text) else { return false };
    let inner = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(inner) = inner.or_else(|| value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))) else {
        return false;
    };
    inner.lines().all(|line| line.trim_start().is_empty() || line.trim_start().starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_braces_and_brackets_without_content_are_empty() {
        let empty = |text: &str| is_written_empty(text, Span::new(0, text.len()));
        for text in ["{}", "[]", "[ \n # nothing yet\n]", "{ }"] {
            assert!(empty(text), "{text}");
        }
        for text in ["{ gte = 1 }", "[1]", "spans_total", "[expect.counts]", "", "{"] {
            assert!(!empty(text), "{text}");
        }
    }
}
