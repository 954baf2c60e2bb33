//! Every place where the name of a span, or a pattern of names, may stand.

use super::ExpectationSet;
use crate::config::model::{Name, Text, Window};
use crate::text::Span;

/// What a name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRole {
    /// The name of a block: which spans it is about.
    Block,
    /// The `parent` of a block.
    Parent,
    /// A name in a pair of `graph` or of an expected trace.
    Edge,
    /// A name in a pair of `order`.
    Order,
    /// A name in a window.
    Window,
    /// A key of `by_name`.
    Selector,
}

/// A name, as a value or as a key.
#[derive(Clone, Copy, Debug)]
pub enum NameRef<'a> {
    /// A value.
    Text(&'a Text),
    /// A key.
    Key(&'a Name),
}

impl<'a> NameRef<'a> {
    /// The name, if it is known.
    pub fn known(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => text.known(),
            Self::Key(name) => name.known(),
        }
    }

    /// Its place, quotes included.
    pub const fn span(self) -> Span {
        match self {
            Self::Text(text) => text.span,
            Self::Key(name) => name.span,
        }
    }

    /// Place of the bytes `start..end` of the name, if it stands in the file as it is; else the whole.
    pub fn part(self, start: usize, end: usize) -> Span {
        match self {
            Self::Text(text) => text.part(start, end),
            Self::Key(name) => {
                let quotes = name.span.len().saturating_sub(name.text.len());
                match quotes {
                    0 | 2 => Span::new(name.span.start + quotes / 2 + start, name.span.start + quotes / 2 + end),
                    _ => name.span,
                }
            }
        }
    }
}

impl<'a> ExpectationSet<'a> {
    /// Every name with its role, in the order of the tables.
    pub fn names(self) -> impl Iterator<Item = (NameRole, NameRef<'a>)> {
        let blocks = self.spans.iter().flat_map(|block| {
            let name = block.name.as_ref().map(|name| (NameRole::Block, NameRef::Text(name)));
            let parent = block.parent.as_ref().map(|name| (NameRole::Parent, NameRef::Text(name)));
            name.into_iter().chain(parent)
        });
        let expected =
            self.expected_spans.iter().filter_map(|span| Some((NameRole::Block, NameRef::Text(span.name.as_ref()?))));
        let traced = self
            .expected_traces
            .iter()
            .flat_map(|trace| &trace.span_names)
            .map(|name| (NameRole::Block, NameRef::Text(name)));
        let pairs = self.pairs().flat_map(|(list, pair)| {
            let role = if list.is_order() { NameRole::Order } else { NameRole::Edge };
            pair.names.iter().map(move |name| (role, NameRef::Text(name)))
        });
        let windows = self.windows.iter().flat_map(window_names).map(|name| (NameRole::Window, NameRef::Text(name)));
        let counted = self.counts.into_iter().flat_map(|counts| &counts.by_name).map(|entry| &entry.key);
        let judged = self.status.into_iter().flat_map(|status| &status.by_name).map(|entry| &entry.key);
        let selectors = counted.chain(judged).map(|key| (NameRole::Selector, NameRef::Key(key)));
        blocks.chain(expected).chain(traced).chain(pairs).chain(windows).chain(selectors)
    }
}

/// All names of a window.
fn window_names(window: &Window) -> impl Iterator<Item = &Text> {
    let ends = [&window.outer, &window.start_span, &window.end_span].into_iter().flatten();
    ends.chain(window.contains.iter().flat_map(|names| &names.value))
}
