//! Writers for every format that is read, apart from the reader: by OpenTelemetry's own messages where there are some, by hand
//! as the exporters print them elsewhere.

use clnrm_lsp::trace::{Attributes, Event, Span, StatusCode, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::resource::v1::Resource as OtlpResource;
use opentelemetry_proto::tonic::trace::v1 as otlp;
use serde_json::{Value as Json, json};

/// One request with all spans, each in a resource and a scope of its own.
pub fn request(spans: &[Span]) -> ExportTraceServiceRequest {
    let resource_spans = spans
        .iter()
        .map(|span| otlp::ResourceSpans {
            resource: Some(OtlpResource {
                attributes: key_values(&span.resource.attributes),
                dropped_attributes_count: span.resource.dropped_attributes,
                entity_refs: Vec::new(),
            }),
            schema_url: span.resource.schema_url.as_deref().unwrap_or_default().to_owned(),
            scope_spans: vec![otlp::ScopeSpans {
                scope: Some(common::InstrumentationScope {
                    name: span.scope.name.to_string(),
                    version: span.scope.version.to_string(),
                    attributes: key_values(&span.scope.attributes),
                    dropped_attributes_count: span.scope.dropped_attributes,
                }),
                schema_url: span.scope.schema_url.as_deref().unwrap_or_default().to_owned(),
                spans: vec![otlp_span(span)],
            }],
        })
        .collect();
    ExportTraceServiceRequest { resource_spans }
}

fn otlp_span(span: &Span) -> otlp::Span {
    otlp::Span {
        trace_id: span.trace_id.bytes().unwrap().to_vec(),
        span_id: span.span_id.bytes().unwrap().to_vec(),
        parent_span_id: span.parent_span_id.as_ref().map(|id| id.bytes().unwrap().to_vec()).unwrap_or_default(),
        trace_state: span.trace_state.as_deref().unwrap_or_default().to_owned(),
        flags: span.flags.unwrap_or_default(),
        name: span.name.to_string(),
        kind: span.kind.number(),
        start_time_unix_nano: span.start.unwrap_or_default(),
        end_time_unix_nano: span.end.unwrap_or_default(),
        attributes: key_values(&span.attributes),
        dropped_attributes_count: span.dropped.attributes,
        events: span
            .events
            .iter()
            .map(|event| otlp::span::Event {
                time_unix_nano: event.time.unwrap_or_default(),
                name: event.name.to_string(),
                attributes: key_values(&event.attributes),
                dropped_attributes_count: event.dropped_attributes,
            })
            .collect(),
        dropped_events_count: span.dropped.events,
        links: span
            .links
            .iter()
            .map(|link| otlp::span::Link {
                trace_id: link.trace_id.bytes().unwrap().to_vec(),
                span_id: link.span_id.bytes().unwrap().to_vec(),
                trace_state: link.trace_state.as_deref().unwrap_or_default().to_owned(),
                attributes: key_values(&link.attributes),
                dropped_attributes_count: link.dropped_attributes,
                flags: link.flags.unwrap_or_default(),
            })
            .collect(),
        dropped_links_count: span.dropped.links,
        status: Some(otlp::Status { code: span.status.code.number(), message: span.status.message.to_string() }),
    }
}

fn key_values(attributes: &Attributes) -> Vec<common::KeyValue> {
    let each = attributes.iter();
    each.map(|(key, value)| common::KeyValue { key: key.to_string(), value: Some(any_value(value)), key_strindex: 0 })
        .collect()
}

fn any_value(value: &Value) -> common::AnyValue {
    use common::any_value::Value as Any;
    let value = match value {
        Value::Empty => None,
        Value::String(text) => Some(Any::StringValue(text.to_string())),
        Value::Bool(value) => Some(Any::BoolValue(*value)),
        Value::Int(value) => Some(Any::IntValue(*value)),
        Value::Double(value) => Some(Any::DoubleValue(*value)),
        Value::Bytes(bytes) => Some(Any::BytesValue(bytes.to_vec())),
        Value::Array(values) => {
            Some(Any::ArrayValue(common::ArrayValue { values: values.iter().map(any_value).collect() }))
        }
        Value::Map(entries) => Some(Any::KvlistValue(common::KeyValueList { values: key_values(entries) })),
    };
    common::AnyValue { value }
}

/// An attribute as programs that know no OTLP write it.
fn plain(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::String(text) => json!(text.as_str()),
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Double(value) => json!(value),
        Value::Bytes(_) => unreachable!("not written by these formats"),
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Map(entries) => plain_attributes(entries),
    }
}

fn plain_attributes(attributes: &Attributes) -> Json {
    Json::Object(attributes.iter().map(|(key, value)| (key.to_string(), plain(value))).collect())
}

/// A time as RFC 3339, to the nanosecond.
fn instant(time: Option<u64>) -> Json {
    match time {
        Some(time) => json!(jiff::Timestamp::from_nanosecond(i128::from(time)).unwrap().to_string()),
        None => Json::Null,
    }
}

