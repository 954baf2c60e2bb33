//! A span as one JSON object, in a form that `clnrm` reads itself: everything that an expectation can ask for, and ids to tell who is
//! whose parent. Times are nanoseconds since the Unix epoch, as texts, because JSON numbers would lose digits.

use serde_json::{Map, Value as Json, json};

use crate::trace::{Attributes, Span, Value};

/// The span as an object.
pub fn span_object(span: &Span) -> Json {
    let mut object = Map::new();
    object.insert("name".into(), span.name.as_str().into());
    object.insert("trace_id".into(), span.trace_id.to_string().into());
    object.insert("span_id".into(), span.span_id.to_string().into());
    if let Some(parent) = &span.parent_span_id {
        object.insert("parent_span_id".into(), parent.to_string().into());
    }
    object.insert("kind".into(), span.kind.word().into());
    for (key, time) in [("start_time_unix_nano", span.start), ("end_time_unix_nano", span.end)] {
        if let Some(time) = time {
            object.insert(key.into(), time.to_string().into());
        }
    }
    object.insert("status".into(), json!({ "code": span.status.code.word(), "message": span.status.message.as_str() }));
    object.insert("attributes".into(), attributes(&span.attributes));
    let events = span.events.iter().map(|event| {
        let time = event.time.map(|time| Json::from(time.to_string()));
        json!({ "name": event.name.as_str(), "time_unix_nano": time, "attributes": attributes(&event.attributes) })
    });
    object.insert("events".into(), events.collect());
    object.insert("resource_attributes".into(), attributes(&span.resource.attributes));
    object.into()
}

fn attributes(attributes: &Attributes) -> Json {
    attributes.iter().map(|(key, value)| (key.as_str().to_owned(), json_of(value))).collect::<Map<_, _>>().into()
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::String(text) => text.as_str().into(),
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) => (*number).into(),
        // What is no JSON number becomes its text.
        Value::Double(number) => {
            serde_json::Number::from_f64(*number).map_or_else(|| value.to_string().into(), Json::from)
        }
        Value::Bytes(_) => value.to_string().into(),
        Value::Array(items) => items.iter().map(json_of).collect(),
        Value::Map(entries) => attributes(entries),
    }
}
