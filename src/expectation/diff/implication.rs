//! Whether one expectation implies another: every trace that satisfies the first satisfies the second. Answers yes only where that is
//! certain; no means "nobody knows".

use super::Expectation;
use crate::expectation::example::selects;
use crate::expectation::tree::{
    AttributeTest, Bound, Counted, CrossScope, GraphRequirement, HermeticityRequirement, Literal, NameSelector,
    OrderMode, Requirement, SpanRequirement, StatusRequirement, ValueTest, WindowRequirement,
};

/// Whether every trace with spans that satisfies `first` certainly satisfies `second`.
pub fn implies(first: &Expectation, second: &Expectation) -> bool {
    if first == second {
        return true;
    }
    match (span_block(first), span_block(second)) {
        (Some(first), Some(second)) => block_implies(&first, &second),
        (Some(first), None) => second.requirements.iter().all(|requirement| block_implies_count(&first, requirement)),
        (None, Some(_)) => false,
        // They must hold together, so each of the second must follow from one of the first, or from two bounds together.
        (None, None) => second.requirements.iter().all(|wanted| {
            first.requirements.iter().any(|given| requirement_implies(given, wanted)) || bounds_imply(first, wanted)
        }),
    }
}

/// A span block: one span must have all the properties.
struct SpanBlock<'a> {
    properties: Vec<&'a SpanRequirement>,
    /// How many spans must and may have them; `None` for no upper bound.
    least: i64,
    most: Option<i64>,
}

/// The block as properties and a number; `None` where it asks for something that this does not hold.
fn span_block(expectation: &Expectation) -> Option<SpanBlock<'_>> {
    let mut block = SpanBlock { properties: Vec::new(), least: 1, most: None };
    let mut counts = Vec::new();
    for requirement in &expectation.requirements {
        match requirement {
            Requirement::Span(SpanRequirement::Count(bound)) => counts.push(*bound),
            Requirement::Span(SpanRequirement::Exists(true)) => {}
            Requirement::Span(SpanRequirement::Exists(false)) => counts.push(Bound::Exactly(0)),
            Requirement::Span(SpanRequirement::IfPresent | SpanRequirement::Distinct) => return None,
            Requirement::Span(property) => block.properties.push(property),
            _ => return None,
        }
    }
    if !counts.is_empty() {
        (block.least, block.most) = interval(counts.into_iter());
    }
    (!block.properties.is_empty()).then_some(block)
}

fn block_implies(first: &SpanBlock<'_>, second: &SpanBlock<'_>) -> bool {
    let narrows = |narrow: &SpanBlock<'_>, wide: &SpanBlock<'_>| {
        wide.properties.iter().all(|wanted| narrow.properties.iter().any(|given| property_implies(given, wanted)))
    };
    // Spans with the properties of the first have those of the second, so that there are at least as many.
    let least = second.least <= 0 || narrows(first, second) && first.least >= second.least;
    let most = match (first.most, second.most) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(first_most), Some(second_most)) => narrows(second, first) && first_most <= second_most,
    };
    least && most
}

/// A block that wants a span of some name implies that there is one of that name, and of that kind.
fn block_implies_count(block: &SpanBlock<'_>, wanted: &Requirement) -> bool {
    let Requirement::Count(counted, Bound::AtLeast(least)) = wanted else { return false };
    let is_of = block.properties.iter().any(|property| match (property, counted) {
        (_, Counted::Spans) => true,
        (SpanRequirement::Name(given), Counted::Named(wanted)) => covers(wanted, given),
        (SpanRequirement::Kind(given), Counted::OfKind(wanted)) => given == wanted,
        _ => false,
    });
    is_of && block.least >= *least
}