/// Go's `stdouttrace`.
pub fn go_stdout(span: &Span) -> Json {
    const NO_TIME: &str = "0001-01-01T00:00:00Z";
    let time = |time: Option<u64>| if time.is_some() { instant(time) } else { json!(NO_TIME) };
    let context = |trace_id: String, span_id: String, flags: u32, state: &str| json!({"TraceID": trace_id, "SpanID": span_id, "TraceFlags": format!("{flags:02x}"), "TraceState": state, "Remote": false});
    let parent = match &span.parent_span_id {
        Some(parent) => context(span.trace_id.to_string(), parent.to_string(), 1, ""),
        None => context("0".repeat(32), "0".repeat(16), 0, ""),
    };
    json!({
        "Name": span.name.as_str(),
        "SpanContext": context(span.trace_id.to_string(), span.span_id.to_string(), span.flags.unwrap_or(0), span.trace_state.as_deref().unwrap_or("")),
        "Parent": parent,
        "SpanKind": span.kind.number(),
        "StartTime": time(span.start),
        "EndTime": time(span.end),
        "Attributes": go_attributes(&span.attributes),
        "Events": span.events.iter().map(|event| json!({
            "Name": event.name.as_str(),
            "Attributes": go_attributes(&event.attributes),
            "DroppedAttributeCount": event.dropped_attributes,
            "Time": time(event.time),
        })).collect::<Json>(),
        "Links": span.links.iter().map(|link| json!({
            "SpanContext": context(link.trace_id.to_string(), link.span_id.to_string(), link.flags.unwrap_or(0), link.trace_state.as_deref().unwrap_or("")),
            "Attributes": go_attributes(&link.attributes),
            "DroppedAttributeCount": link.dropped_attributes,
        })).collect::<Json>(),
        "Status": {
            "Code": match span.status.code { StatusCode::Unset => "Unset", StatusCode::Ok => "Ok", StatusCode::Error => "Error" },
            "Description": span.status.message.as_str(),
        },
        "DroppedAttributes": span.dropped.attributes,
        "DroppedEvents": span.dropped.events,
        "DroppedLinks": span.dropped.links,
        "ChildSpanCount": 0,
        "Resource": go_attributes(&span.resource.attributes),
        "InstrumentationScope": {
            "Name": span.scope.name.as_str(),
            "Version": span.scope.version.as_str(),
            "SchemaURL": span.scope.schema_url.as_deref().unwrap_or(""),
            "Attributes": go_attributes(&span.scope.attributes),
        },
    })
}

fn go_attributes(attributes: &Attributes) -> Json {
    if attributes.is_empty() {
        return Json::Null;
    }
    let typed = |value: &Value| {
        let kind = match value {
            Value::Bool(_) => "BOOL",
            Value::Int(_) => "INT64",
            Value::Double(_) => "FLOAT64",
            _ => "STRING",
        };
        json!({"Type": kind, "Value": plain(value)})
    };
    attributes.iter().map(|(key, value)| json!({"Key": key.as_str(), "Value": typed(value)})).collect()
}

/// Python's `ConsoleSpanExporter`.
pub fn python_console(span: &Span) -> Json {
    let context = |trace_id: String, span_id: String| json!({"trace_id": format!("0x{trace_id}"), "span_id": format!("0x{span_id}"), "trace_state": "[]"});
    json!({
        "name": span.name.as_str(),
        "context": context(span.trace_id.to_string(), span.span_id.to_string()),
        "kind": format!("SpanKind.{}", span.kind.word().to_uppercase()),
        "parent_id": span.parent_span_id.as_ref().map(|id| format!("0x{id}")),
        "start_time": instant(span.start),
        "end_time": instant(span.end),
        "status": {"status_code": span.status.code.word(), "description": span.status.message.as_str()},
        "attributes": plain_attributes(&span.attributes),
        "events": span.events.iter().map(|event| json!({
            "name": event.name.as_str(), "timestamp": instant(event.time), "attributes": plain_attributes(&event.attributes),
        })).collect::<Json>(),
        "links": span.links.iter().map(|link| json!({
            "context": context(link.trace_id.to_string(), link.span_id.to_string()), "attributes": plain_attributes(&link.attributes),
        })).collect::<Json>(),
        "resource": {"attributes": plain_attributes(&span.resource.attributes), "schema_url": span.resource.schema_url.as_deref().unwrap_or("")},
    })
}

fn plain_event(event: &Event, time: &str) -> Json {
    json!({"name": event.name.as_str(), time: event.time, "attributes": plain_attributes(&event.attributes)})
}

/// What the earlier implementation's stdout parser read: snake_case, events as names where they have nothing else.
pub fn snake_object(span: &Span) -> Json {
    json!({
        "name": span.name.as_str(),
        "trace_id": span.trace_id.to_string(),
        "span_id": span.span_id.to_string(),
        "parent_span_id": span.parent_span_id.as_ref().map(ToString::to_string),
        "start_time_unix_nano": span.start.map(|time| time.to_string()),
        "end_time_unix_nano": span.end,
        "kind": span.kind.word(),
        "attributes": plain_attributes(&span.attributes),
        "events": span.events.iter().map(|event| {
            if event.time.is_none() && event.attributes.is_empty() { json!(event.name.as_str()) } else { plain_event(event, "time_unix_nano") }
        }).collect::<Json>(),
    })
}

/// What the earlier implementation's exporter wrote: camelCase, status as Rust prints it.
pub fn camel_object(span: &Span) -> Json {
    let code = match span.status.code {
        StatusCode::Unset => "Unset".to_owned(),
        StatusCode::Ok => "Ok".to_owned(),
        StatusCode::Error => format!("Error {{ description: {:?} }}", span.status.message.as_str()),
    };
    json!({
        "name": span.name.as_str(),
        "traceId": span.trace_id.to_string(),
        "spanId": span.span_id.to_string(),
        "parentSpanId": span.parent_span_id.as_ref().map(ToString::to_string),
        "kind": format!("{:?}", span.kind),
        "startTimeUnixNano": span.start,
        "endTimeUnixNano": span.end,
        "attributes": plain_attributes(&span.attributes),
        "events": span.events.iter().map(|event| plain_event(event, "timestamp")).collect::<Json>(),
        "status": {"code": code, "message": span.status.message.as_str()},
        "instrumentationScope": {"name": span.scope.name.as_str(), "version": span.scope.version.as_str()},
    })
}
