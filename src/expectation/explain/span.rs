//! Why no span satisfies an `[[expect.span]]`, or too many do.

use super::{Explanation, Nearest, Row, message, show};
use crate::expectation::evaluate::{Observed, Property};
use crate::expectation::tree::{
    BlockKind, Bound, Constraint, ExpectationTree, Literal, NameSelector, Requirement, SpanRequirement, ValueTest,
};
use crate::expectation::verdict::{ConstraintVerdict, Judgement, Verdict};
use crate::trace::{Attributes, SpanIndex};

pub(super) fn explain(
    tree: &ExpectationTree,
    index: usize,
    requirement: &SpanRequirement,
    verdict: &ConstraintVerdict,
    observed: &Observed<'_>,
    judgement: &Judgement,
) -> Explanation {
    let constraint = &tree.constraints[index];
    let block = tree.block_of(constraint);
    let constraints: Vec<&Constraint> = tree.constraints_of(block).map(|(_, constraint)| constraint).collect();
    let name = block.subject.as_ref();
    match requirement {
        SpanRequirement::Exists(false) => return forbidden(verdict, observed),
        SpanRequirement::Distinct if verdict.verdict == Verdict::Fails => return shared(tree, verdict, observed),
        SpanRequirement::Count(bound) => {
            let mut explanation = miscounted(*bound, &constraints, observed);
            explanation.nearest =
                verdict.nearest.map(|span| nearest(span, &constraints, block.path.as_str(), observed));
            return explanation;
        }
        _ => {}
    }
    let nearest_span = verdict.nearest.or_else(|| nearest_of_block(tree, index, judgement));
    let rows = nearest_span.map(|span| nearest(span, &constraints, block.path.as_str(), observed));
    let is_unknown = name.is_some_and(|name| observed.select(name).is_empty());
    let properties = constraints.iter().filter(|constraint| is_property(constraint)).count();
    let mut explanation = Explanation { nearest: rows, ..Explanation::default() };
    if is_unknown && let Some(name) = name {
        let (told, help) = show::no_such_name(name, observed);
        let is_name = matches!(requirement, SpanRequirement::Name(_));
        explanation.message = if is_name { told.clone() } else { format!("not judged: {told}") };
        explanation.help = help;
        explanation.block = Some(told);
        explanation.accept = nearest_span.filter(|_| is_name).map(|span| show::quoted(&observed.trace[span].name));
    } else {
        explanation.block = Some(match properties {
            1 => "no span satisfies it".to_owned(),
            properties => format!("no span satisfies all {properties} constraints"),
        });
        property(requirement, nearest_span, &mut explanation, observed);
    }
    if let Some(name) = name {
        explanation.facts.extend(also_seen(name, nearest_span, observed));
    }
    explanation
}

fn is_property(constraint: &Constraint) -> bool {
    matches!(&constraint.requirement, Requirement::Span(requirement) if requirement.is_property())
}

/// The nearest span that another constraint of the block tells.
fn nearest_of_block(tree: &ExpectationTree, index: usize, judgement: &Judgement) -> Option<SpanIndex> {
    let block = tree.block_of(&tree.constraints[index]);
    judgement.verdicts.get(block.constraints.clone())?.iter().find_map(|verdict| verdict.nearest)
}

/// What the nearest span lacks of one constraint.
fn property(
    requirement: &SpanRequirement,
    nearest: Option<SpanIndex>,
    explanation: &mut Explanation,
    observed: &Observed<'_>,
) {
    let Some(nearest) = nearest else {
        explanation.message = explanation.block.clone().unwrap_or_default();
        return;
    };
    explanation.message = match told(requirement, nearest, observed) {
        Some(told) => format!("{told}, in the nearest span {}", show::span(nearest, observed)),
        None => explanation.block.clone().unwrap_or_default(),
    };
    explanation.accept = accept(requirement, nearest, observed);
    explanation.help = help(requirement, nearest, observed);
}

