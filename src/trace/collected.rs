//! The spans of a run, each once, with the ways between them. What it answers does not depend on the order of arrival.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Name, Span, SpanId, TraceId};

/// The place of a span in its [`Trace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanIndex(u32);

impl SpanIndex {
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// As an index into [`Trace::spans`].
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// The collected spans of a run: of all its traces, each span once, ordered by start, then by ids; a span without a start comes last.
///
/// A parent is looked for within the trace of its child only. Spans whose parents never arrived, or that are their own
/// ancestors, are kept and can be asked for.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    spans: Vec<Span>,
    by_id: HashMap<(TraceId, SpanId), SpanIndex>,
    by_name: BTreeMap<Name, Vec<SpanIndex>>,
    parents: Vec<Option<SpanIndex>>,
    /// The children of all spans in one list; `child_starts[i]..child_starts[i + 1]` are those of span `i`.
    children: Vec<SpanIndex>,
    child_starts: Vec<u32>,
    duplicates: u64,
    conflicts: Vec<Conflict>,
    runner_spans: BTreeSet<SpanId>,
}

/// A span that came again with other contents. The first was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The span that was kept.
    pub kept: SpanIndex,
    /// What differs.
    pub fields: Vec<Field>,
    /// The other one.
    pub other: Span,
}

impl Conflict {
    /// What happened, for people. `trace` is the one that it is of.
    pub fn message(&self, trace: &Trace) -> String {
        let span = &trace[self.kept];
        let fields: Vec<&str> = self.fields.iter().map(|field| field.word()).collect();
        format!(
            "the span `{}` ({}) came again at {} with another {}; the first one ({}) is kept",
            span.name,
            span.span_id,
            self.other.origin,
            fields.join(", "),
            span.origin
        )
    }
}

/// A part of a span in which two deliveries can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the field of `Span` with its name")]
pub enum Field {
    Parent,
    Name,
    Kind,
    Start,
    End,
    Status,
    Attributes,
    Events,
    Links,
    Resource,
    Scope,
    TraceState,
    Flags,
    Dropped,
}

impl Field {
    /// In which fields two spans differ, ids and origin apart.
    pub fn differing(left: &Span, right: &Span) -> Vec<Self> {
        [
            (Self::Parent, left.parent_span_id == right.parent_span_id),
            (Self::Name, left.name == right.name),
            (Self::Kind, left.kind == right.kind),
            (Self::Start, left.start == right.start),
            (Self::End, left.end == right.end),
            (Self::Status, left.status == right.status),
            (Self::Attributes, left.attributes == right.attributes),
            (Self::Events, left.events == right.events),
            (Self::Links, left.links == right.links),
            (Self::Resource, left.resource == right.resource),
            (Self::Scope, left.scope == right.scope),
            (Self::TraceState, left.trace_state == right.trace_state),
            (Self::Flags, left.flags == right.flags),
            (Self::Dropped, left.dropped == right.dropped),
        ]
        .into_iter()
        .filter_map(|(field, equal)| (!equal).then_some(field))
        .collect()
    }

    /// The word for it in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Start => "start",
            Self::End => "end",
            Self::Status => "status",
            Self::Attributes => "attributes",
            Self::Events => "events",
            Self::Links => "links",
            Self::Resource => "resource",
            Self::Scope => "scope",
            Self::TraceState => "trace state",
            Self::Flags => "flags",
            Self::Dropped => "dropped counts",
        }
    }
}

/// Takes spans as they come and makes a [`Trace`] of them.
#[derive(Debug, Default)]
pub struct TraceBuilder {
    spans: Vec<Span>,
    by_id: HashMap<(TraceId, SpanId), SpanIndex>,
    duplicates: u64,
    conflicts: Vec<Conflict>,
    runner_spans: BTreeSet<SpanId>,
}

impl TraceBuilder {
    /// Takes a span. When it was there before, the first is kept, and the repetition is counted.
    pub fn push(&mut self, span: Span) {
        let arrival = SpanIndex::new(self.spans.len());
        let kept = *self.by_id.entry((span.trace_id.clone(), span.span_id.clone())).or_insert(arrival);
        if kept == arrival {
            self.spans.push(span);
            return;
        }
        self.duplicates += 1;
        let fields = Field::differing(&self.spans[kept.get()], &span);
        if !fields.is_empty() {
            self.conflicts.push(Conflict { kept, fields, other: span });
        }
    }

    /// Programs were told to be children of this span of the runner, which itself never comes.
    pub fn runner_span(&mut self, id: SpanId) {
        self.runner_spans.insert(id);
    }

