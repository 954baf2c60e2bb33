//! Spans as OTLP in JSON, one request a line: what collectors write to files, and what every reader of this room takes.

use std::io::{self, Write};
use std::sync::Arc;

use base64::Engine;
use serde_json::{Map, Value as Json, json};

use super::{Attributes, Resource, Scope, Span, SpanId, SpanKind, StatusCode, Value};

/// The key beside `resourceSpans` under which a file names spans of the runner. Other readers of OTLP pass it over.
pub(super) const RUNNER_SPANS: &str = "clnrmRunnerSpans";

/// Writes which spans of the runner programs were told to be children of, as a request without spans; nothing where there are none.
///
/// # Errors
/// Those of `into`.
pub fn runner_line<'s>(ids: impl IntoIterator<Item = &'s SpanId>, mut into: impl Write) -> io::Result<()> {
    let ids: Vec<String> = ids.into_iter().map(ToString::to_string).collect();
    if ids.is_empty() {
        return Ok(());
    }
    writeln!(into, "{}", json!({ "resourceSpans": [], (RUNNER_SPANS): ids }))
}

/// Writes `spans`, a line for each resource and scope. What is read again differs in nothing but its origin.
///
/// # Errors
/// Those of `into`.
pub fn otlp_lines<'s>(spans: impl IntoIterator<Item = &'s Span>, mut into: impl Write) -> io::Result<()> {
    let mut groups: Vec<(&Arc<Resource>, &Arc<Scope>, Vec<Json>)> = Vec::new();
    for span in spans {
        let known = groups.iter_mut().rev().find(|(resource, scope, _)| {
            (Arc::ptr_eq(resource, &span.resource) || ***resource == *span.resource)
                && (Arc::ptr_eq(scope, &span.scope) || ***scope == *span.scope)
        });
        match known {
            Some((_, _, spans)) => spans.push(object(span)),
            None => groups.push((&span.resource, &span.scope, vec![object(span)])),
        }
    }
    for (resource, scope, spans) in groups {
        let line = json!({ "resourceSpans": [{
            "resource": { "attributes": attributes(&resource.attributes) },
            "scopeSpans": [{ "scope": scope_object(scope), "spans": spans }],
        }] });
        serde_json::to_writer(&mut into, &line)?;
        into.write_all(b"\n")?;
    }
    Ok(())
}

fn object(span: &Span) -> Json {
    let mut object = Map::new();
    let mut put = |key: &str, value: Json| object.insert(key.to_owned(), value);
    put("traceId", span.trace_id.to_string().into());
    put("spanId", span.span_id.to_string().into());
    if let Some(parent) = &span.parent_span_id {
        put("parentSpanId", parent.to_string().into());
    }
    put("name", span.name.as_str().into());
    if span.kind != SpanKind::default() {
        put("kind", span.kind.number().into());
    }
    // Numbers of 64 bits are texts in OTLP's JSON.
    for (key, time) in [("startTimeUnixNano", span.start), ("endTimeUnixNano", span.end)] {
        if let Some(time) = time {
            put(key, time.to_string().into());
        }
    }
    let mut status = Map::new();
    if span.status.code != StatusCode::Unset {
        status.insert("code".to_owned(), span.status.code.number().into());
    }
    if !span.status.message.is_empty() {
        status.insert("message".to_owned(), span.status.message.as_str().into());
    }
    put("status", status.into());
    put("attributes", attributes(&span.attributes));
    if !span.events.is_empty() {
        let events = span.events.iter().map(|event| {
            let mut object = json!({ "name": event.name.as_str(), "attributes": attributes(&event.attributes) });
            if let Some(time) = event.time {
                object["timeUnixNano"] = time.to_string().into();
            }
            dropped(&mut object, "droppedAttributesCount", event.dropped_attributes);
            object
        });
        put("events", events.collect());
    }
    if !span.links.is_empty() {
        let links = span.links.iter().map(|link| {
            let mut object = json!({
                "traceId": link.trace_id.to_string(),
                "spanId": link.span_id.to_string(),
                "attributes": attributes(&link.attributes),
            });
            if let Some(state) = &link.trace_state {
                object["traceState"] = state.as_str().into();
            }
            if let Some(flags) = link.flags {
                object["flags"] = flags.into();
            }
            dropped(&mut object, "droppedAttributesCount", link.dropped_attributes);
            object
        });
        put("links", links.collect());
    }
    if let Some(state) = &span.trace_state {
        put("traceState", state.as_str().into());
    }
    if let Some(flags) = span.flags {
        put("flags", flags.into());
    }
    let mut object = Json::Object(object);
    dropped(&mut object, "droppedAttributesCount", span.dropped.attributes);
    dropped(&mut object, "droppedEventsCount", span.dropped.events);
    dropped(&mut object, "droppedLinksCount", span.dropped.links);
    object
}

