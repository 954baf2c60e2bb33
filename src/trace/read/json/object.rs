//! One object a span, as the earlier implementation of the test format wrote and read them in six shapes: both styles of keys,
//! ids of any text, attributes as an object, status as a word, events as names.

use super::fields::{self, Ids};
use super::otlp;
use super::tree::{Json, Object};
use super::value::attributes;
use crate::trace::read::intake::Intake;
use crate::trace::read::place::At;
use crate::trace::{Attributes, Dropped, Event, Loss, Name, Resource, Scope, Span, Status, StatusCode, Value};

const TRACE_ID: [&str; 2] = ["traceId", "trace_id"];
const SPAN_ID: [&str; 2] = ["spanId", "span_id"];
const PARENT: [&str; 4] = ["parentSpanId", "parent_span_id", "parentId", "parent_id"];
const START: [&str; 4] = ["startTimeUnixNano", "start_time_unix_nano", "startTime", "start_time"];
const END: [&str; 4] = ["endTimeUnixNano", "end_time_unix_nano", "endTime", "end_time"];
const DURATION: [&str; 2] = ["durationNs", "duration_ns"];

/// Whether an object that stands alone is a span. Log records carry the ids of the span that they were written in, some
/// even a `name`, the logger's; they have a message, and nothing that only spans have.
pub(super) fn is_span(object: &Object<'_>) -> bool {
    const OF_SPANS: [&str; 6] = ["kind", "status", "events", "links", "durationNs", "duration_ns"];
    const OF_LOGS: [&str; 8] =
        ["message", "msg", "body", "level", "levelname", "severity", "severityText", "severity_text"];
    let of_spans = [START.as_slice(), &END, &PARENT, &OF_SPANS].iter().any(|keys| object.has(keys));
    object.has(&TRACE_ID) && object.has(&SPAN_ID) && (of_spans || (object.has(&["name"]) && !object.has(&OF_LOGS)))
}

/// The span; an error costs it.
pub(super) fn span(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Result<Span, String> {
    let (trace_id, span_id) = otlp::own_ids(object, Ids::Free, intake, at)?;
    let Some(Json::Text(name)) = object.get("name") else {
        return Err("the `name` is missing".to_owned());
    };
    let mut span = Span::new(trace_id, span_id, intake.name(name));
    span.parent_span_id = fields::parent_id(object, &PARENT, Ids::Free, intake, at);
    span.kind = fields::kind(object, &["kind"], false, intake, at);
    span.start = fields::time(object, &START, intake, at);
    span.end = end(object, span.start, intake, at);
    span.status = status(object, intake, at);
    span.attributes = attributes(object, &["attributes"], intake, at);
    span.events = events(object, intake, at);
    span.links = otlp::links(object, Ids::Free, intake, at);
    span.trace_state = fields::name_unless_empty(object, &["traceState", "trace_state"], intake, at);
    span.flags = otlp::flags(object, intake, at);
    span.dropped = Dropped::default();
    let (resource, scope) = (resource(object, intake, at), scope(object, intake, at));
    span.resource = intake.share_resource(resource);
    span.scope = intake.share_scope(scope);
    span.origin = intake.origin(at);
    Ok(span)
}

/// The end, or the start and the duration together.
fn end(object: &Object<'_>, start: Option<u64>, intake: &mut Intake<'_>, at: &At<'_>) -> Option<u64> {
    if let Some(end) = fields::time(object, &END, intake, at) {
        return Some(end);
    }
    let (key, value) = object.any(&DURATION)?;
    let message = match (start, fields::unsigned(value)) {
        (Some(start), Ok(duration)) => match start.checked_add(duration) {
            Some(end) => return Some(end),
            None => "the span would end after the year 2554".to_owned(),
        },
        (None, Ok(_)) => "a duration without a start says neither when the span began nor when it ended".to_owned(),
        (_, Err(message)) => message,
    };
    intake.lost(&at.key(key), Loss::Value, message);
    None
}

/// `{code, message}`, or a word; with the message inside of the word as Rust's `{:?}` prints it.
fn status(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Status {
    let (holder, key, at, message) = match object.get("status") {
        None => return Status::default(),
        Some(Json::Object(status)) => {
            let at = at.key("status");
            let message = fields::name(status, &["message", "description"], intake, &at);
            (status, if status.has(&["code"]) { "code" } else { "status_code" }, at, message)
        }
        Some(_) => (object, "status", *at, Name::default()),
    };
    if let Some(Json::Text(word)) = holder.get(key)
        && let Some(rest) = word.trim().strip_prefix("Error")
        && rest.trim_start().starts_with('{')
    {
        let told = rest.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"')).map_or("", |(told, _)| told);
        let message = if message.is_empty() { intake.name(told) } else { message };
        return Status { code: StatusCode::Error, message };
    }
    Status { code: fields::status_code(holder, &[key], false, intake, &at), message }
}

/// Objects, or names alone.
fn events(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Box<[Event]> {
    const TIME: [&str; 4] = ["timeUnixNano", "time_unix_nano", "timestamp", "time"];
    let (key, list) = fields::list(object, &["events"], intake, at);
    let events = at.key(key);
    let mut read = Vec::with_capacity(list.len());
    for (index, event) in list.iter().enumerate() {
        let at = events.index(index);
        if let Json::Text(name) = event {
            read.push(Event { name: intake.name(name), ..Event::default() });
        } else if let Some(event) = otlp::element(event, intake, &at) {
            read.push(Event {
                name: fields::name(event, &["name"], intake, &at),
                time: fields::time(event, &TIME, intake, &at),
                attributes: attributes(event, &["attributes"], intake, &at),
                dropped_attributes: 0,
            });
        }
    }
    read.into_boxed_slice()
}

/// `resource`, with `service_name` as its `service.name`.
fn resource(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Resource {
    let attributes = match object.object("resource") {
        Some(resource) if resource.has(&["attributes"]) => {
            attributes(resource, &["attributes"], intake, &at.key("resource"))
        }
        Some(_) => attributes(object, &["resource"], intake, at),
        None => attributes(object, &["resource_attributes", "resourceAttributes"], intake, at),
    };
    let service = fields::name_unless_empty(object, &["service_name", "serviceName"], intake, at);
    let attributes: Attributes = match service {
        Some(service) if attributes.get("service.name").is_none() => {
            attributes.with("service.name", Value::String(service))
        }
        _ => attributes,
    };
    Resource { attributes, ..Resource::default() }
}

/// `instrumentationScope`, an object or a name.
fn scope(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Scope {
    const SCOPE: [&str; 4] = ["instrumentationScope", "instrumentation_scope", "scope", "otel.scope"];
    match object.any(&SCOPE) {
        Some((key, Json::Object(scope))) => otlp::scope(scope, intake, &at.key(key)),
        Some((_, Json::Text(name))) => Scope { name: intake.name(name), ..Scope::default() },
        _ => Scope::default(),
    }
}