    /// How many different spans have come.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether none has come.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The trace of all spans that came.
    pub fn build(self) -> Trace {
        let Self { mut spans, mut by_id, duplicates, mut conflicts, runner_spans } = self;
        let key = |span: &Span| (span.trace_id.clone(), span.span_id.clone());
        let conflicting: Vec<_> = conflicts.iter().map(|conflict| key(&spans[conflict.kept.get()])).collect();
        spans.sort_by_cached_key(|span| (span.start.is_none(), span.start, key(span)));
        for (index, span) in spans.iter().enumerate() {
            by_id.insert(key(span), SpanIndex::new(index));
        }
        for (conflict, key) in conflicts.iter_mut().zip(conflicting) {
            conflict.kept = by_id[&key];
        }
        conflicts.sort_by_key(|conflict| conflict.kept);

        let mut by_name: BTreeMap<Name, Vec<SpanIndex>> = BTreeMap::new();
        for (index, span) in spans.iter().enumerate() {
            match by_name.get_mut(span.name.as_str()) {
                Some(places) => places.push(SpanIndex::new(index)),
                None => {
                    by_name.insert(span.name.clone(), vec![SpanIndex::new(index)]);
                }
            }
        }
        let parents: Vec<Option<SpanIndex>> = spans
            .iter()
            .map(|span| by_id.get(&(span.trace_id.clone(), span.parent_span_id.clone()?)).copied())
            .collect();
        let (children, child_starts) = children_of(&parents);
        Trace { spans, by_id, by_name, parents, children, child_starts, duplicates, conflicts, runner_spans }
    }
}

/// The children of every span, in the order of the spans, as one list with the start of each span's part.
fn children_of(parents: &[Option<SpanIndex>]) -> (Vec<SpanIndex>, Vec<u32>) {
    let mut child_starts = vec![0_u32; parents.len() + 1];
    for parent in parents.iter().flatten() {
        child_starts[parent.get() + 1] += 1;
    }
    for index in 1..child_starts.len() {
        child_starts[index] += child_starts[index - 1];
    }
    let mut next = child_starts.clone();
    let mut children = vec![SpanIndex(0); child_starts.last().map_or(0, |&total| total as usize)];
    for (index, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            let place = &mut next[parent.get()];
            children[*place as usize] = SpanIndex::new(index);
            *place += 1;
        }
    }
    (children, child_starts)
}

/// Why the parent that a span names is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentParent {
    /// It is a span of the runner, which started the program of this one.
    Runner,
    /// It never arrived.
    Missing,
}

impl AbsentParent {
    /// What is said of the span, in lists and pictures.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Runner => "started by the runner",
            Self::Missing => "parent missing",
        }
    }
}

impl FromIterator<Span> for Trace {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut builder = TraceBuilder::default();
        spans.into_iter().for_each(|span| builder.push(span));
        builder.build()
    }
}

impl std::ops::Index<SpanIndex> for Trace {
    type Output = Span;

    /// The span at `index`.
    ///
    /// # Panics
    /// When `index` comes from another, bigger trace.
    fn index(&self, index: SpanIndex) -> &Span {
        &self.spans[index.get()]
    }
}

impl Trace {
    /// All spans, in their order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// All spans, to change them and collect anew: those that came again with other contents come last, so that the same are kept.
    pub fn into_spans(self) -> Vec<Span> {
        let mut spans = self.spans;
        spans.extend(self.conflicts.into_iter().map(|conflict| conflict.other));
        spans
    }