/// Whether a span with the property `given` certainly has the property `wanted`.
fn property_implies(given: &SpanRequirement, wanted: &SpanRequirement) -> bool {
    use SpanRequirement::{
        Ancestor, AnyAttribute, AnyEvent, Attribute, DurationAtLeast, DurationAtMost, Event, Name, Parent,
    };
    match (given, wanted) {
        (Name(given), Name(wanted))
        | (Parent(given), Parent(wanted) | Ancestor(wanted))
        | (Ancestor(given), Ancestor(wanted)) => covers(wanted, given),
        (Attribute(key, given), Attribute(other, wanted)) => key == other && test_implies(given, wanted),
        (Attribute(key, given), AnyAttribute(choices)) => choices.iter().any(|AttributeTest { key: other, tests }| {
            key == other && tests.iter().all(|wanted| test_implies(given, wanted))
        }),
        (AnyAttribute(given), AnyAttribute(wanted)) => given.iter().all(|choice| wanted.contains(choice)),
        (Event(given), AnyEvent(wanted)) => wanted.contains(given),
        (AnyEvent(given), AnyEvent(wanted)) => given.iter().all(|name| wanted.contains(name)),
        (DurationAtLeast(given), DurationAtLeast(wanted)) => given >= wanted,
        (DurationAtMost(given), DurationAtMost(wanted)) => given <= wanted,
        _ => given == wanted,
    }
}

/// Whether a value that passes `given` certainly passes `wanted`.
fn test_implies(given: &ValueTest, wanted: &ValueTest) -> bool {
    use ValueTest::{AtLeast, AtMost, Equals, Not, OneOf, Present, Regex};
    match (given, wanted) {
        _ if given == wanted => true,
        (Equals(_) | Not(_) | OneOf(_) | Regex(_) | AtLeast(_) | AtMost(_), Present(true)) => true,
        (Equals(given), OneOf(wanted)) => wanted.contains(given),
        (OneOf(given), OneOf(wanted)) => given.iter().all(|value| wanted.contains(value)),
        (Equals(Literal::Integer(given)), AtLeast(wanted)) => *given as f64 >= *wanted,
        (Equals(Literal::Integer(given)), AtMost(wanted)) => *given as f64 <= *wanted,
        (Equals(Literal::Float(given)), AtLeast(wanted)) | (AtLeast(given), AtLeast(wanted)) => given >= wanted,
        (Equals(Literal::Float(given)), AtMost(wanted)) | (AtMost(given), AtMost(wanted)) => given <= wanted,
        _ => false,
    }
}

/// Whether one requirement that stands for itself certainly implies another.
fn requirement_implies(given: &Requirement, wanted: &Requirement) -> bool {
    match (given, wanted) {
        _ if given == wanted => true,
        (Requirement::Graph(given), Requirement::Graph(wanted)) => graph_implies(given, wanted),
        (
            Requirement::Count(Counted::Named(given), Bound::AtLeast(more)),
            Requirement::Count(counted, Bound::AtLeast(less)),
        ) => {
            let within = match counted {
                Counted::Named(wanted) => covers(wanted, given),
                Counted::Spans => true,
                _ => false,
            };
            within && more >= less
        }
        (
            Requirement::Count(Counted::OfKind(_) | Counted::Errors, Bound::AtLeast(more)),
            Requirement::Count(Counted::Spans, Bound::AtLeast(less)),
        ) => more >= less,
        (Requirement::Window(given), Requirement::Window(wanted)) => window_implies(given, wanted),
        (Requirement::Order(given), Requirement::Order(wanted)) => {
            // Of all pairs the first ones are one, and where the first ones are in order some pair is. The two bases are not
            // compared: a span of a broken clock ends before it starts.
            let strength = |mode| match mode {
                OrderMode::Any => 0,
                OrderMode::First => 1,
                OrderMode::All => 2,
            };
            let same = given.first == wanted.first && given.second == wanted.second && given.basis == wanted.basis;
            same && strength(given.mode) >= strength(wanted.mode)
        }
        (Requirement::Status(given), Requirement::Status(wanted)) => match (given, wanted) {
            (StatusRequirement::All(given), StatusRequirement::None(wanted)) => given != wanted,
            (StatusRequirement::Named(given_name, given), StatusRequirement::Named(wanted_name, wanted)) => {
                given_name == wanted_name && given == wanted
            }
            _ => false,
        },
        (Requirement::Hermeticity(given), Requirement::Hermeticity(wanted)) => match (given, wanted) {
            (HermeticityRequirement::NoExternalServices(given), HermeticityRequirement::NoExternalServices(wanted)) => {
                given.iter().all(|host| wanted.contains(host))
            }
            (
                HermeticityRequirement::ResourceAttribute(key, given),
                HermeticityRequirement::ResourceAttribute(other, wanted),
            ) => key == other && test_implies(given, wanted),
            _ => false,
        },
        _ => false,
    }
}

