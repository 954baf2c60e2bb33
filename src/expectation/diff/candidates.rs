//! Traces on which two revisions of an expectation may part: examples that satisfy the one, the other or both, and each of them with
//! one thing changed to a value that either revision mentions or just misses.

use super::{Expectation, tree_of};
use crate::expectation::example::{names, number_near, satisfying, trace_of};
use crate::expectation::mutate::{Edit, Mutation, targeted};
use crate::expectation::tree::{
    AttributeTest, BlockKind, Counted, GraphRequirement, HermeticityRequirement, NameSelector, OrderRequirement,
    Reading, Requirement, SpanRequirement, StatusRequirement, TraceRequirement, ValueTest, WindowRequirement,
    WindowSpan,
};
use crate::trace::{Name, SpanIndex, SpanKind, StatusCode, Trace, Value};

/// Of one example no more changes are tried.
const MOST_CHANGES: usize = 2_000;

/// A spare name, for spans in between.
const BETWEEN: &str = "between";

/// Candidates, the simplest first. `around` is what they should satisfy besides.
pub fn candidates<'a>(around: &'a [Expectation], sides: &'a [&'a Expectation]) -> impl Iterator<Item = Trace> + 'a {
    let seeds = seeds(around, sides);
    let plain = seeds.clone().into_iter();
    plain.chain(seeds.into_iter().flat_map(move |seed| {
        let changes = changes(&seed, sides);
        changes.into_iter().take(MOST_CHANGES).map(move |steps| {
            let (first, rest) = (steps.first().map(|step| step.apply(&seed)), steps.get(1..).unwrap_or_default());
            let changed = first.unwrap_or_else(|| seed.clone());
            rest.iter().fold(changed, |trace, step| step.apply(&trace))
        })
    }))
}

/// Examples that satisfy one side, the other, or both.
fn seeds(around: &[Expectation], sides: &[&Expectation]) -> Vec<Trace> {
    let mut seeds = vec![];
    let both = sides.iter().copied();
    for side in sides {
        seeds.push(trace_of(around.iter().chain([*side])));
    }
    if sides.len() > 1 {
        seeds.push(trace_of(around.iter().chain(both.clone())));
    }
    // What must not be there has to be there in a trace that is to be refused.
    let provoking: Vec<Vec<Expectation>> = both.flat_map(provoking).collect();
    seeds.extend(provoking.iter().map(|provoking| trace_of(around.iter().chain(provoking))));
    seeds
}

/// What would violate an expectation that forbids something, or satisfy it in a roundabout way.
fn provoking(side: &Expectation) -> Vec<Vec<Expectation>> {
    let like = |requirements: Vec<Requirement>| {
        Expectation::new(side.kind, side.subject.clone(), requirements, side.path.clone(), side.span)
    };
    let mut provoking = Vec::new();
    let is_number = |requirement: &&Requirement| {
        matches!(requirement, Requirement::Span(SpanRequirement::Exists(_) | SpanRequirement::Count(_)))
    };
    if side.requirements.iter().any(|requirement| is_number(&requirement)) {
        provoking.push(vec![like(side.requirements.iter().filter(|it| !is_number(it)).cloned().collect())]);
    }
    let between = NameSelector::Exact(BETWEEN.to_owned());
    let edge = |parent: &NameSelector, child: &NameSelector| {
        Requirement::Graph(GraphRequirement::Edge(parent.clone(), child.clone()))
    };
    for requirement in &side.requirements {
        match requirement {
            Requirement::Graph(GraphRequirement::NoEdge(first, second, _)) => {
                for (above, below) in [(first, second), (second, first)] {
                    provoking.push(vec![like(vec![edge(above, below)])]);
                    provoking.push(vec![like(vec![edge(above, &between), edge(&between, below)])]);
                }
            }
            // A number that is limited above needs something to be counted.
            Requirement::Count(Counted::Named(name), _) => {
                let named = Requirement::Span(SpanRequirement::Name(name.clone()));
                let subject = Some(name.clone());
                let span = Expectation::new(BlockKind::Span, subject, vec![named], side.path.clone(), side.span);
                provoking.push(vec![span]);
            }
            // The parent may be an ancestor only.
            Requirement::Span(SpanRequirement::Parent(above) | SpanRequirement::Ancestor(above)) => {
                let others = side.requirements.iter().filter(|other| *other != requirement).cloned();
                let lower = Requirement::Span(SpanRequirement::Parent(between.clone()));
                provoking.push(vec![like(others.chain([lower]).collect()), like(vec![edge(above, &between)])]);
            }
            _ => {}
        }
    }
    provoking
}

