//! One change of a trace, such as a mistake in a program makes it.

use std::collections::HashSet;
use std::fmt;

use crate::trace::{
    Attributes, Event, Name, Resource, Span, SpanId, SpanIndex, SpanKind, StatusCode, Trace, TraceId, Value,
};

/// One change to some spans of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// The spans that are changed, in the order of the trace; never empty.
    pub spans: Vec<SpanIndex>,
    /// What happens to each of them.
    pub edit: Edit,
}

/// What happens to a span. Times are in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It is not recorded; its children go to its parent.
    Drop,
    /// It is recorded so many times more, under other ids and without its children.
    Duplicate(usize),
    /// It is called otherwise.
    Rename(Name),
    /// It is the child of another span, or a root.
    Reparent(Option<SpanIndex>),
    /// Its parent is a span that never came.
    Orphan,
    /// It has another kind.
    Kind(SpanKind),
    /// It has another status.
    Status(StatusCode),
    /// It happens so much later, or earlier.
    Shift(i64),
    /// It takes so long.
    Last(u64),
    /// Its times are exchanged with those of another span.
    ExchangeTimes(SpanIndex),
    /// It has this attribute; `None`: it has not.
    Attribute(Name, Option<Value>),
    /// Its resource has this attribute; `None`: it has not.
    ResourceAttribute(Name, Option<Value>),
    /// It has one event more.
    AddEvent(Name),
    /// It has no event of this name; `None`: none at all.
    DropEvents(Option<Name>),
    /// It belongs to a trace of its own.
    OtherTrace,
}

impl Mutation {
    /// A change to one span.
    pub fn of(span: SpanIndex, edit: Edit) -> Self {
        Self { spans: vec![span], edit }
    }

    /// The trace with this change.
    pub fn apply(&self, trace: &Trace) -> Trace {
        let mut spans: Vec<Span> = trace.spans().to_vec();
        match &self.edit {
            Edit::Drop => self.drop_from(trace, spans),
            Edit::Duplicate(times) => {
                let mut fresh = FreshIds::new(trace);
                for &index in &self.spans {
                    for _ in 0..*times {
                        spans.push(Span { span_id: fresh.span(), ..trace[index].clone() });
                    }
                }
                spans.into_iter().collect()
            }
            edit => {
                let mut fresh = FreshIds::new(trace);
                for &index in &self.spans {
                    if let Some(span) = spans.get_mut(index.get()) {
                        change(span, edit, trace, &mut fresh);
                    }
                }
                if let (Edit::ExchangeTimes(other), Some(&first)) = (edit, self.spans.first())
                    && let Some(partner) = spans.get_mut(other.get())
                {
                    (partner.start, partner.end) = (trace[first].start, trace[first].end);
                }
                spans.into_iter().collect()
            }
        }
    }

    /// The trace without the spans; who was below them is now below the next span above that is still there.
    fn drop_from(&self, trace: &Trace, mut spans: Vec<Span>) -> Trace {
        let gone = |index: SpanIndex| self.spans.binary_search(&index).is_ok();
        for (index, original) in trace.iter() {
            let Some(parent) = trace.parent(index).filter(|parent| gone(*parent)) else { continue };
            let heir = std::iter::once(parent).chain(trace.ancestors(parent)).find(|above| !gone(*above));
            let topmost =
                std::iter::once(parent).chain(trace.ancestors(parent)).take_while(|above| gone(*above)).last();
            spans[index.get()].parent_span_id = match (heir, topmost) {
                (Some(heir), _) => Some(trace[heir].span_id.clone()),
                (None, Some(topmost)) => trace[topmost].parent_span_id.clone(),
                (None, None) => original.parent_span_id.clone(),
            };
        }
        let kept = spans.into_iter().zip(trace.iter()).filter(|(_, (index, _))| !gone(*index));
        kept.map(|(span, _)| span).collect()
    }

    /// The change in words, with the names of the spans.
    pub fn describe(&self, trace: &Trace) -> String {
        let name = self.spans.first().map_or("", |first| trace[*first].name.as_str());
        let same = self.spans.iter().all(|span| trace[*span].name.as_str() == name);
        let whom = match self.spans.len() {
            1 => format!("`{name}`"),
            count if count == trace.len() => format!("all {count} spans"),
            count if same => format!("all {count} `{name}`"),
            count => format!("{count} spans"),
        };
        self.edit.describe(&whom, trace)
    }
}

fn change(span: &mut Span, edit: &Edit, trace: &Trace, fresh: &mut FreshIds) {
    match edit {
        Edit::Rename(name) => span.name = name.clone(),
        Edit::Reparent(None) => span.parent_span_id = None,
        Edit::Reparent(Some(parent)) => {
            let parent = &trace[*parent];
            span.parent_span_id = Some(parent.span_id.clone());
            span.trace_id = parent.trace_id.clone();
        }
        Edit::Orphan => span.parent_span_id = Some(fresh.span()),
        Edit::Kind(kind) => span.kind = *kind,
        Edit::Status(code) => span.status.code = *code,
        Edit::Shift(by) => {
            let shifted = |time: Option<u64>| time.map(|time| time.saturating_add_signed(*by));
            (span.start, span.end) = (shifted(span.start), shifted(span.end));
        }
        Edit::Last(duration) => span.end = span.start.map(|start| start.saturating_add(*duration)),
        Edit::ExchangeTimes(other) => (span.start, span.end) = (trace[*other].start, trace[*other].end),
        Edit::Attribute(key, value) => span.attributes = changed(std::mem::take(&mut span.attributes), key, value),
        Edit::ResourceAttribute(key, value) => {
            let mut resource = Resource::clone(&span.resource);
            resource.attributes = changed(std::mem::take(&mut resource.attributes), key, value);
            span.resource = resource.into();
        }
        Edit::AddEvent(name) => {
            let event = Event { name: name.clone(), time: span.start, ..Event::default() };
            span.events = span.events.iter().cloned().chain([event]).collect();
        }
        Edit::DropEvents(name) => {
            let goes = |event: &Event| name.as_ref().is_none_or(|name| event.name == *name);
            span.events = span.events.iter().filter(|event| !goes(event)).cloned().collect();
        }
        Edit::OtherTrace => span.trace_id = fresh.trace(),
        Edit::Drop | Edit::Duplicate(_) => {}
    }
}

