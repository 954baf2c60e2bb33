//! From OTLP's messages to spans.

use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::resource::v1 as otlp_resource;
use opentelemetry_proto::tonic::trace::v1 as otlp;

use crate::trace::read::intake::Intake;
use crate::trace::read::place::At;
use crate::trace::{
    Attributes, Dropped, Event, IdError, Link, Loss, Name, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode,
    TraceId, Value,
};

/// The span; `None`, and told, when its ids are none.
pub(super) fn span(span: otlp::Span, intake: &mut Intake<'_>, at: &At<'_>) -> Option<Span> {
    let trace_id = told(TraceId::from_bytes(&span.trace_id), intake, &at.key("traceId"), Loss::Span)?;
    let span_id = told(SpanId::from_bytes(&span.span_id), intake, &at.key("spanId"), Loss::Span)?;
    let mut read = Span::new(trace_id, span_id, intake.name(&span.name));
    read.parent_span_id = match SpanId::from_bytes(&span.parent_span_id) {
        Ok(id) => Some(id),
        Err(IdError::Empty | IdError::Zero) => None,
        // It has a parent, of whatever id: without one it would look like a root.
        Err(error) => {
            intake.lost(&at.key("parentSpanId"), Loss::Value, error.to_string());
            let digits: String = span.parent_span_id.iter().map(|byte| format!("{byte:02x}")).collect();
            SpanId::from_text(&digits).ok()
        }
    };
    read.kind = SpanKind::from_number(span.kind.into()).unwrap_or_else(|| {
        intake.lost(&at.key("kind"), Loss::Value, format!("OTLP has no kind {}", span.kind));
        SpanKind::Unspecified
    });
    read.start = given(span.start_time_unix_nano);
    read.end = given(span.end_time_unix_nano);
    if let Some(status) = span.status {
        let code = StatusCode::from_number(status.code.into()).unwrap_or_else(|| {
            intake.lost(&at.key("status").key("code"), Loss::Value, format!("OTLP has no status {}", status.code));
            StatusCode::Unset
        });
        read.status = Status { code, message: intake.name(&status.message) };
    }
    read.attributes = attributes(span.attributes, intake, &at.key("attributes"));
    let events = at.key("events");
    let each = span.events.into_iter().enumerate();
    read.events = each.map(|(index, event)| self::event(event, intake, &events.index(index))).collect();
    let links = at.key("links");
    let each = span.links.into_iter().enumerate();
    read.links = each.filter_map(|(index, link)| self::link(link, intake, &links.index(index))).collect();
    read.trace_state = intake.name_unless_empty(&span.trace_state);
    read.flags = (span.flags != 0).then_some(span.flags);
    read.dropped = Dropped {
        attributes: span.dropped_attributes_count,
        events: span.dropped_events_count,
        links: span.dropped_links_count,
    };
    read.origin = intake.origin(at);
    Some(read)
}

/// A time; zero is how protobuf writes none.
fn given(time: u64) -> Option<u64> {
    (time != 0).then_some(time)
}

fn told<T>(id: Result<T, IdError>, intake: &mut Intake<'_>, at: &At<'_>, loss: Loss) -> Option<T> {
    id.map_err(|error| intake.lost(at, loss, error.to_string())).ok()
}

fn event(event: otlp::span::Event, intake: &mut Intake<'_>, at: &At<'_>) -> Event {
    Event {
        name: intake.name(&event.name),
        time: given(event.time_unix_nano),
        attributes: attributes(event.attributes, intake, &at.key("attributes")),
        dropped_attributes: event.dropped_attributes_count,
    }
}

fn link(link: otlp::span::Link, intake: &mut Intake<'_>, at: &At<'_>) -> Option<Link> {
    Some(Link {
        trace_id: told(TraceId::from_bytes(&link.trace_id), intake, &at.key("traceId"), Loss::Value)?,
        span_id: told(SpanId::from_bytes(&link.span_id), intake, &at.key("spanId"), Loss::Value)?,
        trace_state: intake.name_unless_empty(&link.trace_state),
        attributes: attributes(link.attributes, intake, &at.key("attributes")),
        flags: (link.flags != 0).then_some(link.flags),
        dropped_attributes: link.dropped_attributes_count,
    })
}

/// The resource, without the schema URL, which stands beside it.
pub(super) fn resource(resource: otlp_resource::Resource, intake: &mut Intake<'_>, at: &At<'_>) -> Resource {
    Resource {
        attributes: attributes(resource.attributes, intake, &at.key("resource").key("attributes")),
        schema_url: None,
        dropped_attributes: resource.dropped_attributes_count,
    }
}

/// The scope, without the schema URL, which stands beside it.
pub(super) fn scope(scope: common::InstrumentationScope, intake: &mut Intake<'_>, at: &At<'_>) -> Scope {
    Scope {
        name: intake.name(&scope.name),
        version: intake.name(&scope.version),
        attributes: attributes(scope.attributes, intake, &at.key("scope").key("attributes")),
        schema_url: None,
        dropped_attributes: scope.dropped_attributes_count,
    }
}

fn attributes(pairs: Vec<common::KeyValue>, intake: &mut Intake<'_>, at: &At<'_>) -> Attributes {
    let each = pairs.into_iter().enumerate();
    let entries: Vec<(Name, Value)> = each
        .map(|(index, pair)| {
            let name = intake.name(&pair.key);
            (name, value(pair.value, intake, &at.index(index)))
        })
        .collect();
    entries.into()
}

fn value(value: Option<common::AnyValue>, intake: &mut Intake<'_>, at: &At<'_>) -> Value {
    use common::any_value::Value as Any;
    match value.and_then(|value| value.value) {
        None => Value::Empty,
        Some(Any::StringValue(text)) => Value::String(intake.name(&text)),
        Some(Any::BoolValue(value)) => Value::Bool(value),
        Some(Any::IntValue(value)) => Value::Int(value),
        Some(Any::DoubleValue(value)) => Value::Double(value),
        Some(Any::BytesValue(bytes)) => Value::Bytes(bytes.into_boxed_slice()),
        Some(Any::ArrayValue(array)) => {
            Value::Array(array.values.into_iter().map(|element| self::value(Some(element), intake, at)).collect())
        }
        Some(Any::KvlistValue(list)) => Value::Map(attributes(list.values, intake, at)),
        Some(Any::StringValueStrindex(_)) => {
            intake.lost(at, Loss::Value, "the value points into a table of strings, which only profiles have");
            Value::Empty
        }
    }
}
