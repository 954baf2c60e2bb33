//! A small trace that satisfies what a test expects, as far as that can be read off the expectations one after the other.
//!
//! Works on what is asked for, not on what is forbidden: two expectations that contradict each other get a trace that satisfies one.

use super::name::{names, selects};
use super::value::satisfying;
use crate::expectation::diff::Expectation;
use crate::expectation::tree::{
    Bound, Counted, GraphRequirement, HermeticityRequirement, NameSelector, OrderRequirement, Requirement,
    SpanRequirement, StatusRequirement, TraceRequirement, ValueTest, WindowRequirement, WindowSpan,
};
use crate::trace::{Attributes, Event, Resource, Span, SpanId, SpanKind, Status, StatusCode, Trace, TraceId};

/// Nanoseconds of a millisecond, the unit of the test format.
const MILLISECOND: u64 = 1_000_000;

/// When an example begins: 2026-01-01T00:00:00Z, in nanoseconds since the Unix epoch.
const BEGIN: u64 = 1_767_225_600_000_000_000;

/// No example has more spans than that, however many a test counts.
const MOST_SPANS: usize = 1_000;

/// An example for these expectations; there is always at least one span in it.
pub fn trace_of<'a>(expectations: impl IntoIterator<Item = &'a Expectation>) -> Trace {
    let expectations: Vec<&Expectation> = expectations.into_iter().collect();
    let requirements = || expectations.iter().flat_map(|expectation| &expectation.requirements);
    let mut sketch = Sketch::default();
    for expectation in &expectations {
        sketch.add_block(expectation);
    }
    for requirement in requirements() {
        sketch.add_spans(requirement);
    }
    for requirement in requirements() {
        sketch.count_up(requirement);
    }
    for requirement in requirements() {
        sketch.adjust(requirement);
    }
    if sketch.drafts.is_empty() {
        sketch.add("app");
    }
    sketch.into_trace(requirements())
}

/// A span that is being made.
#[derive(Clone, Debug, Default)]
struct Draft {
    name: String,
    kind: SpanKind,
    parent: Option<usize>,
    status: StatusCode,
    attributes: Attributes,
    events: Vec<String>,
    /// The shortest and longest duration, in nanoseconds.
    least: u64,
    most: Option<u64>,
}

#[derive(Debug, Default)]
struct Sketch {
    drafts: Vec<Draft>,
    resource: Attributes,
    trace_id: Option<TraceId>,
}

impl Sketch {
    fn add(&mut self, name: &str) -> usize {
        self.drafts.push(Draft { name: name.to_owned(), kind: SpanKind::Internal, ..Draft::default() });
        self.drafts.len() - 1
    }

    /// A draft that `selector` selects, made where there is none. `None` where nobody knows a name for it.
    fn ensure(&mut self, selector: &NameSelector) -> Option<usize> {
        match self.drafts.iter().position(|draft| selects(selector, &draft.name)) {
            Some(known) => Some(known),
            None => names(selector).first().map(|name| self.add(name)),
        }
    }

