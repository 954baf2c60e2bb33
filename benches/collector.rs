//! Receiving spans over a connection, each figure beside its floor: a bare decode of the same bytes by prost.
//!
//! `cargo bench --bench collector`; the aim is 50,000 spans a second, sender and receiver on one machine. Behind that, or alone with
//! `-- memory`, the resident memory while a million spans are sent to one receiver: exit code 101 where it does not level off once the
//! bound of spans is reached (Linux only: it is read from `/proc`).

#![expect(clippy::expect_used, reason = "a benchmark ends where its input is none")]

use std::hint::black_box;

use clnrm_lsp::collector::{Limits, Receiver, Source};
use criterion::{Criterion, Throughput, criterion_group};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1 as otlp;
use prost::Message;

/// Spans of one export: what SDKs send at once.
const BATCH: usize = 512;

/// Exports over one connection.
const BATCHES: usize = 20;

/// Spans that are sent to see how the memory grows: five times as many as are kept.
const MANY: usize = 1_000_000;

/// How much the memory may grow beyond the bound of spans, in MiB: what is under way, and what the allocator keeps.
const GROWTH: u64 = 64;

/// Exports with four attributes a span, every span another one.
fn exports(batches: std::ops::Range<usize>) -> Vec<ExportTraceServiceRequest> {
    let attribute = |key: &str, value: any_value::Value| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    };
    let span = |number: usize| otlp::Span {
        trace_id: vec![7; 16],
        span_id: (number as u64 + 1).to_be_bytes().to_vec(),
        name: format!("operation.{}", number % 20),
        kind: 3,
        start_time_unix_nano: 1_700_000_000_000_000_000 + number as u64,
        end_time_unix_nano: 1_700_000_000_001_000_000 + number as u64,
        attributes: vec![
            attribute("http.request.method", any_value::Value::StringValue("GET".to_owned())),
            attribute("http.response.status_code", any_value::Value::IntValue(200)),
            attribute("server.address", any_value::Value::StringValue("shop.example".to_owned())),
            attribute("url.path", any_value::Value::StringValue(format!("/items/{number}"))),
        ],
        ..otlp::Span::default()
    };
    let export = |batch: usize| {
        let spans = (batch * BATCH..(batch + 1) * BATCH).map(span).collect();
        let scope = otlp::ScopeSpans { spans, ..otlp::ScopeSpans::default() };
        let resource = otlp::ResourceSpans { scope_spans: vec![scope], ..otlp::ResourceSpans::default() };
        ExportTraceServiceRequest { resource_spans: vec![resource] }
    };
    batches.map(export).collect()
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend_from_slice(&u32::try_from(message.len()).expect("it is short").to_be_bytes());
    bytes.extend_from_slice(message);
    bytes
}

/// Sends all bodies over one connection to a receiver of its own.
async fn receive(path: &str, kind: &str, bodies: &[Bytes]) {
    let receiver = Receiver::new(Source::default(), Limits::default());
    let (here, there) = tokio::io::duplex(256 * 1024);
    receiver.acceptor().serve(there);
    let request = |body: &Bytes| {
        let request = Request::post(format!("http://receiver{path}")).header("content-type", kind);
        let request = if kind == "application/grpc" { request } else { request.header("host", "receiver") };
        request.body(Full::new(body.clone())).expect("it is a request")
    };
    if kind == "application/grpc" {
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(here)).await.expect("it connects");
        tokio::spawn(connection);
        for body in bodies {
            sender.ready().await.expect("the connection lasts");
            let response = sender.send_request(request(body)).await.expect("it is answered");
            response.into_body().collect().await.expect("it is answered");
        }
    } else {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(here)).await.expect("it connects");
        tokio::spawn(connection);
        for body in bodies {
            sender.ready().await.expect("the connection lasts");
            let response = sender.send_request(request(body)).await.expect("it is answered");
            response.into_body().collect().await.expect("it is answered");
        }
    }
    receiver.drained().await;
    assert_eq!(receiver.finish().spans.len(), BATCH * BATCHES);
}

fn receiving(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    let exports = exports(0..BATCHES);
    let protobuf: Vec<Vec<u8>> = exports.iter().map(Message::encode_to_vec).collect();
    let mut group = criterion.benchmark_group("collector");
    group.throughput(Throughput::Elements((BATCH * BATCHES) as u64));
    let grpc = protobuf.iter().map(|message| Bytes::from(framed(message))).collect::<Vec<_>>();
    let http = protobuf.iter().map(|message| Bytes::from(message.clone())).collect::<Vec<_>>();
    let json = exports
        .iter()
        .map(|export| Bytes::from(serde_json::to_vec(export).expect("an export is JSON")))
        .collect::<Vec<_>>();
    for (name, path, kind, bodies) in [
        ("grpc", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", "application/grpc", &grpc),
        ("protobuf", "/v1/traces", "application/x-protobuf", &http),
        ("json", "/v1/traces", "application/json", &json),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| runtime.block_on(receive(path, kind, black_box(bodies))));
        });
    }
    group.bench_function("floor/prost decode", |bencher| {
        bencher.iter(|| {
            for message in &protobuf {
                let export = ExportTraceServiceRequest::decode(black_box(message.as_slice()));
                black_box(export.expect("it is protobuf"));
            }
        });
    });
    group.finish();
}

/// More spans than are kept, over one connection to one receiver.
async fn many() {
    let receiver = Receiver::new(Source::default(), Limits::default());
    let (here, there) = tokio::io::duplex(256 * 1024);
    receiver.acceptor().serve(there);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(here)).await.expect("it connects");
    tokio::spawn(connection);
    let kept = Limits::default().spans;
    let (mut sent, mut bound) = (0, None);
    println!("\nspans sent    resident memory, MiB");
    for batch in 0..MANY / BATCH {
        let body = exports(batch..batch + 1)[0].encode_to_vec();
        let request = Request::post("http://receiver/v1/traces").header("host", "receiver");
        let request = request.header("content-type", "application/x-protobuf").body(Full::new(Bytes::from(body)));
        sender.ready().await.expect("the connection lasts");
        let response = sender.send_request(request.expect("it is a request")).await.expect("it is answered");
        response.into_body().collect().await.expect("it is answered");
        let before = sent;
        sent += BATCH;
        if sent / (MANY / 10) > before / (MANY / 10) {
            let now = resident();
            println!("{sent:10}    {now:8}");
            let bound = (sent > kept).then(|| *bound.get_or_insert(now));
            assert!(bound.is_none_or(|bound| now < bound + GROWTH), "the memory does not level off");
        }
    }
    // What is open is waited for.
    drop(sender);
    receiver.drained().await;
    let collected = receiver.finish();
    assert_eq!(collected.spans.len(), kept);
    assert_eq!(usize::try_from(collected.statistics.dropped), Ok(sent - kept), "what is not kept is counted");
}

/// The resident memory of this process, in MiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the memory is told on Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the memory is told");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("it is a number") / 1024
}

criterion_group!(benches, receiving);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let names_some = arguments.iter().any(|argument| !argument.starts_with("--"));
    if !has("memory") {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
    // `cargo test --benches` only wants to see that it works.
    if cfg!(target_os = "linux") && has("--bench") && (has("memory") || !names_some) {
        tokio::runtime::Runtime::new().expect("a runtime starts").block_on(many());
    }
}
