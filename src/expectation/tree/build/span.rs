//! `[[expect.span]]`.

use super::{Builder, known, words};
use crate::config::model::{AttributeMatch, AttributeValue, Keyed, Scalar, SpanExpectation, Spanned, Text};
use crate::expectation::tree::{
    AttributeTest, BlockKind, ConstraintPath, Literal, Requirement, SpanRequirement, ValueTest,
};
use crate::expectation::verdict::Reason;
use crate::text::Span;

pub(super) fn block(builder: &mut Builder, path: &ConstraintPath, block: &SpanExpectation) {
    builder.unread(path, &block.unread);
    let name = block.name.as_ref().map_or(Err(Reason::NoName), |name| builder.selector(name));
    let subject = name.as_ref().ok().cloned();
    builder.block(path, block.header, BlockKind::Span, subject, |builder| {
        let place = block.name.as_ref().map_or(block.header, |name| name.span);
        builder.push_read(path.key("name"), place, name.map(|name| span(SpanRequirement::Name(name))));
        for (key, text, requirement) in [
            ("parent", &block.parent, SpanRequirement::Parent as fn(_) -> _),
            ("ancestor", &block.ancestor, SpanRequirement::Ancestor),
        ] {
            let Some(text) = text else { continue };
            let selector = builder.selector(text);
            builder.push_read(path.key(key), text.span, selector.map(|selector| span(requirement(selector))));
        }
        if let Some(kind) = &block.kind {
            let read = words::kind(kind).map(|kind| span(SpanRequirement::Kind(kind)));
            builder.push_read(path.key("kind"), kind.span(), read);
        }
        if let Some(status) = &block.status {
            let read = words::status(status).map(|status| span(SpanRequirement::Status(status)));
            builder.push_read(path.key("status"), status.span, read);
        }
        attributes(builder, &path.key("attrs"), block);
        events(builder, &path.key("events"), block);
        if let Some(bounds) = &block.duration {
            duration(builder, &path.key("duration_ms"), bounds.min, bounds.max);
        }
        quantity(builder, path, block);
    });
}

/// How many spans there must be, and whether they are the block's own.
fn quantity(builder: &mut Builder, path: &ConstraintPath, block: &SpanExpectation) {
    if let Some(count) = &block.count {
        super::counts::bounds(builder, &path.key("count"), count, |bound| span(SpanRequirement::Count(bound)));
    }
    if let Some(exists) = block.exists {
        builder.push(path.key("exists"), exists.span, span(SpanRequirement::Exists(exists.value)));
    }
    if let Some(absent) = block.absent {
        builder.push(path.key("absent"), absent.span, span(SpanRequirement::Exists(!absent.value)));
    }
    if let Some(distinct) = block.distinct.filter(|distinct| distinct.value) {
        builder.push(path.key("distinct"), distinct.span, span(SpanRequirement::Distinct));
    }
}

const fn span(requirement: SpanRequirement) -> Requirement {
    Requirement::Span(requirement)
}

/// Bounds of a duration: `duration_ms.min` and `.max`.
pub(super) fn duration(
    builder: &mut Builder,
    path: &ConstraintPath,
    min: Option<Spanned<f64>>,
    max: Option<Spanned<f64>>,
) {
    if let Some(min) = min {
        builder.push(path.key("min"), min.span, span(SpanRequirement::DurationAtLeast(min.value)));
    }
    if let Some(max) = max {
        builder.push(path.key("max"), max.span, span(SpanRequirement::DurationAtMost(max.value)));
    }
}

fn attributes(builder: &mut Builder, path: &ConstraintPath, block: &SpanExpectation) {
    let all = block.attrs_all.iter().flat_map(|all| &all.value);
    for attribute in all {
        every(builder, &path.key("all"), attribute);
    }
    if let Some(any) = &block.attrs_any {
        let place = place_of_list(any.span, any.value.iter().map(|attribute| attribute.span));
        let tests: Result<Vec<_>, _> = any.value.iter().map(test).collect();
        builder.push_read(path.key("any"), place, tests.map(|tests| span(SpanRequirement::AnyAttribute(tests))));
    }
}

/// The place of a list or map; that of its items where it has none of its own (dotted keys).
fn place_of_list(list: Span, items: impl Iterator<Item = Span>) -> Span {
    if list.is_empty() { items.reduce(Span::join).unwrap_or(list) } else { list }
}

/// One attribute of `attrs.all`: a constraint for each operator.
fn every(builder: &mut Builder, path: &ConstraintPath, attribute: &AttributeMatch) {
    let Some(key) = attribute.key.known() else {
        let path = path.key(&attribute.key.text);
        builder.push(path, attribute.span, Requirement::Unevaluable(Reason::KnownAtRunTime));
        return;
    };
    let path = path.key(key);
    let of = |test| span(SpanRequirement::Attribute(key.to_owned(), test));
    match &attribute.value {
        AttributeValue::Matcher(operators) if operators.is_empty() => {
            builder.push(path, attribute.span, of(ValueTest::Present(true)));
        }
        AttributeValue::Matcher(operators) => {
            for operator in operators {
                let place = place_of(operator);
                builder.push_read(path.key(&operator.key.text), place, operator_test(operator).map(of));
            }
        }
        value => builder.push_read(path, attribute.span, plain_test(value).map(of)),
    }
}

