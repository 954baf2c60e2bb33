//! Sends bytes to a receiver and reads what it answers.

use std::io::Write as _;
use std::time::Duration;

use clnrm_lsp::collector::{Collected, Limits, Receiver, Source};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};

pub const PROTOBUF: &str = "application/x-protobuf";
pub const JSON: &str = "application/json";
pub const GRPC: &str = "application/grpc";
pub const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub trailers: HeaderMap,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The status of gRPC, from the trailers or, where it refuses, the headers.
    pub fn grpc(&self) -> &str {
        let status = self.trailers.get("grpc-status").or_else(|| self.headers.get("grpc-status"));
        status.unwrap().to_str().unwrap()
    }
}

pub fn receiver() -> Receiver {
    Receiver::new(Source::default(), Limits::default())
}

/// Posts a body over a connection of its own: HTTP/2 for gRPC, else HTTP/1.
pub async fn post(receiver: &Receiver, path: &str, kind: &str, encoding: Option<&str>, body: Vec<u8>) -> Answer {
    let (here, there) = tokio::io::duplex(64 * 1024);
    receiver.acceptor().serve(there);
    let is_grpc = kind == GRPC;
    let mut request = Request::post(format!("http://receiver{path}")).header("content-type", kind);
    if !is_grpc {
        request = request.header("host", "receiver");
    }
    if let Some(encoding) = encoding {
        request = request.header(if is_grpc { "grpc-encoding" } else { "content-encoding" }, encoding);
    }
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let io = TokioIo::new(here);
    let (response, connection) = if is_grpc {
        let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        let connection = tokio::spawn(async move { drop(connection.await) });
        (sender.send_request(request).await.unwrap(), connection)
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        let connection = tokio::spawn(async move { drop(connection.await) });
        (sender.send_request(request).await.unwrap(), connection)
    };
    let (parts, body) = response.into_parts();
    let collected = body.collect().await.unwrap();
    let trailers = collected.trailers().cloned().unwrap_or_default();
    connection.abort();
    Answer { status: parts.status, headers: parts.headers, body: collected.to_bytes().to_vec(), trailers }
}

/// All that came, when everything has been read.
pub async fn finish(receiver: Receiver) -> Collected {
    tokio::time::timeout(Duration::from_secs(60), receiver.drained()).await.unwrap();
    receiver.finish()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn framed(message: &[u8], compressed: bool) -> Vec<u8> {
    let mut bytes = vec![u8::from(compressed)];
    bytes.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(message);
    bytes
}

pub fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

/// A span; `parent` 0: a root.
pub fn span(number: u64, parent: u64, name: &str) -> Span {
    Span {
        trace_id: vec![7; 16],
        span_id: number.to_be_bytes().to_vec(),
        parent_span_id: if parent == 0 { Vec::new() } else { parent.to_be_bytes().to_vec() },
        name: name.to_owned(),
        kind: span::SpanKind::Internal as i32,
        start_time_unix_nano: 1_000 + number,
        end_time_unix_nano: 2_000 + number,
        attributes: vec![attribute("step", name)],
        events: vec![span::Event { name: "done".to_owned(), time_unix_nano: 1_500, ..span::Event::default() }],
        status: Some(Status { code: 1, message: String::new() }),
        ..Span::default()
    }
}

/// An export of the spans of some services.
pub fn export(services: &[(&str, Vec<Span>)]) -> ExportTraceServiceRequest {
    let resource_spans = services.iter().map(|(service, spans)| ResourceSpans {
        resource: Some(Resource { attributes: vec![attribute("service.name", service)], ..Resource::default() }),
        scope_spans: vec![ScopeSpans { spans: spans.clone(), ..ScopeSpans::default() }],
        ..ResourceSpans::default()
    });
    ExportTraceServiceRequest { resource_spans: resource_spans.collect() }
}

/// An order over two services.
pub fn shop() -> ExportTraceServiceRequest {
    export(&[
        ("shop", vec![span(1, 0, "order"), span(2, 1, "reserve"), span(3, 1, "pay")]),
        ("bank", vec![span(4, 3, "transfer")]),
    ])
}