/// How a span differs from what is asked, as the start of a sentence.
fn told(requirement: &SpanRequirement, index: SpanIndex, observed: &Observed<'_>) -> Option<String> {
    let (seen, asked) = seen_and_asked(requirement, index, observed)?;
    let has_parent = observed.trace.parent(index).is_some();
    Some(match requirement {
        SpanRequirement::Name(_) => format!("the name is `{seen}`, not `{asked}`"),
        SpanRequirement::Parent(_) if has_parent => format!("the parent is `{seen}`, not `{asked}`"),
        SpanRequirement::Parent(_) => format!("the parent is {seen}, not `{asked}`"),
        SpanRequirement::Ancestor(_) if has_parent => format!("no `{asked}` is above it ({seen})"),
        SpanRequirement::Ancestor(_) => format!("no `{asked}` is above it: the parent is {seen}"),
        SpanRequirement::Kind(_) => format!("the kind is {seen}, not {asked}"),
        SpanRequirement::Status(_) => format!("the status is {seen}, not {asked}"),
        SpanRequirement::Attribute(key, ValueTest::Present(false)) => {
            format!("`{key}` must not be there, and is {seen}")
        }
        SpanRequirement::Attribute(key, _) if observed.trace[index].attributes.get(key).is_none() => {
            format!("`{key}` is not there, and must be {asked}")
        }
        SpanRequirement::Attribute(key, _) => format!("`{key}` is {seen}, not {asked}"),
        SpanRequirement::AnyAttribute(tests) if tests.is_empty() => "`attrs.any` names no attribute".to_owned(),
        SpanRequirement::AnyAttribute(_) => format!("none of the attributes is as asked: {seen}"),
        SpanRequirement::Event(_) | SpanRequirement::AnyEvent(_) => {
            format!("there is no event {asked} (events: {seen})")
        }
        SpanRequirement::DurationAtLeast(_) | SpanRequirement::DurationAtMost(_) => {
            format!("it took {seen}, not {asked}")
        }
        SpanRequirement::Count(_)
        | SpanRequirement::Exists(_)
        | SpanRequirement::IfPresent
        | SpanRequirement::Distinct => return None,
    })
}