    /// A span block: as many spans as it counts, with all that it asks for.
    fn add_block(&mut self, expectation: &Expectation) {
        let of_span = |requirement: &'_ Requirement| match requirement {
            Requirement::Span(span) => Some(span.clone()),
            _ => None,
        };
        let asked: Vec<SpanRequirement> = expectation.requirements.iter().filter_map(of_span).collect();
        if asked.is_empty() || asked.contains(&SpanRequirement::Exists(false)) {
            return;
        }
        let times = asked.iter().find_map(|requirement| match requirement {
            SpanRequirement::Count(Bound::AtLeast(times) | Bound::Exactly(times)) => Some(*times),
            _ => None,
        });
        let name = asked.iter().find_map(|requirement| match requirement {
            SpanRequirement::Name(selector) => names(selector).into_iter().next(),
            _ => None,
        });
        let Some(name) = name.or_else(|| names(expectation.subject.as_ref()?).into_iter().next()) else { return };
        for _ in 0..usize::try_from(times.unwrap_or(1)).unwrap_or(0).min(MOST_SPANS) {
            let span = self.add(&name);
            self.give(span, &asked);
        }
    }

    /// Gives a span what a block asks of it.
    fn give(&mut self, span: usize, asked: &[SpanRequirement]) {
        let mut tests: Vec<(&str, Vec<ValueTest>)> = Vec::new();
        let any = asked.iter().find_map(|requirement| match requirement {
            SpanRequirement::AnyAttribute(choices) => choices.first(),
            _ => None,
        });
        if let Some(choice) = any {
            tests.push((&choice.key, choice.tests.clone()));
        }
        for requirement in asked {
            let draft = &mut self.drafts[span];
            match requirement {
                SpanRequirement::Kind(kind) => draft.kind = *kind,
                SpanRequirement::Status(status) => draft.status = *status,
                SpanRequirement::Event(name) => draft.events.push(name.clone()),
                SpanRequirement::AnyEvent(names) => draft.events.extend(names.first().cloned()),
                SpanRequirement::DurationAtLeast(least) => draft.least = nanoseconds(*least),
                SpanRequirement::DurationAtMost(most) => draft.most = Some(nanoseconds(*most)),
                SpanRequirement::Attribute(key, test) => match tests.iter_mut().find(|(known, _)| known == key) {
                    Some((_, tests)) => tests.push(test.clone()),
                    None => tests.push((key, vec![test.clone()])),
                },
                SpanRequirement::Parent(selector) | SpanRequirement::Ancestor(selector) => {
                    let Some(parent) = self.ensure(selector).filter(|parent| *parent != span) else { continue };
                    self.drafts[span].parent = Some(parent);
                }
                _ => {}
            }
        }
        for (key, tests) in tests {
            if let Some(Some(value)) = satisfying(&tests) {
                let attributes = std::mem::take(&mut self.drafts[span].attributes);
                self.drafts[span].attributes = attributes.with(key, value);
            }
        }
    }

    /// The spans and edges that a requirement needs.
    fn add_spans(&mut self, requirement: &Requirement) {
        match requirement {
            Requirement::Graph(GraphRequirement::Edge(parent, child))
            | Requirement::Trace(TraceRequirement::Edge(parent, child)) => self.connect(parent, child),
            Requirement::Graph(GraphRequirement::AnyEdge) if self.drafts.iter().all(|draft| draft.parent.is_none()) => {
                self.connect(&NameSelector::Exact("app".to_owned()), &NameSelector::Exact("app.step".to_owned()));
            }
            Requirement::Window(window) => {
                let outer = match window.window() {
                    WindowSpan::Outer(outer) => self.ensure(outer),
                    WindowSpan::Between(start, end) => {
                        self.ensure(end);
                        self.ensure(start)
                    }
                };
                let Some(outer) = outer else { return };
                match window {
                    WindowRequirement::Contains(_, name, _) => {
                        let inner = self.ensure(name).filter(|inner| *inner != outer);
                        if let Some(inner) = inner.filter(|inner| self.drafts[*inner].parent.is_none()) {
                            self.drafts[inner].parent = Some(outer);
                        }
                    }
                    WindowRequirement::DurationAtLeast(_, least) => self.drafts[outer].least = nanoseconds(*least),
                    WindowRequirement::DurationAtMost(_, most) => self.drafts[outer].most = Some(nanoseconds(*most)),
                    WindowRequirement::SpansAtLeast(_, least, _) => {
                        for _ in 0..usize::try_from(*least).unwrap_or(0).min(MOST_SPANS) {
                            let inner = self.add("app.step");
                            self.drafts[inner].parent = Some(outer);
                        }
                    }
                    WindowRequirement::Present(_) => {}
                }
            }
            Requirement::Order(OrderRequirement { first, second, .. }) => {
                self.ensure(first);
                self.ensure(second);
            }
            Requirement::Status(StatusRequirement::Named(name, _))
            | Requirement::Trace(TraceRequirement::Contains(name)) => {
                self.ensure(name);
            }
            Requirement::Trace(TraceRequirement::ContainsAny(names)) => {
                names.first().and_then(|name| self.ensure(name));
            }
            Requirement::Trace(TraceRequirement::Id(id)) => self.trace_id = TraceId::from_text(id).ok(),
            _ => {}
        }
    }

    /// Puts a span that `child` selects below one that `parent` selects.
    fn connect(&mut self, parent: &NameSelector, child: &NameSelector) {
        let Some(above) = self.ensure(parent) else { return };
        let is_child = |draft: &Draft| selects(child, &draft.name);
        let has_parent = |draft: &Draft| draft.parent.is_some_and(|known| selects(parent, &self.drafts[known].name));
        if self.drafts.iter().any(|draft| is_child(draft) && has_parent(draft)) {
            return;
        }
        let free = (0..self.drafts.len())
            .find(|index| *index != above && self.drafts[*index].parent.is_none() && is_child(&self.drafts[*index]));
        let below = free.or_else(|| names(child).first().map(|name| self.add(name)));
        if let Some(below) = below {
            self.drafts[below].parent = Some(above);
        }
    }

    /// Adds spans and events until the lower bounds hold.
    fn count_up(&mut self, requirement: &Requirement) {
        let Requirement::Count(counted, Bound::AtLeast(least) | Bound::Exactly(least)) = requirement else { return };
        let wanted = usize::try_from(*least).unwrap_or(0).min(MOST_SPANS);
        match counted {
            Counted::Events => {
                if self.drafts.is_empty() && wanted > 0 {
                    self.add("app");
                }
                let have: usize = self.drafts.iter().map(|draft| draft.events.len()).sum();
                if let Some(first) = self.drafts.first_mut() {
                    first.events.extend((have..wanted).map(|_| "event".to_owned()));
                }
            }
            Counted::Errors => {
                while self.drafts.len() < wanted {
                    self.add("app.step");
                }
                let have = self.drafts.iter().filter(|draft| draft.status == StatusCode::Error).count();
                let innocent = self.drafts.iter_mut().rev().filter(|draft| draft.status == StatusCode::Unset);
                innocent.take(wanted.saturating_sub(have)).for_each(|draft| draft.status = StatusCode::Error);
            }
            Counted::Spans => {
                while self.drafts.len() < wanted {
                    self.add("app.step");
                }
            }
            Counted::OfKind(kind) => {
                let have = self.drafts.iter().filter(|draft| draft.kind == *kind).count();
                for _ in have..wanted {
                    let span = self.add("app.step");
                    self.drafts[span].kind = *kind;
                }
            }
            Counted::Named(selector) => {
                let have = self.drafts.iter().filter(|draft| selects(selector, &draft.name)).count();
                let Some(name) = names(selector).into_iter().next() else { return };
                for _ in have..wanted {
                    self.add(&name);
                }
            }
        }
    }

    /// What is asked of all spans, once all are there.
    fn adjust(&mut self, requirement: &Requirement) {
        match requirement {
            Requirement::Status(StatusRequirement::All(status)) => {
                self.drafts.iter_mut().for_each(|draft| draft.status = *status);
            }
            Requirement::Status(StatusRequirement::Named(name, status)) => {
                let named = self.drafts.iter_mut().filter(|draft| selects(name, &draft.name));
                named.for_each(|draft| draft.status = *status);
            }
            Requirement::Hermeticity(HermeticityRequirement::ResourceAttribute(key, test)) => {
                if let Some(Some(value)) = satisfying(std::slice::from_ref(test)) {
                    self.resource = std::mem::take(&mut self.resource).with(key.as_str(), value);
                }
            }
            _ => {}
        }
    }

    fn into_trace<'a>(mut self, requirements: impl Iterator<Item = &'a Requirement>) -> Trace {
        let times = self.times(&self.ranks(requirements));
        let trace_id = self.trace_id.take().unwrap_or_else(|| TraceId::from([0xC1; 16]));
        let resource =
            std::sync::Arc::new(Resource { attributes: std::mem::take(&mut self.resource), ..Resource::default() });
        let id = |index: usize| SpanId::from((index as u64 + 1).to_be_bytes());
        let spans = self.drafts.into_iter().zip(times).enumerate().map(|(index, (draft, (start, end)))| Span {
            parent_span_id: draft.parent.map(id),
            kind: draft.kind,
            start: Some(start),
            end: Some(end),
            status: Status { code: draft.status, ..Status::default() },
            attributes: draft.attributes,
            events: draft
                .events
                .iter()
                .map(|name| Event { name: name.as_str().into(), time: Some(start), ..Event::default() })
                .collect(),
            resource: resource.clone(),
            ..Span::new(trace_id.clone(), id(index), draft.name.as_str())
        });
        spans.collect()
    }

    /// How many spans must come before each, by the orders that are asked for.
    fn ranks<'a>(&self, requirements: impl Iterator<Item = &'a Requirement>) -> Vec<usize> {
        let orders: Vec<&OrderRequirement> = requirements
            .filter_map(|requirement| match requirement {
                Requirement::Order(order) => Some(order),
                _ => None,
            })
            .collect();
        let mut ranks = vec![0; self.drafts.len()];
        // Each round moves what comes behind one place on; orders in a circle stop moving after as many rounds as there are orders.
        for _ in 0..orders.len() {
            for order in &orders {
                let first = (0..ranks.len()).filter(|index| selects(&order.first, &self.drafts[*index].name));
                let Some(before) = first.map(|index| ranks[index]).max() else { continue };
                for (rank, draft) in ranks.iter_mut().zip(&self.drafts) {
                    if selects(&order.second, &draft.name) {
                        *rank = (*rank).max(before + 1);
                    }
                }
            }
        }
        ranks
    }

    /// Start and end of each span: siblings one behind the other, children within their parents.
    fn times(&self, ranks: &[usize]) -> Vec<(u64, u64)> {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.drafts.len()];
        let mut roots = Vec::new();
        for (index, draft) in self.drafts.iter().enumerate() {
            match draft.parent {
                Some(parent) => children[parent].push(index),
                None => roots.push(index),
            }
        }
        children.iter_mut().chain([&mut roots]).for_each(|group| group.sort_by_key(|index| (ranks[*index], *index)));
        let mut times = vec![(BEGIN, BEGIN + MILLISECOND); self.drafts.len()];
        let mut now = BEGIN;
        for root in roots {
            now = self.lay_out(root, now, &children, &mut times) + MILLISECOND;
        }
        times
    }

    /// Gives a span and all below it their times, from `start` on; answers its end.
    fn lay_out(&self, index: usize, start: u64, children: &[Vec<usize>], times: &mut [(u64, u64)]) -> u64 {
        let draft = &self.drafts[index];
        let mut now = start;
        for child in &children[index] {
            now = self.lay_out(*child, now, children, times);
        }
        let own = MILLISECOND.max(draft.least).min(draft.most.unwrap_or(u64::MAX).max(draft.least));
        let end = now.max(start.saturating_add(own));
        times[index] = (start, end);
        end
    }
}

/// Milliseconds of the test format in nanoseconds.
fn nanoseconds(milliseconds: f64) -> u64 {
    // A cast saturates: what is negative or no number becomes zero.
    (milliseconds * MILLISECOND as f64) as u64
}
