//! The changes that a constraint is there to notice.

use super::{Edit, Mutation};
use crate::expectation::example::{another_text, selects, violating};
use crate::expectation::tree::{
    Bound, Constraint, Counted, ExpectationTree, GraphRequirement, HermeticityRequirement, NameSelector,
    OrderRequirement, Requirement, SpanRequirement, StatusRequirement, TraceRequirement, WindowRequirement, WindowSpan,
};
use crate::trace::{Name, SpanIndex, SpanKind, StatusCode, Trace, Value};

/// Nanoseconds of a millisecond, the unit of the test format.
const MILLISECOND: f64 = 1e6;

/// A second, in nanoseconds: no tolerance is that great.
const SECOND: i64 = 1_000_000_000;

/// The changes of `trace` that `constraint` is there to notice. Where one span that satisfies it is enough, all that could do so are
/// changed at once; where all must satisfy it, one is.
pub fn targeted(tree: &ExpectationTree, constraint: &Constraint, trace: &Trace) -> Vec<Mutation> {
    let aim = Aim { trace, subject: tree.block_of(constraint).subject.as_ref() };
    let mutations = match &constraint.requirement {
        Requirement::Span(span) => aim.span(span),
        Requirement::Graph(graph) => aim.graph(graph),
        Requirement::Count(counted, bound) => aim.count(counted, *bound),
        Requirement::Window(window) => aim.window(window),
        Requirement::Order(order) => aim.order(order),
        Requirement::Status(status) => aim.status(status),
        Requirement::Hermeticity(hermeticity) => aim.hermeticity(hermeticity),
        Requirement::Trace(requirement) => aim.trace(requirement),
        Requirement::Unevaluable(_) => Vec::new(),
    };
    mutations.into_iter().filter(|mutation| !mutation.spans.is_empty()).collect()
}

/// What is aimed at.
struct Aim<'a> {
    trace: &'a Trace,
    /// The span that the block is about, where it is about one.
    subject: Option<&'a NameSelector>,
}

