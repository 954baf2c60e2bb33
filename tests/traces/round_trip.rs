//! What is written in a format is read from it, as far as the format carries it.

use std::io::Write;
use std::sync::Arc;

use base64::Engine;
use clnrm_lsp::trace::read::Format;
use clnrm_lsp::trace::{Attributes, Dropped, Origin, Resource, Scope, Span, Value};
use proptest::prelude::*;
use prost::Message;
use serde_json::{Value as Json, json};

use crate::{generate, read_all, write};

/// Asserts that `bytes` are read as `expected`, in this form and without a problem.
fn assert_read(bytes: &[u8], expected: impl IntoIterator<Item = Span>, format: Format) -> Result<(), TestCaseError> {
    let (read, summary) = read_all(bytes);
    prop_assert_eq!(&read.problems, &[]);
    prop_assert!(summary.formats.keys().all(|known| *known == format), "{:?}", summary.formats);
    let without_origin = |mut span: Span| {
        span.origin = Origin::default();
        span
    };
    let read: Vec<Span> = read.spans.into_iter().map(without_origin).collect();
    prop_assert_eq!(read, expected.into_iter().map(without_origin).collect::<Vec<_>>());
    Ok(())
}

fn lines(records: impl IntoIterator<Item = Json>) -> Vec<u8> {
    records.into_iter().map(|record| format!("{record}\n")).collect::<String>().into_bytes()
}

/// Attributes of types that JSON without types beside the values keeps: each key once, no bytes, no empty maps.
fn untyped(attributes: &Attributes) -> Attributes {
    attributes.iter().fold(Attributes::default(), |seen, (key, value)| seen.with(key.clone(), untyped_value(value)))
}

fn untyped_value(value: &Value) -> Value {
    match value {
        Value::Bytes(bytes) => Value::Int(bytes.len() as i64),
        Value::Array(values) => Value::Array(values.iter().map(untyped_value).collect()),
        Value::Map(entries) => Value::Map(untyped(entries)),
        other => other.clone(),
    }
}

/// What programs that know no types write of a span.
fn untyped_span(mut span: Span) -> Span {
    span.attributes = untyped(&span.attributes);
    for event in &mut span.events {
        event.attributes = untyped(&event.attributes);
        event.dropped_attributes = 0;
    }
    for link in &mut span.links {
        link.attributes = untyped(&link.attributes);
        link.dropped_attributes = 0;
        link.flags = None;
        link.trace_state = None;
    }
    span.resource = Arc::new(Resource {
        attributes: untyped(&span.resource.attributes),
        schema_url: span.resource.schema_url.clone(),
        dropped_attributes: 0,
    });
    span.trace_state = None;
    span.flags = None;
    span.dropped = Dropped::default();
    span
}

/// What the earlier implementation wrote of a span.
fn object_span(span: Span) -> Span {
    Span { resource: Arc::default(), scope: Arc::default(), links: Box::default(), ..untyped_span(span) }
}