fn dropped(object: &mut Json, key: &str, count: u32) {
    if count > 0 {
        object[key] = count.into();
    }
}

fn scope_object(scope: &Scope) -> Json {
    let mut object = json!({ "name": scope.name.as_str(), "version": scope.version.as_str() });
    if !scope.attributes.is_empty() {
        object["attributes"] = attributes(&scope.attributes);
    }
    dropped(&mut object, "droppedAttributesCount", scope.dropped_attributes);
    object
}

fn attributes(attributes: &Attributes) -> Json {
    attributes.iter().map(|(key, value)| json!({ "key": key.as_str(), "value": any_value(value) })).collect()
}

fn any_value(value: &Value) -> Json {
    match value {
        Value::Empty => json!({}),
        Value::String(text) => json!({ "stringValue": text.as_str() }),
        Value::Bool(value) => json!({ "boolValue": value }),
        Value::Int(value) => json!({ "intValue": value.to_string() }),
        // JSON has no word for these; the texts are those of protobuf.
        Value::Double(value) if value.is_nan() => json!({ "doubleValue": "NaN" }),
        Value::Double(value) if value.is_infinite() => {
            json!({ "doubleValue": if *value > 0.0 { "Infinity" } else { "-Infinity" } })
        }
        Value::Double(value) => json!({ "doubleValue": value }),
        Value::Bytes(bytes) => json!({ "bytesValue": base64::engine::general_purpose::STANDARD.encode(bytes) }),
        Value::Array(values) => {
            json!({ "arrayValue": { "values": values.iter().map(any_value).collect::<Vec<_>>() } })
        }
        Value::Map(entries) => json!({ "kvlistValue": { "values": attributes(entries) } }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::read::{Collector, read};

    #[test]
    fn what_is_written_is_read_again() {
        let text = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},
            "scopeSpans":[{"scope":{"name":"s","version":"1"},"spans":[
            {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"one","kind":2,
             "startTimeUnixNano":"1","endTimeUnixNano":"5","status":{"code":2,"message":"no"},"flags":1,
             "attributes":[{"key":"n","value":{"intValue":"9007199254740993"}},{"key":"b","value":{"bytesValue":"AQI="}},
               {"key":"d","value":{"doubleValue":0.5}},{"key":"l","value":{"arrayValue":{"values":[{"boolValue":true},{}]}}},
               {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}}}],
             "events":[{"name":"e","timeUnixNano":"3"}],"droppedEventsCount":4},
            {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203332","parentSpanId":"b7ad6b7169203331","name":"two",
             "links":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"}]}]}]}]}"#;
        let spans = |text: &str| {
            let mut collector = Collector::default();
            read(text.as_bytes(), "x", &mut collector);
            let (trace, problems) = collector.into_trace();
            assert!(problems.is_empty(), "{problems:?}");
            let mut spans = trace.into_spans();
            spans.iter_mut().for_each(|span| span.origin = crate::trace::Origin::default());
            spans
        };
        let before = spans(text);
        assert_eq!(before.len(), 2);
        let mut written = Vec::new();
        otlp_lines(&before, &mut written).unwrap();
        assert_eq!(spans(std::str::from_utf8(&written).unwrap()), before);
    }
}