/// Changes of `seed`, each a few steps one after the other.
fn changes(seed: &Trace, sides: &[&Expectation]) -> Vec<Vec<Mutation>> {
    let mut changes: Vec<Vec<Mutation>> = Vec::new();
    let tree = tree_of(sides.iter().copied(), Reading::default());
    for constraint in &tree.constraints {
        changes.extend(targeted(&tree, constraint, seed).into_iter().map(|mutation| vec![mutation]));
    }
    let mentioned = Mentioned::of(sides);
    for (index, _) in seed.iter() {
        let one = |edit: Edit| vec![Mutation::of(index, edit)];
        changes.extend(mentioned.names.iter().map(|name| one(Edit::Rename(Name::from(name.as_str())))));
        changes.extend(SpanKind::ALL.into_iter().map(|kind| one(Edit::Kind(kind))));
        changes.extend([StatusCode::Unset, StatusCode::Ok, StatusCode::Error].map(|code| one(Edit::Status(code))));
        changes
            .extend(mentioned.attributes.iter().map(|(key, value)| one(Edit::Attribute(key.clone(), value.clone()))));
        changes.extend(
            mentioned.resource.iter().map(|(key, value)| one(Edit::ResourceAttribute(key.clone(), value.clone()))),
        );
        changes.extend(mentioned.events.iter().map(|event| one(Edit::AddEvent(event.clone()))));
        changes.extend(mentioned.durations.iter().map(|duration| one(Edit::Last(*duration))));
        changes.push(one(Edit::Drop));
        changes.push(one(Edit::Reparent(None)));
        changes.extend(one_more(seed, index));
    }
    for (index, _) in seed.iter() {
        for (other, _) in seed.iter().filter(|(other, _)| *other != index) {
            changes.push(vec![Mutation::of(index, Edit::Reparent(Some(other)))]);
        }
    }
    for (key, value) in &mentioned.resource {
        let spans = seed.iter().map(|(index, _)| index).collect();
        changes.push(vec![Mutation { spans, edit: Edit::ResourceAttribute(key.clone(), value.clone()) }]);
    }
    changes
}

/// A second span of the same name, long before or long after the first.
fn one_more(seed: &Trace, index: SpanIndex) -> Vec<Vec<Mutation>> {
    const HOUR: i64 = 3_600_000_000_000;
    // The first of two equal spans is moved away; the other one stays where it was.
    let copied = Mutation::of(index, Edit::Duplicate(1));
    let twice = copied.apply(seed);
    let name = &seed[index].name;
    let Some(copy) = twice
        .by_name(name)
        .iter()
        .copied()
        .find(|copy| seed.by_id(&twice[*copy].trace_id, &twice[*copy].span_id).is_none())
    else {
        return Vec::new();
    };
    [HOUR, -HOUR].map(|by| vec![copied.clone(), Mutation::of(copy, Edit::Shift(by))]).to_vec()
}

/// What the sides mention, and values next to it.
#[derive(Default)]
struct Mentioned {
    names: Vec<String>,
    attributes: Vec<(Name, Option<Value>)>,
    resource: Vec<(Name, Option<Value>)>,
    events: Vec<Name>,
    /// In nanoseconds.
    durations: Vec<u64>,
}

impl Mentioned {
    fn of(sides: &[&Expectation]) -> Self {
        let mut mentioned = Self::default();
        for requirement in sides.iter().flat_map(|side| &side.requirements) {
            mentioned.requirement(requirement);
        }
        mentioned.names.push("unheard.of".to_owned());
        mentioned.names.sort_unstable();
        mentioned.names.dedup();
        mentioned
    }

    fn name(&mut self, selector: &NameSelector) {
        self.names.extend(names(selector));
    }

    fn duration(&mut self, milliseconds: f64) {
        self.durations.extend([-1.0, 0.0, 1.0].map(|step| ((milliseconds + step) * 1e6) as u64));
    }