/// What a span says to a constraint, and what was asked.
fn seen_and_asked(
    requirement: &SpanRequirement,
    index: SpanIndex,
    observed: &Observed<'_>,
) -> Option<(String, String)> {
    let span = &observed.trace[index];
    let trace = observed.trace;
    let code = || {
        let status = crate::expectation::evaluate::status_of(span, observed.reading);
        let word = status.map_or("no known status", crate::trace::StatusCode::word);
        if span.status.message.is_empty() {
            word.to_owned()
        } else {
            format!("{word} {}", show::quoted(&span.status.message))
        }
    };
    let events = || match &*span.events {
        [] => "none".to_owned(),
        events => show::frequencies(events.iter().map(|event| event.name.as_str()), 4).join(", "),
    };
    let duration = || match span.duration() {
        Some(nanoseconds) if nanoseconds < 0 => "less than no time (it ends before it starts)".to_owned(),
        Some(nanoseconds) => show::milliseconds(crate::expectation::evaluate::milliseconds(nanoseconds)),
        None if span.end.is_none() => "no known time (it has no end)".to_owned(),
        None => "no known time (it has no start)".to_owned(),
    };
    Some(match requirement {
        SpanRequirement::Name(name) => (span.name.to_string(), name.to_string()),
        SpanRequirement::Parent(name) => (parent(index, observed), name.to_string()),
        SpanRequirement::Ancestor(name) => {
            let above: Vec<&str> = trace.ancestors(index).take(4).map(|span| trace[span].name.as_str()).collect();
            (if above.is_empty() { parent(index, observed) } else { above.join(" < ") }, name.to_string())
        }
        SpanRequirement::Kind(kind) => (span.kind.word().to_owned(), kind.word().to_owned()),
        SpanRequirement::Status(status) => (code(), status.word().to_owned()),
        SpanRequirement::Attribute(key, test) => (attribute(&span.attributes, key), show::test(test)),
        SpanRequirement::AnyAttribute(tests) => {
            let seen = tests.iter().map(|test| format!("{} = {}", test.key, attribute(&span.attributes, &test.key)));
            (seen.collect::<Vec<_>>().join(", "), show::attribute_tests(tests))
        }
        SpanRequirement::Event(name) => (events(), format!("`{name}`")),
        SpanRequirement::AnyEvent(names) => {
            (events(), names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or "))
        }
        SpanRequirement::DurationAtLeast(least) => (duration(), format!("at least {}", show::milliseconds(*least))),
        SpanRequirement::DurationAtMost(most) => (duration(), format!("at most {}", show::milliseconds(*most))),
        SpanRequirement::Count(_)
        | SpanRequirement::Exists(_)
        | SpanRequirement::IfPresent
        | SpanRequirement::Distinct => return None,
    })
}

fn attribute(attributes: &Attributes, key: &str) -> String {
    attributes.get(key).map_or_else(|| "not there".to_owned(), show::value)
}

fn parent(index: SpanIndex, observed: &Observed<'_>) -> String {
    match observed.trace.parent(index) {
        Some(parent) => observed.trace[parent].name.to_string(),
        None if observed.trace[index].parent_span_id.is_some() => "missing (its span never came)".to_owned(),
        None => "none (it is a root)".to_owned(),
    }
}

/// What accepting the nearest span would write in place of the value.
fn accept(requirement: &SpanRequirement, index: SpanIndex, observed: &Observed<'_>) -> Option<String> {
    let span = &observed.trace[index];
    match requirement {
        SpanRequirement::Parent(_) => {
            let parent = observed.trace.parent(index)?;
            Some(show::quoted(&observed.trace[parent].name))
        }
        SpanRequirement::Kind(_) => Some(show::quoted(span.kind.word())),
        SpanRequirement::Status(_) => Some(show::quoted(span.status.code.word())),
        SpanRequirement::Attribute(key, ValueTest::Equals(asked)) => {
            let value = span.attributes.get(key)?;
            match asked {
                // A text fits the text of any value, so it stays one.
                Literal::Text(_) => Some(show::quoted(&value.to_string())),
                _ => Some(show::value(value)),
            }
        }
        _ => None,
    }
}

fn help(requirement: &SpanRequirement, index: SpanIndex, observed: &Observed<'_>) -> Option<String> {
    let span = &observed.trace[index];
    match requirement {
        SpanRequirement::Status(asked)
            if *asked == crate::trace::StatusCode::Ok && span.status.code == crate::trace::StatusCode::Unset =>
        {
            Some("most SDKs leave the status UNSET on success: leave `status` out, or ask for `UNSET`".to_owned())
        }
        SpanRequirement::Attribute(key, _) if span.attributes.get(key).is_none() => {
            let keys = span.attributes.iter().map(|(key, _)| key.as_str());
            let similar = super::names::similar_key(key, keys)?;
            Some(format!("did you mean the attribute `{similar}`?"))
        }
        SpanRequirement::Parent(name) => {
            let below = observed.below(name);
            let is_below = below.get(index.get()).copied().unwrap_or_default();
            is_below.then(|| format!("`{name}` is further above: `ancestor` asks for that"))
        }
        SpanRequirement::Attribute(key, ValueTest::AtLeast(_) | ValueTest::AtMost(_)) => {
            let text = span.attributes.get(key)?.as_str()?;
            text.trim().parse::<f64>().ok()?;
            Some("the span records a text, and only numbers are compared with bounds".to_owned())
        }
        _ => None,
    }
}

/// The nearest span, row by row.
fn nearest(index: SpanIndex, constraints: &[&Constraint], block: &str, observed: &Observed<'_>) -> Nearest {
    let span = &observed.trace[index];
    let rows = constraints.iter().filter_map(|constraint| {
        let Requirement::Span(requirement) = &constraint.requirement else { return None };
        // The name heads the table already, unless it is what differs.
        let property = Property::new(requirement, observed)?;
        let holds = property.holds(index, observed);
        let (seen, asked) = seen_and_asked(requirement, index, observed)?;
        Some(Row { key: key_of(constraint, block), seen, asked, holds })
    });
    Nearest {
        span: index,
        name: span.name.to_string(),
        span_id: show::short_id(span),
        service: span.resource.service_name().map(str::to_owned),
        rows: rows.collect(),
    }
}

/// The key of a constraint within its block.
fn key_of(constraint: &Constraint, block: &str) -> String {
    let path = constraint.path.as_str();
    let key = path.strip_prefix(block).map_or(path, |rest| rest.trim_start_matches('.'));
    key.replacen("attrs.all.", "attrs.", 1)
}

/// Spans that look like the one that is asked for.
fn also_seen(name: &NameSelector, nearest: Option<SpanIndex>, observed: &Observed<'_>) -> Option<String> {
    let told = nearest.map(|span| observed.trace[span].name.clone());
    let asked = name.text();
    let alike = observed.trace.names().filter(|(other, _)| {
        told.as_ref() != Some(*other) && other.as_str() != asked && (other.starts_with(asked) || other.ends_with(asked))
    });
    let alike: Vec<&str> =
        alike.flat_map(|(name, spans)| std::iter::repeat_n(name.as_str(), spans.len())).take(1000).collect();
    (!alike.is_empty()).then(|| format!("also seen: {}", show::frequencies(alike.into_iter(), 3).join(", ")))
}

fn forbidden(verdict: &ConstraintVerdict, observed: &Observed<'_>) -> Explanation {
    let mut explanation = message(match verdict.culprits.as_slice() {
        [one] => format!("{} must not be there", show::span(*one, observed)),
        more => format!("{} that must not be there are there", show::count(more.len(), "span")),
    });
    let listed = verdict.culprits.iter().take(3).map(|&span| parents_of(span, observed));
    explanation.facts.extend(listed);
    explanation
}

/// A span with where it hangs.
fn parents_of(span: SpanIndex, observed: &Observed<'_>) -> String {
    format!("{} below {}", show::span(span, observed), parent(span, observed))
}

fn shared(tree: &ExpectationTree, verdict: &ConstraintVerdict, observed: &Observed<'_>) -> Explanation {
    let distinct = tree.blocks.iter().filter(|block| block.kind == BlockKind::Span);
    let distinct = distinct.filter(|block| {
        let mut constraints = tree.constraints_of(block);
        constraints.any(|(_, constraint)| constraint.requirement == Requirement::Span(SpanRequirement::Distinct))
    });
    let mut explanation = message(format!(
        "no span is left for this block: the other blocks with `distinct` need {} too",
        if verdict.culprits.len() == 1 { "the only one that fits" } else { "those that fit" },
    ));
    let listed = verdict.culprits.iter().take(3).map(|&span| show::span(span, observed)).collect::<Vec<_>>();
    explanation.facts.push(format!("fitting: {}", listed.join(", ")));
    let paths: Vec<String> = distinct.take(5).map(|block| format!("`{}`", block.path)).collect();
    explanation.facts.push(format!("blocks with `distinct`: {}", paths.join(", ")));
    explanation
}

fn miscounted(bound: Bound, constraints: &[&Constraint], observed: &Observed<'_>) -> Explanation {
    let requirements: Vec<&Requirement> = constraints.iter().map(|constraint| &constraint.requirement).collect();
    let found = crate::expectation::evaluate::matching(&requirements, usize::MAX, observed);
    let mut explanation = message(match found.len() {
        1 => format!("1 span satisfies the block, {} wanted", wanted(bound)),
        found => format!("{found} spans satisfy the block, {} wanted", wanted(bound)),
    });
    let name = constraints.iter().find_map(|constraint| match &constraint.requirement {
        Requirement::Span(SpanRequirement::Name(name)) => Some(name),
        _ => None,
    });
    if let Some(name) = name {
        let named = observed.select(name).spans.len();
        if named == 0 {
            explanation.help = show::no_such_name(name, observed).1;
        } else if named > found.len() {
            explanation.facts.push(format!("{} of this name", show::count(named, "span")));
        }
    }
    if matches!(bound, Bound::Exactly(_)) {
        explanation.accept = Some(found.len().to_string());
    }
    explanation
}

fn wanted(bound: Bound) -> String {
    let is_one = matches!(bound, Bound::AtLeast(1) | Bound::AtMost(1) | Bound::Exactly(1));
    format!("{} {}", show::bound(bound), if is_one { "is" } else { "are" })
}
