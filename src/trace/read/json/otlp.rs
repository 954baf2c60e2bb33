//! OTLP's JSON: a span, a resource, a scope. Reads both styles of keys.

use super::fields::{self, Ids};
use super::tree::{Json, Object};
use super::value::attributes;
use crate::trace::read::intake::{Intake, Note};
use crate::trace::read::place::At;
use crate::trace::{Dropped, Event, Link, Loss, Resource, Scope, Span, Status};

/// The keys that only snake_case has.
const SNAKE_CASE: [&str; 3] = ["trace_id", "span_id", "start_time_unix_nano"];

/// The span; an error costs it.
pub(super) fn span(object: &Object<'_>, ids: Ids, intake: &mut Intake<'_>, at: &At<'_>) -> Result<Span, String> {
    if ids == Ids::Otlp && object.has(&SNAKE_CASE) {
        intake.note(at, Note::SnakeCase);
    }
    let (trace_id, span_id) = own_ids(object, ids, intake, at)?;
    let mut span = Span::new(trace_id, span_id, fields::name(object, &["name"], intake, at));
    span.parent_span_id = fields::parent_id(object, &["parentSpanId", "parent_span_id"], ids, intake, at);
    span.kind = fields::kind(object, &["kind"], ids == Ids::Otlp, intake, at);
    span.start = fields::time(object, &["startTimeUnixNano", "start_time_unix_nano"], intake, at);
    span.end = fields::time(object, &["endTimeUnixNano", "end_time_unix_nano"], intake, at);
    span.status = status(object, ids, intake, at);
    span.attributes = attributes(object, &["attributes"], intake, at);
    span.events = events(object, intake, at);
    span.links = links(object, ids, intake, at);
    span.trace_state = fields::name_unless_empty(object, &["traceState", "trace_state"], intake, at);
    span.flags = flags(object, intake, at);
    span.dropped = Dropped {
        attributes: dropped_attributes(object, intake, at),
        events: fields::count(object, &["droppedEventsCount", "dropped_events_count"], intake, at),
        links: fields::count(object, &["droppedLinksCount", "dropped_links_count"], intake, at),
    };
    span.origin = intake.origin(at);
    Ok(span)
}

/// The ids of a span or a link.
pub(super) fn own_ids(
    object: &Object<'_>,
    ids: Ids,
    intake: &mut Intake<'_>,
    at: &At<'_>,
) -> Result<(crate::trace::TraceId, crate::trace::SpanId), String> {
    let (key, value) = object.any(&["traceId", "trace_id"]).ok_or("the `traceId` is missing")?;
    let trace_id = fields::trace_id(value, ids, intake, &at.key(key)).map_err(|error| format!("`{key}`: {error}"))?;
    let (key, value) = object.any(&["spanId", "span_id"]).ok_or("the `spanId` is missing")?;
    let span_id = fields::span_id(value, ids, intake, &at.key(key)).map_err(|error| format!("`{key}`: {error}"))?;
    Ok((trace_id, span_id))
}

pub(super) fn flags(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Option<u32> {
    Some(fields::count(object, &["flags"], intake, at)).filter(|flags| *flags != 0)
}

fn dropped_attributes(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> u32 {
    fields::count(object, &["droppedAttributesCount", "dropped_attributes_count"], intake, at)
}

fn status(object: &Object<'_>, ids: Ids, intake: &mut Intake<'_>, at: &At<'_>) -> Status {
    match object.get("status") {
        None => Status::default(),
        Some(Json::Object(status)) => {
            let at = at.key("status");
            Status {
                code: fields::status_code(status, &["code"], ids == Ids::Otlp, intake, &at),
                message: fields::name(status, &["message"], intake, &at),
            }
        }
        Some(other) => {
            intake.lost(
                &at.key("status"),
                Loss::Value,
                format!("an object is expected, this is {}", other.type_name()),
            );
            Status::default()
        }
    }
}

fn events(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Box<[Event]> {
    elements(object, &["events"], intake, at, |event, intake, at| {
        Some(Event {
            name: fields::name(event, &["name"], intake, at),
            time: fields::time(event, &["timeUnixNano", "time_unix_nano"], intake, at),
            attributes: attributes(event, &["attributes"], intake, at),
            dropped_attributes: dropped_attributes(event, intake, at),
        })
    })
    .into()
}

pub(super) fn links(object: &Object<'_>, ids: Ids, intake: &mut Intake<'_>, at: &At<'_>) -> Box<[Link]> {
    elements(object, &["links"], intake, at, |link, intake, at| {
        let (trace_id, span_id) = or_lost(own_ids(link, ids, intake, at), intake, at)?;
        Some(Link {
            trace_id,
            span_id,
            trace_state: fields::name_unless_empty(link, &["traceState", "trace_state"], intake, at),
            attributes: attributes(link, &["attributes"], intake, at),
            flags: flags(link, intake, at),
            dropped_attributes: dropped_attributes(link, intake, at),
        })
    })
    .into()
}

/// What `read` makes of the objects in the list under one of `keys`; what it has no use for, it tells itself.
pub(super) fn elements<'j, 'a, T>(
    object: &'j Object<'a>,
    keys: &[&'static str],
    intake: &mut Intake<'_>,
    at: &At<'_>,
    mut read: impl FnMut(&'j Object<'a>, &mut Intake<'_>, &At<'_>) -> Option<T>,
) -> Vec<T> {
    let (key, list) = fields::list(object, keys, intake, at);
    let at = at.key(key);
    let mut found = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        found.extend(element(value, intake, &at).and_then(|value| read(value, intake, &at)));
    }
    found
}

/// The value, or the word that it is lost and why.
pub(super) fn or_lost<T>(read: Result<T, String>, intake: &mut Intake<'_>, at: &At<'_>) -> Option<T> {
    read.map_err(|message| intake.lost(at, Loss::Value, message)).ok()
}

/// The object that an element of a list must be. Null is noted, anything else is told.
pub(super) fn element<'j, 'a>(value: &'j Json<'a>, intake: &mut Intake<'_>, at: &At<'_>) -> Option<&'j Object<'a>> {
    match value {
        Json::Object(object) => Some(object),
        Json::Null => {
            intake.note(at, Note::NullElement);
            None
        }
        other => {
            intake.lost(at, Loss::Value, format!("an object is expected, this is {}", other.type_name()));
            None
        }
    }
}

/// The resource, without the schema URL, which stands beside it.
pub(super) fn resource(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Resource {
    Resource {
        attributes: attributes(object, &["attributes"], intake, at),
        schema_url: None,
        dropped_attributes: dropped_attributes(object, intake, at),
    }
}

/// The scope, without the schema URL, which stands beside it.
pub(super) fn scope(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Scope {
    Scope {
        name: fields::name(object, &["name"], intake, at),
        version: fields::name(object, &["version"], intake, at),
        attributes: attributes(object, &["attributes"], intake, at),
        schema_url: None,
        dropped_attributes: dropped_attributes(object, intake, at),
    }
}