fn changed(attributes: Attributes, key: &Name, value: &Option<Value>) -> Attributes {
    match value {
        Some(value) => attributes.with(key.clone(), value.clone()),
        None => attributes.without(key),
    }
}

/// Ids that no span of a trace has.
struct FreshIds {
    spans: HashSet<SpanId>,
    traces: HashSet<TraceId>,
    next: u64,
}

impl FreshIds {
    fn new(trace: &Trace) -> Self {
        Self {
            spans: trace.spans().iter().map(|span| span.span_id.clone()).collect(),
            traces: trace.spans().iter().map(|span| span.trace_id.clone()).collect(),
            next: 0xC1EA_0000_0000_0000,
        }
    }

    fn span(&mut self) -> SpanId {
        loop {
            self.next += 1;
            let id = SpanId::from(self.next.to_be_bytes());
            if self.spans.insert(id.clone()) {
                return id;
            }
        }
    }

    fn trace(&mut self) -> TraceId {
        loop {
            self.next += 1;
            let id = TraceId::from((u128::from(self.next) << 64 | u128::from(self.next)).to_be_bytes());
            if self.traces.insert(id.clone()) {
                return id;
            }
        }
    }
}

impl Edit {
    /// The word for the kind of change, for sums.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Duplicate(_) => "duplicate",
            Self::Rename(_) => "rename",
            Self::Reparent(_) => "re-parent",
            Self::Orphan => "orphan",
            Self::Kind(_) => "change kind",
            Self::Status(_) => "flip status",
            Self::Shift(_) => "shift time",
            Self::Last(_) => "change duration",
            Self::ExchangeTimes(_) => "reorder",
            Self::Attribute(..) => "change attribute",
            Self::ResourceAttribute(..) => "change resource",
            Self::AddEvent(_) | Self::DropEvents(_) => "change events",
            Self::OtherTrace => "other trace",
        }
    }

    fn describe(&self, whom: &str, trace: &Trace) -> String {
        match self {
            Self::Drop => format!("drop {whom}"),
            Self::Duplicate(1) => format!("record {whom} twice"),
            Self::Duplicate(times) => format!("record {whom} {times} times more"),
            Self::Rename(name) => format!("rename {whom} to `{name}`"),
            Self::Reparent(None) => format!("make {whom} a root"),
            Self::Reparent(Some(parent)) => format!("put {whom} below `{}`", trace[*parent].name.as_str()),
            Self::Orphan => format!("let the parent of {whom} never come"),
            Self::Kind(kind) => format!("make {whom} {kind}"),
            Self::Status(code) => format!("set the status of {whom} to {code}"),
            Self::Shift(by) if *by < 0 => format!("let {whom} happen {} earlier", Duration(by.unsigned_abs())),
            Self::Shift(by) => format!("let {whom} happen {} later", Duration(by.unsigned_abs())),
            Self::Last(duration) => format!("let {whom} take {}", Duration(*duration)),
            Self::ExchangeTimes(other) => format!("exchange the times of {whom} and `{}`", trace[*other].name.as_str()),
            Self::Attribute(key, None) => format!("take attribute `{}` from {whom}", key.as_str()),
            Self::Attribute(key, Some(value)) => {
                format!("set attribute `{}` of {whom} to `{value}`", key.as_str())
            }
            Self::ResourceAttribute(key, None) => format!("take resource attribute `{}` from {whom}", key.as_str()),
            Self::ResourceAttribute(key, Some(value)) => {
                format!("set resource attribute `{}` of {whom} to `{value}`", key.as_str())
            }
            Self::AddEvent(name) => format!("add an event `{}` to {whom}", name.as_str()),
            Self::DropEvents(None) => format!("take all events from {whom}"),
            Self::DropEvents(Some(name)) => format!("take event `{}` from {whom}", name.as_str()),
            Self::OtherTrace => format!("put {whom} into a trace of its own"),
        }
    }
}

/// Nanoseconds for people.
struct Duration(u64);

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(nanoseconds) = *self;
        match nanoseconds {
            0..1_000 => write!(formatter, "{nanoseconds} ns"),
            1_000..1_000_000 => write!(formatter, "{} µs", nanoseconds as f64 / 1e3),
            1_000_000..1_000_000_000 => write!(formatter, "{} ms", nanoseconds as f64 / 1e6),
            _ => write!(formatter, "{} s", nanoseconds as f64 / 1e9),
        }
    }
}