impl Aim<'_> {
    /// All spans that a selector selects, in the order of the trace.
    fn named(&self, selector: &NameSelector) -> Vec<SpanIndex> {
        let mut spans: Vec<SpanIndex> = match selector {
            NameSelector::Exact(name) => self.trace.by_name(name).to_vec(),
            _ => {
                let names = self.trace.names().filter(|(name, _)| selects(selector, name));
                names.flat_map(|(_, spans)| spans).copied().collect()
            }
        };
        spans.sort_unstable();
        spans
    }

    fn subjects(&self) -> Vec<SpanIndex> {
        self.subject.map(|subject| self.named(subject)).unwrap_or_default()
    }

    fn all(&self) -> Vec<SpanIndex> {
        self.trace.iter().map(|(index, _)| index).collect()
    }

    fn first(&self) -> Vec<SpanIndex> {
        self.trace.iter().map(|(index, _)| index).take(1).collect()
    }

    /// The same change to all spans of the subject.
    fn on_subjects(&self, edits: impl IntoIterator<Item = Edit>) -> Vec<Mutation> {
        let spans = self.subjects();
        edits.into_iter().map(|edit| Mutation { spans: spans.clone(), edit }).collect()
    }

    /// A span that `selector` does not select, and that is not among `below` nor beneath it.
    fn stranger(&self, selector: &NameSelector, below: &[SpanIndex]) -> Option<SpanIndex> {
        let is_beneath = |index| self.trace.ancestors(index).any(|above| below.contains(&above));
        let free = |index: &SpanIndex| {
            !selects(selector, &self.trace[*index].name) && !below.contains(index) && !is_beneath(*index)
        };
        self.trace.iter().map(|(index, _)| index).take(MOST_LOOKED_AT).find(free)
    }

    fn span(&self, requirement: &SpanRequirement) -> Vec<Mutation> {
        match requirement {
            SpanRequirement::Name(_) => {
                let name = self.subject.map_or("", NameSelector::text);
                self.on_subjects([Edit::Rename(Name::from(another_text(name).as_str())), Edit::Drop])
            }
            SpanRequirement::Parent(parent) | SpanRequirement::Ancestor(parent) => {
                let stranger = self.stranger(parent, &self.subjects());
                let elsewhere = stranger.map(|stranger| Edit::Reparent(Some(stranger)));
                self.on_subjects([Edit::Reparent(None)].into_iter().chain(elsewhere))
            }
            SpanRequirement::Kind(kind) => self.on_subjects([Edit::Kind(other_kind(*kind))]),
            SpanRequirement::Status(status) => self.on_subjects(other_statuses(*status).map(Edit::Status)),
            SpanRequirement::Attribute(key, test) => {
                let key = Name::from(key.as_str());
                self.on_subjects(violating(test).into_iter().map(|value| Edit::Attribute(key.clone(), value)))
            }
            // A change of one of them is not noticed, and need not be, where another one passes.
            SpanRequirement::AnyAttribute(choices) => match choices.as_slice() {
                [only] => self.on_subjects([Edit::Attribute(Name::from(only.key.as_str()), None)]),
                _ => Vec::new(),
            },
            SpanRequirement::Event(name) => self.on_subjects([Edit::DropEvents(Some(Name::from(name.as_str())))]),
            SpanRequirement::AnyEvent(_) => self.on_subjects([Edit::DropEvents(None)]),
            SpanRequirement::DurationAtLeast(least) => self.on_subjects(shorter(*least)),
            SpanRequirement::DurationAtMost(most) => self.on_subjects([Edit::Last(longer(*most))]),
            SpanRequirement::Count(bound) => count_off(&self.subjects(), *bound),
            SpanRequirement::Exists(true) => self.on_subjects([Edit::Drop]),
            SpanRequirement::Exists(false) => self.appear(),
            SpanRequirement::IfPresent => Vec::new(),
            SpanRequirement::Distinct => match self.subjects().split_first() {
                Some((_, others)) if !others.is_empty() => {
                    vec![Mutation { spans: others.to_vec(), edit: Edit::Drop }]
                }
                _ => self.on_subjects([Edit::Drop]),
            },
        }
    }

    /// A span of the subject's name where there should be none: one is called so.
    fn appear(&self) -> Vec<Mutation> {
        let name = self.subject.and_then(|subject| crate::expectation::example::names(subject).into_iter().next());
        name.map(|name| Mutation { spans: self.first(), edit: Edit::Rename(Name::from(name.as_str())) })
            .into_iter()
            .collect()
    }

    /// The children that `child` selects below spans that `parent` selects.
    fn edges(&self, parent: &NameSelector, child: &NameSelector) -> Vec<SpanIndex> {
        let is_below =
            |index: &SpanIndex| self.trace.parent(*index).is_some_and(|above| selects(parent, &self.trace[above].name));
        self.named(child).into_iter().filter(is_below).collect()
    }

    fn edge(&self, parent: &NameSelector, child: &NameSelector) -> Vec<Mutation> {
        let children = self.edges(parent, child);
        let stranger = self.stranger(parent, &children).map(|stranger| Edit::Reparent(Some(stranger)));
        let edits = [Edit::Reparent(None), Edit::Drop].into_iter().chain(stranger);
        edits.map(|edit| Mutation { spans: children.clone(), edit }).collect()
    }

    fn graph(&self, requirement: &GraphRequirement) -> Vec<Mutation> {
        match requirement {
            GraphRequirement::Edge(parent, child) => self.edge(parent, child),
            GraphRequirement::NoEdge(first, second, _) => {
                let (first, second) = (self.named(first), self.named(second));
                let [Some(&above), Some(&below)] =
                    [first.first(), second.iter().rev().find(|it| Some(*it) != first.first())]
                else {
                    return Vec::new();
                };
                vec![Mutation::of(below, Edit::Reparent(Some(above))), Mutation::of(above, Edit::Reparent(Some(below)))]
            }
            GraphRequirement::Acyclic => self.circle(),
            GraphRequirement::AnyEdge => vec![Mutation { spans: self.all(), edit: Edit::Reparent(None) }],
            GraphRequirement::NoOrphans => vec![Mutation { spans: self.last(), edit: Edit::Orphan }],
            GraphRequirement::Tree => {
                let root = self.last().first().map(|last| Mutation::of(*last, Edit::Orphan));
                root.into_iter().chain(self.circle()).collect()
            }
        }
    }

    fn last(&self) -> Vec<SpanIndex> {
        self.trace.iter().map(|(index, _)| index).next_back().into_iter().collect()
    }

    /// A span below itself: a root below its own descendant, or where there is none, below itself.
    fn circle(&self) -> Vec<Mutation> {
        let Some(root) = self.trace.roots().next().or_else(|| self.first().first().copied()) else { return Vec::new() };
        let child = self.trace.children(root).first().copied().unwrap_or(root);
        vec![Mutation::of(root, Edit::Reparent(Some(child)))]
    }

    fn count(&self, counted: &Counted, bound: Bound) -> Vec<Mutation> {
        match counted {
            Counted::Spans => count_off(&self.all(), bound),
            Counted::Named(name) => match self.named(name) {
                // One too many of what must not be there at all has to come from somewhere.
                none if none.is_empty() => {
                    let name = crate::expectation::example::names(name).into_iter().next();
                    let edit = name.map(|name| Edit::Rename(Name::from(name.as_str())));
                    edit.map(|edit| Mutation { spans: self.all(), edit }).into_iter().collect()
                }
                spans => count_off(&spans, bound),
            },
            Counted::OfKind(kind) => self.flip(
                bound,
                |index| self.trace[index].kind == *kind,
                Edit::Kind(other_kind(*kind)),
                Edit::Kind(*kind),
            ),
            Counted::Errors => self.flip(
                bound,
                |index| self.trace[index].status.code == StatusCode::Error,
                Edit::Status(StatusCode::Unset),
                Edit::Status(StatusCode::Error),
            ),
            Counted::Events => {
                let have: usize = self.trace.spans().iter().map(|span| span.events.len()).sum();
                let Some(target) = self.all().first().copied() else { return Vec::new() };
                let mut mutations = Vec::new();
                if !matches!(bound, Bound::AtMost(_)) && have > 0 {
                    mutations.push(Mutation { spans: self.all(), edit: Edit::DropEvents(None) });
                }
                if let Bound::AtMost(most) | Bound::Exactly(most) = bound {
                    // One event more on each span; on so many spans that the bound breaks.
                    let missing = usize::try_from(most).unwrap_or(0).saturating_sub(have) + 1;
                    let spans = if missing <= 1 { vec![target] } else { self.all() };
                    mutations.push(Mutation { spans, edit: Edit::AddEvent(Name::from("event")) });
                }
                mutations
            }
        }
    }

    /// Breaks a bound of the spans that are so, by making some of them otherwise, or others so.
    fn flip(&self, bound: Bound, is_so: impl Fn(SpanIndex) -> bool, away: Edit, towards: Edit) -> Vec<Mutation> {
        let (so, otherwise): (Vec<_>, Vec<_>) = self.all().into_iter().partition(|index| is_so(*index));
        let mut mutations = Vec::new();
        if let Bound::AtLeast(least) | Bound::Exactly(least) = bound {
            let surplus = so.len().saturating_sub(usize::try_from(least).unwrap_or(0)) + 1;
            if least > 0 && surplus <= so.len() {
                mutations.push(Mutation { spans: so[..surplus].to_vec(), edit: away });
            }
        }
        if let Bound::AtMost(most) | Bound::Exactly(most) = bound {
            let missing = usize::try_from(most).unwrap_or(0).saturating_sub(so.len()) + 1;
            if missing <= otherwise.len() {
                mutations.push(Mutation { spans: otherwise[..missing].to_vec(), edit: towards });
            }
        }
        mutations
    }

    fn window(&self, requirement: &WindowRequirement) -> Vec<Mutation> {
        let (opening, closing) = match requirement.window() {
            WindowSpan::Outer(outer) => (self.named(outer), None),
            WindowSpan::Between(start, end) => (self.named(start), Some(self.named(end))),
        };
        let ends = || closing.clone().unwrap_or_else(|| opening.clone());
        match requirement {
            WindowRequirement::Present(_) => vec![Mutation { spans: opening, edit: Edit::Drop }],
            WindowRequirement::Contains(_, name, tolerance) => {
                let inner: Vec<SpanIndex> = self.named(name);
                let last_end = ends().iter().filter_map(|index| self.trace[*index].end).max();
                let own_end = inner.first().and_then(|index| self.trace[*index].end);
                let beyond = tolerance * MILLISECOND + MILLISECOND;
                let away = match (last_end, own_end) {
                    (Some(last), Some(own)) => i64::try_from(i128::from(last) - i128::from(own)).unwrap_or(SECOND),
                    _ => SECOND,
                };
                let away = away.saturating_add(beyond as i64);
                let one = inner.iter().take(1).copied().collect();
                vec![Mutation { spans: one, edit: Edit::Shift(away) }, Mutation { spans: inner, edit: Edit::Drop }]
            }
            WindowRequirement::DurationAtLeast(_, least) => {
                shorter(*least).into_iter().map(|edit| Mutation { spans: ends(), edit }).collect()
            }
            WindowRequirement::DurationAtMost(_, most) => {
                vec![Mutation { spans: ends(), edit: Edit::Last(longer(*most)) }]
            }
            WindowRequirement::SpansAtLeast(..) => {
                let outside = |index: &SpanIndex| !opening.contains(index) && !ends().contains(index);
                vec![Mutation { spans: self.all().into_iter().filter(outside).collect(), edit: Edit::Drop }]
            }
        }
    }

    fn order(&self, requirement: &OrderRequirement) -> Vec<Mutation> {
        let (first, second) = (self.named(&requirement.first), self.named(&requirement.second));
        let latest = second.iter().filter_map(|index| self.trace[*index].end).max();
        let earliest = first.iter().filter_map(|index| self.trace[*index].start).min();
        let (Some(latest), Some(earliest)) = (latest, earliest) else { return Vec::new() };
        let behind = i64::try_from(latest.saturating_sub(earliest)).unwrap_or(SECOND).saturating_add(SECOND);
        let mut mutations = vec![
            Mutation { spans: first.clone(), edit: Edit::Shift(behind) },
            Mutation { spans: second.clone(), edit: Edit::Shift(-behind) },
        ];
        if let ([one], [other]) = (first.as_slice(), second.as_slice())
            && one != other
        {
            mutations.push(Mutation::of(*one, Edit::ExchangeTimes(*other)));
        }
        mutations.push(Mutation { spans: first, edit: Edit::Drop });
        mutations
    }

    fn status(&self, requirement: &StatusRequirement) -> Vec<Mutation> {
        match requirement {
            StatusRequirement::All(status) => other_statuses(*status)
                .map(|other| Mutation { spans: self.first(), edit: Edit::Status(other) })
                .collect(),
            StatusRequirement::None(status) => vec![Mutation { spans: self.first(), edit: Edit::Status(*status) }],
            StatusRequirement::Named(name, status) => {
                let spans = self.named(name);
                let one: Vec<SpanIndex> = spans.iter().take(1).copied().collect();
                let flips =
                    other_statuses(*status).map(|other| Mutation { spans: one.clone(), edit: Edit::Status(other) });
                flips.chain([Mutation { spans, edit: Edit::Drop }]).collect()
            }
        }
    }

    fn hermeticity(&self, requirement: &HermeticityRequirement) -> Vec<Mutation> {
        let edits = match requirement {
            HermeticityRequirement::NoExternalServices(_) => {
                let foreign = Some(Value::from("elsewhere.example.com"));
                ["server.address", "net.peer.name"]
                    .map(|key| Edit::Attribute(Name::from(key), foreign.clone()))
                    .to_vec()
            }
            HermeticityRequirement::ResourceAttribute(key, test) => {
                let key = Name::from(key.as_str());
                violating(test).into_iter().map(|value| Edit::ResourceAttribute(key.clone(), value)).collect()
            }
            HermeticityRequirement::ForbiddenKey(key) => {
                vec![Edit::Attribute(Name::from(key.as_str()), Some(Value::from("value")))]
            }
        };
        edits.into_iter().map(|edit| Mutation { spans: self.first(), edit }).collect()
    }

    fn trace(&self, requirement: &TraceRequirement) -> Vec<Mutation> {
        let drop = |spans: Vec<SpanIndex>| vec![Mutation { spans, edit: Edit::Drop }];
        match requirement {
            TraceRequirement::Id(id) => {
                let of_id =
                    |(_, span): &(SpanIndex, &crate::trace::Span)| span.trace_id.to_string().eq_ignore_ascii_case(id);
                let spans = self.trace.iter().filter(of_id).map(|(index, _)| index).collect();
                vec![Mutation { spans, edit: Edit::OtherTrace }]
            }
            TraceRequirement::Contains(name) => drop(self.named(name)),
            TraceRequirement::ContainsAny(names) => {
                let mut spans: Vec<SpanIndex> = names.iter().flat_map(|name| self.named(name)).collect();
                spans.sort_unstable();
                spans.dedup();
                drop(spans)
            }
            TraceRequirement::Edge(parent, child) => self.edge(parent, child),
            TraceRequirement::Complete => vec![Mutation { spans: self.last(), edit: Edit::Orphan }],
        }
    }
}