    /// All spans with their indices, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (SpanIndex, &Span)> + DoubleEndedIterator {
        self.spans.iter().enumerate().map(|(index, span)| (SpanIndex::new(index), span))
    }

    /// How many spans there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The span with these ids.
    pub fn by_id(&self, trace_id: &TraceId, span_id: &SpanId) -> Option<SpanIndex> {
        self.by_id.get(&(trace_id.clone(), span_id.clone())).copied()
    }

    /// All spans with this name, in their order.
    pub fn by_name(&self, name: &str) -> &[SpanIndex] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// All names with their spans, ordered by name.
    pub fn names(&self) -> impl ExactSizeIterator<Item = (&Name, &[SpanIndex])> {
        self.by_name.iter().map(|(name, spans)| (name, spans.as_slice()))
    }

    /// The parent of a span, if it has one and that is here.
    pub fn parent(&self, span: SpanIndex) -> Option<SpanIndex> {
        self.parents[span.get()]
    }

    /// The direct children of a span, in the order of the spans.
    pub fn children(&self, span: SpanIndex) -> &[SpanIndex] {
        let (start, end) = (self.child_starts[span.get()], self.child_starts[span.get() + 1]);
        &self.children[start as usize..end as usize]
    }

    /// The parent, its parent and so on, nearest first; ends before it would come back to a span on a cycle.
    pub fn ancestors(&self, span: SpanIndex) -> impl Iterator<Item = SpanIndex> {
        // Only a walk that never ends needs to remember where it was.
        let mut seen = vec![span];
        let on_cycle = self.is_on_or_below_cycle(span);
        std::iter::successors(self.parent(span), |&ancestor| self.parent(ancestor)).take_while(move |ancestor| {
            if on_cycle {
                let new = !seen.contains(ancestor);
                seen.push(*ancestor);
                new
            } else {
                true
            }
        })
    }

    /// Whether the walk up from `span` never ends.
    fn is_on_or_below_cycle(&self, span: SpanIndex) -> bool {
        let (mut slow, mut fast) = (Some(span), Some(span));
        loop {
            fast = fast.and_then(|index| self.parent(index)).and_then(|index| self.parent(index));
            slow = slow.and_then(|index| self.parent(index));
            match fast {
                None => return false,
                Some(_) if fast == slow => return true,
                Some(_) => {}
            }
        }
    }

    /// Spans that have no parent and name none, in their order.
    pub fn roots(&self) -> impl Iterator<Item = SpanIndex> {
        self.iter().filter(|(_, span)| span.parent_span_id.is_none()).map(|(index, _)| index)
    }

    /// Spans that name a parent that never arrived, in their order. Those that the runner started are none.
    pub fn orphans(&self) -> impl Iterator<Item = SpanIndex> {
        self.iter().map(|(index, _)| index).filter(|index| self.absent_parent(*index) == Some(AbsentParent::Missing))
    }

    /// What became of the parent of a span that names one which is not here.
    pub fn absent_parent(&self, span: SpanIndex) -> Option<AbsentParent> {
        let id = self[span].parent_span_id.as_ref().filter(|_| self.parent(span).is_none())?;
        Some(if self.runner_spans.contains(id) { AbsentParent::Runner } else { AbsentParent::Missing })
    }

    /// The spans of the runner that programs were told to be children of. They never arrive: nobody sends them.
    pub const fn runner_spans(&self) -> &BTreeSet<SpanId> {
        &self.runner_spans
    }

    /// The cycles along parents, each once: from its first span in the order of the spans, each followed by its parent. A span that
    /// names itself as its parent is a cycle of one.
    pub fn cycles(&self) -> Vec<Vec<SpanIndex>> {
        // Walk up from each span that no walk has met. A walk that meets its own trail has found a cycle.
        const UNSEEN: u32 = 0;
        let mut walk_of = vec![UNSEEN; self.len()];
        let mut cycles = Vec::new();
        for (walk, (start, _)) in (UNSEEN + 1..).zip(self.iter()) {
            let mut next = Some(start);
            while let Some(index) = next.filter(|index| walk_of[index.get()] == UNSEEN) {
                walk_of[index.get()] = walk;
                next = self.parent(index);
            }
            let Some(entry) = next.filter(|index| walk_of[index.get()] == walk) else { continue };
            let mut cycle = vec![entry];
            cycle.extend(
                std::iter::successors(self.parent(entry), |&index| self.parent(index))
                    .take_while(|&index| index != entry),
            );
            let first = cycle.iter().enumerate().min_by_key(|(_, index)| **index).map_or(0, |(position, _)| position);
            cycle.rotate_left(first);
            cycles.push(cycle);
        }
        cycles.sort();
        cycles
    }

    /// Where a picture of the trace begins: roots, orphans, and the first span of each cycle, in the order of the spans. Every span is
    /// reached from exactly one of them along [`Trace::children`], if the walk skips the tops themselves.
    pub fn tops(&self) -> Vec<SpanIndex> {
        let mut tops: Vec<SpanIndex> =
            self.iter().map(|(index, _)| index).filter(|index| self.parent(*index).is_none()).collect();
        tops.extend(self.cycles().iter().filter_map(|cycle| cycle.first().copied()));
        tops.sort_unstable();
        tops
    }

    /// How many spans came again.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// The spans that came again with other contents, ordered by the span that was kept.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// The ids that came with two parents: the spans with what the later deliveries named.
    pub fn with_two_parents(&self) -> impl Iterator<Item = (SpanIndex, Option<&SpanId>)> {
        self.conflicts
            .iter()
            .filter(|conflict| conflict.fields.contains(&Field::Parent))
            .map(|conflict| (conflict.kept, conflict.other.parent_span_id.as_ref()))
    }

    /// The ids of all traces, ordered, each once.
    pub fn trace_ids(&self) -> Vec<&TraceId> {
        let mut ids: Vec<&TraceId> = self.spans.iter().map(|span| &span.trace_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