/// Go prints attributes that are no scalars in lists of one type; scalars are what is compared here.
fn go_span(mut span: Span) -> Span {
    let scalars = |attributes: &Attributes| -> Attributes {
        let scalar = |value: &Value| !matches!(value, Value::Bytes(_) | Value::Array(_) | Value::Map(_) | Value::Empty);
        attributes.iter().filter(|(_, value)| scalar(value)).map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    span.attributes = scalars(&span.attributes);
    span.events.iter_mut().for_each(|event| event.attributes = scalars(&event.attributes));
    span.links.iter_mut().for_each(|link| link.attributes = scalars(&link.attributes));
    span.resource = Arc::new(Resource { attributes: scalars(&span.resource.attributes), ..Resource::default() });
    span.scope = Arc::new(Scope {
        attributes: scalars(&span.scope.attributes),
        dropped_attributes: 0,
        ..Scope::clone(&span.scope)
    });
    span
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn otlp_protobuf(spans in generate::spans()) {
        let bytes = write::request(&spans).encode_to_vec();
        assert_read(&bytes, spans.clone(), Format::OtlpProtobuf)?;
        assert_read(&gzip(&bytes), spans.clone(), Format::OtlpProtobuf)?;
        let framed: Vec<u8> =
            spans.iter().flat_map(|span| {
                let message = write::request(std::slice::from_ref(span)).encode_to_vec();
                let mut framed = (message.len() as u32).to_be_bytes().to_vec();
                framed.extend(message);
                framed
            }).collect();
        assert_read(&framed, spans, Format::OtlpProtobuf)?;
    }

    #[test]
    fn otlp_json(spans in generate::spans()) {
        let request = write::request(&spans);
        assert_read(serde_json::to_string(&request).unwrap().as_bytes(), spans.clone(), Format::OtlpJson)?;
        assert_read(serde_json::to_string_pretty(&request).unwrap().as_bytes(), spans.clone(), Format::OtlpJson)?;
        let each = spans.iter().map(|span| serde_json::to_value(write::request(std::slice::from_ref(span))).unwrap());
        assert_read(&lines(each.clone()), spans.clone(), Format::OtlpJson)?;
        assert_read(Json::from_iter(each).to_string().as_bytes(), spans.clone(), Format::OtlpJson)?;
        let java: String = request.resource_spans.iter().map(|resource| format!("INFO: {}\n", serde_json::to_string(resource).unwrap())).collect();
        assert_read(java.as_bytes(), spans, Format::OtlpJson)?;
    }

    #[test]
    fn otlp_on_stdout(spans in generate::spans(), compressed: bool) {
        let request = write::request(&spans);
        let bytes = request.encode_to_vec();
        let mut envelope = json!({
            "__otel_otlp_stdout": "0.1.0", "source": "svc", "endpoint": "http://localhost:4318/v1/traces", "method": "POST",
            "content-type": "application/x-protobuf", "base64": true,
            "payload": base64::prelude::BASE64_STANDARD.encode(if compressed { gzip(&bytes) } else { bytes }),
        });
        if compressed {
            envelope["content-encoding"] = json!("gzip");
        }
        assert_read(&lines([envelope]), spans.clone(), Format::OtlpStdout)?;
        let text = serde_json::to_string(&request).unwrap();
        let envelope = json!({"__otel_otlp_stdout": "0.1.0", "content-type": "application/json", "payload": text, "base64": false});
        assert_read(&lines([envelope]), spans.clone(), Format::OtlpStdout)?;
        let envelope = json!({"__otel_otlp_stdout": "0.1.0", "content-type": "application/json", "payload": request});
        assert_read(&lines([envelope]), spans, Format::OtlpStdout)?;
    }

    #[test]
    fn go_stdout(spans in generate::spans(), pretty: bool) {
        let spans: Vec<Span> = spans.into_iter().map(go_span).collect();
        let text: String = spans.iter().map(write::go_stdout).map(|span| format!("{}\n", if pretty { format!("{span:#}") } else { span.to_string() })).collect();
        assert_read(text.as_bytes(), spans, Format::GoStdout)?;
    }

    #[test]
    fn python_console(spans in generate::spans()) {
        let spans: Vec<Span> = spans.into_iter().map(|span| Span { scope: Arc::default(), ..untyped_span(span) }).collect();
        let text: String = spans.iter().map(|span| format!("{:#}\n", write::python_console(span))).collect();
        assert_read(text.as_bytes(), spans, Format::PythonConsole)?;
    }

    #[test]
    fn span_objects(spans in generate::spans()) {
        let spans: Vec<Span> = spans.into_iter().map(object_span).collect();
        let snake: Vec<Span> = spans.iter().map(|span| Span { status: Default::default(), ..span.clone() }).collect();
        let each = snake.iter().map(write::snake_object);
        assert_read(&lines(each.clone()), snake.clone(), Format::SpanObject)?;
        assert_read(Json::from_iter(each.clone()).to_string().as_bytes(), snake.clone(), Format::SpanObject)?;
        assert_read(format!("{:#}", json!({"spans": Json::from_iter(each)})).as_bytes(), snake, Format::SpanObject)?;
    }

    #[test]
    fn span_objects_of_the_exporter(spans in generate::spans()) {
        let spans: Vec<Span> = spans.into_iter().map(|span| {
            let scope = Scope { name: span.scope.name.clone(), version: span.scope.version.clone(), ..Scope::default() };
            Span { scope: Arc::new(scope), ..object_span(span) }
        }).collect();
        assert_read(&lines(spans.iter().map(write::camel_object)), spans, Format::SpanObject)?;
    }

    #[test]
    fn the_place_of_the_cuts_between_reads_does_not_matter(spans in generate::spans(), piece in 1..50_usize) {
        struct Pieces<'a>(&'a [u8], usize);
        impl std::io::Read for Pieces<'_> {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                let count = into.len().min(self.1);
                self.0.read(&mut into[..count])
            }
        }
        let request = write::request(&spans);
        for bytes in [request.encode_to_vec(), format!("a log line\n{:#}\nmore", serde_json::to_value(&request).unwrap()).into_bytes()] {
            let (whole, _) = read_all(&bytes);
            let mut kept = crate::Kept::default();
            clnrm_lsp::trace::read::read(Pieces(&bytes, piece), "in", &mut kept);
            prop_assert_eq!(whole.spans, kept.spans);
            prop_assert_eq!(whole.problems, kept.problems);
        }
    }
}