/// Of a huge trace only the first spans are looked at for one that fits.
const MOST_LOOKED_AT: usize = 10_000;

/// Breaks a bound of the number of `spans`: too few of them, too many of them.
fn count_off(spans: &[SpanIndex], bound: Bound) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    if let Bound::AtLeast(least) | Bound::Exactly(least) = bound {
        let surplus = spans.len().saturating_sub(usize::try_from(least).unwrap_or(0)) + 1;
        if least > 0 && surplus <= spans.len() {
            // The last ones: what is dropped first takes the least with it.
            mutations.push(Mutation { spans: spans[spans.len() - surplus..].to_vec(), edit: Edit::Drop });
        }
    }
    if let Bound::AtMost(most) | Bound::Exactly(most) = bound
        && let Some(last) = spans.last()
    {
        let missing = usize::try_from(most).unwrap_or(0).saturating_sub(spans.len()) + 1;
        mutations.push(Mutation::of(*last, Edit::Duplicate(missing.min(MOST_LOOKED_AT))));
    }
    mutations
}

const fn other_kind(kind: SpanKind) -> SpanKind {
    match kind {
        SpanKind::Client => SpanKind::Producer,
        _ => SpanKind::Client,
    }
}

fn other_statuses(status: StatusCode) -> impl Iterator<Item = StatusCode> {
    [StatusCode::Unset, StatusCode::Ok, StatusCode::Error].into_iter().filter(move |other| *other != status)
}

/// A duration just below so many milliseconds, where there is one.
fn shorter(milliseconds: f64) -> Option<Edit> {
    let bound = milliseconds * MILLISECOND;
    let less = if bound > 2.0 * MILLISECOND { bound - MILLISECOND } else { bound / 2.0 };
    (bound >= 1.0).then_some(Edit::Last(less as u64))
}

/// A duration just above so many milliseconds, in nanoseconds.
fn longer(milliseconds: f64) -> u64 {
    (milliseconds * MILLISECOND) as u64 + MILLISECOND as u64
}