fn place_of(operator: &Keyed<Scalar>) -> Span {
    let value = operator.value.span();
    if value.is_empty() { operator.key.span } else { operator.key.span.join(value) }
}

/// One attribute of `attrs.any`, with all its operators.
fn test(attribute: &AttributeMatch) -> Result<AttributeTest, Reason> {
    let key = attribute.key.known().ok_or(Reason::KnownAtRunTime)?.to_owned();
    let tests = match &attribute.value {
        AttributeValue::Matcher(operators) if operators.is_empty() => vec![ValueTest::Present(true)],
        AttributeValue::Matcher(operators) => operators.iter().map(operator_test).collect::<Result<_, _>>()?,
        value => vec![plain_test(value)?],
    };
    Ok(AttributeTest { key, tests })
}

fn plain_test(value: &AttributeValue) -> Result<ValueTest, Reason> {
    match value {
        AttributeValue::Equals(value) => value_test(value),
        AttributeValue::OneOf(values) => literals(values).map(ValueTest::OneOf),
        AttributeValue::Present => Ok(ValueTest::Present(true)),
        AttributeValue::Matcher(_) => Err(Reason::WrongType),
    }
}

/// What a value alone asks for: an array is a list of alternatives.
pub(super) fn value_test(value: &Scalar) -> Result<ValueTest, Reason> {
    match value {
        Scalar::Array(values) => literals(&values.value).map(ValueTest::OneOf),
        value => literal(value).map(ValueTest::Equals),
    }
}

fn literals(values: &[Scalar]) -> Result<Vec<Literal>, Reason> {
    values.iter().map(literal).collect()
}

fn literal(value: &Scalar) -> Result<Literal, Reason> {
    match value {
        Scalar::Text(text) => Ok(Literal::Text(known(text)?.to_owned())),
        Scalar::Integer(value) => Ok(Literal::Integer(value.value)),
        Scalar::Float(value) => Ok(Literal::Float(value.value)),
        Scalar::Boolean(value) => Ok(Literal::Boolean(value.value)),
        Scalar::Datetime(value) => Ok(Literal::Text(value.value.clone())),
        Scalar::Array(values) => literals(&values.value).map(Literal::Array),
        Scalar::Table(_) => Err(Reason::WrongType),
        Scalar::Unknown(_) => Err(Reason::KnownAtRunTime),
    }
}

fn operator_test(operator: &Keyed<Scalar>) -> Result<ValueTest, Reason> {
    let value = &operator.value;
    match operator.key.known().ok_or(Reason::KnownAtRunTime)? {
        "eq" => value_test(value),
        "not" => literal(value).map(ValueTest::Not),
        "one_of" => match value {
            Scalar::Array(values) => literals(&values.value).map(ValueTest::OneOf),
            _ => Err(Reason::WrongType),
        },
        "regex" => match value {
            Scalar::Text(text) => regex_test(text),
            _ => Err(Reason::WrongType),
        },
        "gte" | "min" => number(value).map(ValueTest::AtLeast),
        "lte" | "max" => number(value).map(ValueTest::AtMost),
        "exists" => boolean(value).map(ValueTest::Present),
        "absent" => boolean(value).map(|absent| ValueTest::Present(!absent)),
        other => Err(Reason::UnknownWord { what: "operator for an attribute", word: other.to_owned() }),
    }
}

fn regex_test(text: &Text) -> Result<ValueTest, Reason> {
    let pattern = known(text)?;
    match regex::Regex::new(pattern) {
        Ok(_) => Ok(ValueTest::Regex(pattern.to_owned())),
        Err(_) => Err(Reason::InvalidPattern(pattern.to_owned())),
    }
}

fn number(value: &Scalar) -> Result<f64, Reason> {
    match value {
        Scalar::Float(value) => Ok(value.value),
        // Bounds beyond 53 bits are of no use to anyone.
        Scalar::Integer(value) => Ok(value.value as f64),
        Scalar::Unknown(_) => Err(Reason::KnownAtRunTime),
        _ => Err(Reason::WrongType),
    }
}

fn boolean(value: &Scalar) -> Result<bool, Reason> {
    match value {
        Scalar::Boolean(value) => Ok(value.value),
        Scalar::Unknown(_) => Err(Reason::KnownAtRunTime),
        _ => Err(Reason::WrongType),
    }
}

fn events(builder: &mut Builder, path: &ConstraintPath, block: &SpanExpectation) {
    for (index, event) in block.events_all.iter().flat_map(|all| &all.value).enumerate() {
        let read = known(event).map(|name| span(SpanRequirement::Event(name.to_owned())));
        builder.push_read(path.key("all").index(index), event.span, read);
    }
    if let Some(any) = &block.events_any {
        let names: Result<Vec<_>, _> = any.value.iter().map(|event| known(event).map(str::to_owned)).collect();
        builder.push_read(path.key("any"), any.span, names.map(|names| span(SpanRequirement::AnyEvent(names))));
    }
}