fn graph_implies(given: &GraphRequirement, wanted: &GraphRequirement) -> bool {
    use GraphRequirement::{Acyclic, AnyEdge, Edge, NoEdge, NoOrphans, Tree};
    match (given, wanted) {
        (Edge(parent, child), Edge(wanted_parent, wanted_child)) => {
            covers(wanted_parent, parent) && covers(wanted_child, child)
        }
        (Edge(..), AnyEdge) | (Tree, Acyclic | NoOrphans) => true,
        (NoEdge(first, second, scope), NoEdge(wanted_first, wanted_second, wanted_scope)) => {
            let straight = covers(first, wanted_first) && covers(second, wanted_second);
            let crosswise = covers(first, wanted_second) && covers(second, wanted_first);
            (straight || crosswise) && (scope == wanted_scope || *scope == CrossScope::Descendant)
        }
        _ => false,
    }
}

fn window_implies(given: &WindowRequirement, wanted: &WindowRequirement) -> bool {
    use WindowRequirement::{Contains, DurationAtLeast, DurationAtMost, Present, SpansAtLeast};
    if given.window() != wanted.window() {
        return false;
    }
    match (given, wanted) {
        (Contains(_, name, tolerance), Contains(_, wanted, greater)) => name == wanted && tolerance <= greater,
        (Contains(..) | SpansAtLeast(..), Present(_)) => true,
        (DurationAtLeast(_, given), DurationAtLeast(_, wanted)) => given >= wanted,
        (DurationAtMost(_, given), DurationAtMost(_, wanted)) => given <= wanted,
        (SpansAtLeast(_, more, tolerance), SpansAtLeast(_, less, greater)) => more >= less && tolerance <= greater,
        _ => false,
    }
}

/// Whether the bounds of one number in `first` together keep it within `wanted`.
fn bounds_imply(first: &Expectation, wanted: &Requirement) -> bool {
    let Requirement::Count(counted, bound) = wanted else { return false };
    let of_same = first.requirements.iter().filter_map(|requirement| match requirement {
        Requirement::Count(other, bound) if other == counted => Some(*bound),
        _ => None,
    });
    let (least, most) = interval(of_same);
    let (wanted_least, wanted_most) = interval(std::iter::once(*bound));
    least >= wanted_least && wanted_most.is_none_or(|wanted| most.is_some_and(|most| most <= wanted))
}

/// The numbers that all bounds allow: from the least to the most, if there is one.
fn interval(bounds: impl Iterator<Item = Bound>) -> (i64, Option<i64>) {
    bounds.fold((0, None), |(least, most), bound| {
        let lowered = |limit: i64| Some(most.map_or(limit, |most: i64| most.min(limit)));
        match bound {
            Bound::AtLeast(limit) => (least.max(limit), most),
            Bound::AtMost(limit) => (least, lowered(limit)),
            Bound::Exactly(exact) => (least.max(exact), lowered(exact)),
        }
    })
}

/// Whether every name that `narrow` selects is selected by `wide`.
fn covers(wide: &NameSelector, narrow: &NameSelector) -> bool {
    match (wide, narrow) {
        _ if wide == narrow => true,
        (NameSelector::Glob(pattern), _) if pattern == "*" => true,
        (_, NameSelector::Exact(name)) => selects(wide, name),
        _ => false,
    }
}
