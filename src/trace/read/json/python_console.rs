//! Python's `ConsoleSpanExporter`: one object a span over many lines, ids as `0x…`, times of RFC 3339.

use super::fields::{self, Ids};
use super::otlp;
use super::tree::Object;
use super::value::attributes;
use crate::trace::read::intake::Intake;
use crate::trace::read::place::At;
use crate::trace::{Event, Link, Name, Resource, Span, Status};

/// Whether an object was printed by it.
pub(super) fn is_span(object: &Object<'_>) -> bool {
    object.object("context").is_some_and(|context| context.has(&["trace_id"]) && context.has(&["span_id"]))
}

/// The span; an error costs it.
pub(super) fn span(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Result<Span, String> {
    let context = object.object("context").ok_or("the `context` is missing")?;
    let (trace_id, span_id) = otlp::own_ids(context, Ids::Otlp, intake, &at.key("context"))?;
    let mut span = Span::new(trace_id, span_id, fields::name(object, &["name"], intake, at));
    span.parent_span_id = fields::parent_id(object, &["parent_id"], Ids::Otlp, intake, at);
    span.kind = fields::kind(object, &["kind"], false, intake, at);
    span.start = fields::time(object, &["start_time"], intake, at);
    span.end = fields::time(object, &["end_time"], intake, at);
    if let Some(status) = object.object("status") {
        let at = at.key("status");
        span.status = Status {
            code: fields::status_code(status, &["status_code"], false, intake, &at),
            message: fields::name(status, &["description"], intake, &at),
        };
    }
    span.attributes = attributes(object, &["attributes"], intake, at);
    span.events = events(object, intake, at);
    span.links = links(object, intake, at);
    span.trace_state = trace_state(context, intake, &at.key("context"));
    let resource = match object.object("resource") {
        Some(resource) => {
            let at = at.key("resource");
            Resource {
                attributes: attributes(resource, &["attributes"], intake, &at),
                schema_url: fields::name_unless_empty(resource, &["schema_url"], intake, &at),
                dropped_attributes: 0,
            }
        }
        None => Resource::default(),
    };
    span.resource = intake.share_resource(resource);
    span.scope = intake.share_scope(crate::trace::Scope::default());
    span.origin = intake.origin(at);
    Ok(span)
}

/// The trace state, which is printed by Python's `repr`: `[]` when it is empty.
fn trace_state(context: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Option<Name> {
    fields::name_unless_empty(context, &["trace_state"], intake, at).filter(|text| text.as_str() != "[]")
}

fn events(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Box<[Event]> {
    otlp::elements(object, &["events"], intake, at, |event, intake, at| {
        Some(Event {
            name: fields::name(event, &["name"], intake, at),
            time: fields::time(event, &["timestamp"], intake, at),
            attributes: attributes(event, &["attributes"], intake, at),
            dropped_attributes: 0,
        })
    })
    .into()
}

fn links(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Box<[Link]> {
    otlp::elements(object, &["links"], intake, at, |link, intake, at| {
        let ids = match link.object("context") {
            Some(context) => otlp::own_ids(context, Ids::Otlp, intake, at).map(|ids| (context, ids)),
            None => Err("the `context` is missing".to_owned()),
        };
        let (context, (trace_id, span_id)) = otlp::or_lost(ids, intake, at)?;
        Some(Link {
            trace_id,
            span_id,
            trace_state: trace_state(context, intake, at),
            attributes: attributes(link, &["attributes"], intake, at),
            flags: None,
            dropped_attributes: 0,
        })
    })
    .into()
}
