//! A collector: takes OTLP over HTTP and keeps what it is told. Included by test crates with
//! `#[path = "../shared/otlp_collector.rs"]`.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost::Message;

/// How long something that must come may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One span.
#[derive(Clone, Debug)]
pub struct Span {
    pub name: String,
    pub trace: Vec<u8>,
    pub id: Vec<u8>,
    pub parent: Vec<u8>,
    pub attributes: BTreeMap<String, String>,
    pub service: String,
}

/// What has come so far.
#[derive(Default)]
pub struct Received {
    pub spans: Vec<Span>,
    /// Metrics by name, with the number of samples (histograms), the sum (counters) or the value (gauges).
    pub metrics: BTreeMap<String, f64>,
}

pub struct Collector {
    /// The base address.
    pub endpoint: String,
    received: Arc<Mutex<Received>>,
}

impl Collector {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
        let received = Arc::new(Mutex::new(Received::default()));
        thread::spawn({
            let received = Arc::clone(&received);
            move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    let received = Arc::clone(&received);
                    thread::spawn(move || while answer(&stream, &received).is_ok() {});
                }
            }
        });
        Self { endpoint, received }
    }

    /// Waits until what has come is what is wanted.
    pub fn wait<T>(&self, what: &str, wanted: impl Fn(&Received) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let received = self.received.lock().expect("no test fails while it holds it");
            if let Some(found) = wanted(&received) {
                return found;
            }
            let spans: Vec<_> = received.spans.iter().map(|span| span.name.clone()).collect();
            let metrics = received.metrics.clone();
            drop(received);
            assert!(Instant::now() < deadline, "never came: {what}; spans: {spans:?}, metrics: {metrics:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Takes one request.
fn answer(stream: &TcpStream, received: &Mutex<Received>) -> io::Result<()> {
    let mut input = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_ascii_lowercase());
    }
    let header = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let length = header("content-length").and_then(|it| it.parse().ok()).expect("a request has a length");
    assert_eq!(header("content-type"), Some("application/x-protobuf"));
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    let mut received = received.lock().expect("no test fails while it holds it");
    match lines.first().map(String::as_str) {
        Some("post /v1/traces http/1.1") => take_spans(&body, &mut received),
        Some("post /v1/metrics http/1.1") => take_metrics(&body, &mut received),
        other => panic!("an unknown request: {other:?}"),
    }
    drop(received);
    (&mut &*stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n")
}

fn take_spans(body: &[u8], received: &mut Received) {
    let request = ExportTraceServiceRequest::decode(body).expect("the body is OTLP");
    for resource in request.resource_spans {
        let about = resource.resource.expect("spans have a resource");
        let about: BTreeMap<_, _> = about.attributes.into_iter().map(|it| (it.key, text(it.value))).collect();
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            received.spans.push(Span {
                name: span.name,
                trace: span.trace_id,
                id: span.span_id,
                parent: span.parent_span_id,
                attributes: span.attributes.into_iter().map(|it| (it.key, text(it.value))).collect(),
                service: about["service.name"].clone(),
            });
        }
    }
}

fn take_metrics(body: &[u8], received: &mut Received) {
    use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
    let number = |value: Option<Value>| match value.expect("a point has a value") {
        Value::AsDouble(value) => value,
        Value::AsInt(value) => value as f64,
    };
    let request = ExportMetricsServiceRequest::decode(body).expect("the body is OTLP");
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    for metric in scopes.flat_map(|scope| scope.metrics) {
        let value = match metric.data.expect("a metric has data") {
            Data::Histogram(it) => it.data_points.iter().map(|point| point.count as f64).sum(),
            Data::Sum(it) => it.data_points.iter().map(|point| number(point.value)).sum(),
            Data::Gauge(it) => it.data_points.iter().map(|point| number(point.value)).sum(),
            other => panic!("unexpected: {other:?}"),
        };
        received.metrics.insert(metric.name, value);
    }
}

fn text(value: Option<opentelemetry_proto::tonic::common::v1::AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(Any::StringValue(text)) => text,
        Some(Any::IntValue(number)) => number.to_string(),
        Some(Any::BoolValue(flag)) => flag.to_string(),
        other => format!("{other:?}"),
    }
}