    fn requirement(&mut self, requirement: &Requirement) {
        match requirement {
            Requirement::Span(span) => self.span(span),
            Requirement::Graph(GraphRequirement::Edge(first, second) | GraphRequirement::NoEdge(first, second, _))
            | Requirement::Order(OrderRequirement { first, second, .. })
            | Requirement::Trace(TraceRequirement::Edge(first, second)) => {
                self.name(first);
                self.name(second);
            }
            Requirement::Count(Counted::Named(name), _)
            | Requirement::Status(StatusRequirement::Named(name, _))
            | Requirement::Trace(TraceRequirement::Contains(name)) => self.name(name),
            Requirement::Trace(TraceRequirement::ContainsAny(names)) => names.iter().for_each(|name| self.name(name)),
            Requirement::Window(window) => {
                match window.window() {
                    WindowSpan::Outer(outer) => self.name(outer),
                    WindowSpan::Between(start, end) => {
                        self.name(start);
                        self.name(end);
                    }
                }
                match window {
                    WindowRequirement::Contains(_, name, _) => self.name(name),
                    WindowRequirement::DurationAtLeast(_, bound) | WindowRequirement::DurationAtMost(_, bound) => {
                        self.duration(*bound);
                    }
                    WindowRequirement::Present(_) | WindowRequirement::SpansAtLeast(..) => {}
                }
            }
            Requirement::Hermeticity(hermeticity) => match hermeticity {
                HermeticityRequirement::NoExternalServices(hosts) => {
                    let hosts = hosts.iter().map(|host| Some(Value::from(host.as_str())));
                    self.attributes.extend(hosts.map(|host| (Name::from("server.address"), host)));
                }
                HermeticityRequirement::ResourceAttribute(key, test) => {
                    let key = Name::from(key.as_str());
                    self.resource.extend(near(test).into_iter().map(|value| (key.clone(), value)));
                }
                HermeticityRequirement::ForbiddenKey(key) => {
                    self.attributes.push((Name::from(key.as_str()), Some(Value::from("value"))));
                }
            },
            _ => {}
        }
    }

    fn span(&mut self, requirement: &SpanRequirement) {
        match requirement {
            SpanRequirement::Name(name) | SpanRequirement::Parent(name) | SpanRequirement::Ancestor(name) => {
                self.name(name)
            }
            SpanRequirement::Attribute(key, test) => self.attribute(key, test),
            SpanRequirement::AnyAttribute(choices) => {
                for AttributeTest { key, tests } in choices {
                    tests.iter().for_each(|test| self.attribute(key, test));
                }
            }
            SpanRequirement::Event(name) => self.events.push(Name::from(name.as_str())),
            SpanRequirement::AnyEvent(names) => self.events.extend(names.iter().map(|name| Name::from(name.as_str()))),
            SpanRequirement::DurationAtLeast(bound) | SpanRequirement::DurationAtMost(bound) => self.duration(*bound),
            _ => {}
        }
    }

    fn attribute(&mut self, key: &str, test: &ValueTest) {
        let key = Name::from(key);
        self.attributes.extend(near(test).into_iter().map(|value| (key.clone(), value)));
    }
}

/// Values that a test mentions, and their neighbours; `None` is the absent attribute.
fn near(test: &ValueTest) -> Vec<Option<Value>> {
    let each = |values: &[crate::expectation::tree::Literal]| -> Vec<Option<Value>> {
        values.iter().filter_map(|value| satisfying(&[ValueTest::Equals(value.clone())])).collect()
    };
    let mut values = match test {
        ValueTest::Equals(value) | ValueTest::Not(value) => each(std::slice::from_ref(value)),
        ValueTest::OneOf(values) => each(values),
        ValueTest::Regex(_) => satisfying(std::slice::from_ref(test)).into_iter().collect(),
        ValueTest::AtLeast(bound) | ValueTest::AtMost(bound) => {
            [-1.0, 0.0, 1.0].map(|step| Some(number_near(*bound, step))).to_vec()
        }
        ValueTest::Present(_) => Vec::new(),
    };
    values.extend([None, Some(Value::from("value"))]);
    values
}
