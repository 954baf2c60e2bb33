//! Go's `stdouttrace`: one object a span, on one line or indented, keys in Go's style.

use super::fields::{self, Ids};
use super::otlp;
use super::tree::{Json, Object};
use super::value;
use crate::trace::read::intake::{Intake, Note};
use crate::trace::read::place::At;
use crate::trace::{
    Attributes, Dropped, Event, Link, Loss, Name, Resource, Scope, Span, SpanId, Status, TraceId, Value,
};

/// Whether an object was printed by it.
pub(super) fn is_span(object: &Object<'_>) -> bool {
    object.object("SpanContext").is_some() && object.has(&["Name", "StartTime", "SpanKind"])
}

/// The span; an error costs it.
pub(super) fn span(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Result<Span, String> {
    let context = object.object("SpanContext").ok_or("the `SpanContext` is missing")?;
    let (trace_id, span_id) = ids(context, intake, &at.key("SpanContext"))?;
    let mut span = Span::new(trace_id, span_id, fields::name(object, &["Name"], intake, at));
    if let Some(parent) = object.object("Parent") {
        span.parent_span_id = fields::parent_id(parent, &["SpanID"], Ids::Otlp, intake, &at.key("Parent"));
    }
    span.kind = fields::kind(object, &["SpanKind"], false, intake, at);
    span.start = fields::time(object, &["StartTime"], intake, at);
    span.end = fields::time(object, &["EndTime"], intake, at);
    if let Some(status) = object.object("Status") {
        let at = at.key("Status");
        span.status = Status {
            code: fields::status_code(status, &["Code"], false, intake, &at),
            message: fields::name(status, &["Description"], intake, &at),
        };
    }
    span.attributes = attributes(object, "Attributes", intake, at);
    span.events = events(object, intake, at);
    span.links = links(object, intake, at);
    span.trace_state = fields::name_unless_empty(context, &["TraceState"], intake, at);
    span.flags = flags(context);
    span.dropped = Dropped {
        attributes: fields::count(object, &["DroppedAttributes"], intake, at),
        events: fields::count(object, &["DroppedEvents"], intake, at),
        links: fields::count(object, &["DroppedLinks"], intake, at),
    };
    let resource = Resource { attributes: attributes(object, "Resource", intake, at), ..Resource::default() };
    span.resource = intake.share_resource(resource);
    let scope = scope(object, intake, at);
    span.scope = intake.share_scope(scope);
    span.origin = intake.origin(at);
    Ok(span)
}

fn ids(context: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Result<(TraceId, SpanId), String> {
    let trace_id = context.get("TraceID").ok_or("the `TraceID` is missing")?;
    let trace_id = fields::trace_id(trace_id, Ids::Otlp, intake, &at.key("TraceID"))
        .map_err(|error| format!("`TraceID`: {error}"))?;
    let span_id = context.get("SpanID").ok_or("the `SpanID` is missing")?;
    let span_id =
        fields::span_id(span_id, Ids::Otlp, intake, &at.key("SpanID")).map_err(|error| format!("`SpanID`: {error}"))?;
    Ok((trace_id, span_id))
}

/// Two hexadecimal digits.
fn flags(context: &Object<'_>) -> Option<u32> {
    match context.get("TraceFlags")? {
        Json::Text(digits) => u32::from_str_radix(digits, 16).ok().filter(|flags| *flags != 0),
        _ => None,
    }
}

/// `[{"Key":…,"Value":{"Type":…,"Value":…}}]`.
fn attributes(object: &Object<'_>, key: &'static str, intake: &mut Intake<'_>, at: &At<'_>) -> Attributes {
    let pairs: Vec<(Name, Value)> = otlp::elements(object, &[key], intake, at, |pair, intake, at| {
        let Some(Json::Text(key)) = pair.get("Key") else {
            intake.lost(at, Loss::Value, "an attribute has no `Key`");
            return None;
        };
        let value = pair.object("Value").map_or(Value::Empty, |typed| typed_value(typed, intake, &at.key("Value")));
        Some((intake.name(key), value))
    });
    pairs.into()
}

fn typed_value(typed: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Value {
    let kind = fields::text(typed, &["Type"], intake, at);
    let Some(value) = typed.get("Value") else { return Value::Empty };
    match (kind, value) {
        // JSON has one type of numbers; Go prints a float without a fraction like an integer.
        ("FLOAT64", Json::Int(value)) => Value::Double(*value as f64),
        ("FLOAT64SLICE", Json::List(values)) => Value::Array(
            values
                .iter()
                .map(|value| match value {
                    Json::Int(value) => Value::Double(*value as f64),
                    other => value::plain(other, intake, at),
                })
                .collect(),
        ),
        ("BYTESLICE" | "BYTES", Json::Text(text)) => match value::base64(text) {
            Some(bytes) => Value::Bytes(bytes.into_boxed_slice()),
            None => {
                intake.lost(at, Loss::Value, "this is no base64");
                Value::Empty
            }
        },
        _ => value::plain(value, intake, at),
    }
}

fn events(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Box<[Event]> {
    otlp::elements(object, &["Events"], intake, at, |event, intake, at| {
        Some(Event {
            name: fields::name(event, &["Name"], intake, at),
            time: fields::time(event, &["Time"], intake, at),
            attributes: attributes(event, "Attributes", intake, at),
            dropped_attributes: fields::count(event, &["DroppedAttributeCount"], intake, at),
        })
    })
    .into()
}

fn links(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Box<[Link]> {
    otlp::elements(object, &["Links"], intake, at, |link, intake, at| {
        let Some(context) = link.object("SpanContext") else {
            intake.note(at, Note::NullElement);
            return None;
        };
        let (trace_id, span_id) = otlp::or_lost(ids(context, intake, at), intake, at)?;
        Some(Link {
            trace_id,
            span_id,
            trace_state: fields::name_unless_empty(context, &["TraceState"], intake, at),
            attributes: attributes(link, "Attributes", intake, at),
            flags: flags(context),
            dropped_attributes: fields::count(link, &["DroppedAttributeCount"], intake, at),
        })
    })
    .into()
}

/// The scope, which older versions called library.
fn scope(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Scope {
    let Some((key, Json::Object(scope))) = object.any(&["InstrumentationScope", "InstrumentationLibrary"]) else {
        return Scope::default();
    };
    let at = at.key(key);
    Scope {
        name: fields::name(scope, &["Name"], intake, &at),
        version: fields::name(scope, &["Version"], intake, &at),
        schema_url: fields::name_unless_empty(scope, &["SchemaURL"], intake, &at),
        attributes: attributes(scope, "Attributes", intake, &at),
        dropped_attributes: 0,
    }
}
