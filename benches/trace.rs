//! Reading, digesting, comparing and drawing traces, each figure beside its floor where there is one: a bare decode by prost, a bare
//! `serde_json::Value`.
//!
//! `cargo bench --bench trace`; the aim for a tree difference of 10,000 spans is below a second.

#![expect(clippy::expect_used, reason = "a benchmark ends where its input is none")]

use std::hint::black_box;

use clnrm_lsp::trace::canonical::{Canonical, Form, Noise};
use clnrm_lsp::trace::diff::diff;
use clnrm_lsp::trace::read::{Counter, SpanReader};
use clnrm_lsp::trace::waterfall::{Layout, LayoutOptions, TextOptions, html, text};
use clnrm_lsp::trace::{Span, SpanId, Trace, TraceId, Value};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1 as otlp;
use prost::Message;

/// Spans of a request: what SDKs send at once, ten times.
const SPANS: usize = 5_120;

/// A request with four attributes a span.
fn request() -> ExportTraceServiceRequest {
    let attribute = |key: &str, value: any_value::Value| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        key_strindex: 0,
    };
    let span = |number: usize| otlp::Span {
        trace_id: vec![7; 16],
        span_id: (number as u64 + 1).to_be_bytes().to_vec(),
        parent_span_id: (number as u64 / 8 + 1).to_be_bytes().to_vec(),
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
    let scope = otlp::ScopeSpans { spans: (0..SPANS).map(span).collect(), ..otlp::ScopeSpans::default() };
    let resource = otlp::ResourceSpans { scope_spans: vec![scope], ..otlp::ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![resource] }
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Elements(SPANS as u64));
    let request = request();
    let protobuf = request.encode_to_vec();
    let json = serde_json::to_vec(&request).expect("a request is JSON");
    for (name, bytes) in [("protobuf", &protobuf), ("json", &json)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut reader = SpanReader::new(Counter::default());
                reader.read(black_box(bytes.as_slice()), "bench");
                assert_eq!(reader.sink().spans, SPANS as u64);
            });
        });
    }
    group.bench_function("floor/prost decode", |bencher| {
        bencher.iter(|| ExportTraceServiceRequest::decode(black_box(protobuf.as_slice())).expect("it is protobuf"));
    });
    group.bench_function("floor/serde_json value", |bencher| {
        bencher.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(&json)).expect("it is JSON"));
    });
    group.finish();
}

/// A trace of `size` spans, each with up to eight children. In `changed`, every fiftieth span has another name, and every fiftieth another
/// attribute.
fn trace(size: usize, changed: bool) -> Trace {
    (0..size)
        .map(|number| {
            let name = match number % 50 {
                7 if changed => format!("other.{}", number % 23),
                _ => format!("operation.{}", number % 23),
            };
            let id = |number: usize| SpanId::from((number as u64 + 1).to_be_bytes());
            let mut span = Span::new(TraceId::from([7; 16]), id(number), name);
            span.parent_span_id = (number > 0).then(|| id((number - 1) / 8));
            span.start = Some(1_700_000_000_000_000_000 + number as u64 * 1_000);
            span.end = span.start.map(|start| start + 1_000_000);
            let status = if changed && number % 50 == 11 { 500 } else { 200 };
            span.attributes =
                [("http.response.status_code", Value::Int(status)), ("item", Value::Int(number as i64 % 7))]
                    .into_iter()
                    .collect();
            span
        })
        .collect()
}

fn comparing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trace");
    for size in [1_000, 10_000] {
        let (before, after) = (trace(size, false), trace(size, true));
        group.bench_with_input(BenchmarkId::new("tree difference", size), &size, |bencher, _| {
            bencher.iter(|| diff(black_box(&before), black_box(&after), &Noise::default()));
        });
        group.bench_with_input(BenchmarkId::new("digest", size), &size, |bencher, _| {
            bencher.iter(|| Canonical::new(black_box(&before), Form::Full, &Noise::default()).digest());
        });
        group.bench_with_input(BenchmarkId::new("collect", size), &size, |bencher, _| {
            bencher.iter_batched(
                || before.spans().to_vec(),
                |spans| spans.into_iter().collect::<Trace>(),
                BatchSize::LargeInput,
            );
        });
    }
    let big = trace(10_000, false);
    group.bench_function("waterfall/text/10000", |bencher| {
        bencher.iter(|| text(&Layout::new(black_box(&big), LayoutOptions::default()), &TextOptions::default()));
    });
    group.bench_function("waterfall/html/10000", |bencher| {
        bencher.iter(|| html(&Layout::new(black_box(&big), LayoutOptions::default()), "bench"));
    });
    group.finish();
}

criterion_group!(benches, reading, comparing);
criterion_main!(benches);
