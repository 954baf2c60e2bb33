//! What the programs of one scenario export: OTLP over gRPC, HTTP with protobuf and HTTP with JSON, all on one port. Connections come
//! through the tunnels of the scenario's containers, so whatever arrives here belongs to the scenario.

use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tonic::codec::CompressionEncoding;

use crate::engine::init::Tunnel;
use crate::expectation::NoSpans;
use crate::trace::read::{Sink, SpanReader};
use crate::trace::{ReadProblem, Span};

/// The longest message, in bytes, after decompression too.
const LONGEST: usize = 64 << 20;

/// So many spans of one scenario are kept.
const MOST_SPANS: usize = 200_000;

/// Receives for one scenario.
pub struct Receiver {
    inbox: Arc<Inbox>,
    tunnels: mpsc::UnboundedSender<Tunnel>,
    server: JoinHandle<()>,
}

/// What came.
pub struct Inbox {
    state: Mutex<Received>,
    arrived: Notify,
}

#[derive(Default)]
struct Received {
    reader: SpanReader<Spans>,
    connections: u64,
    traces: u64,
    others: u64,
    undecodable: Option<String>,
    last: Option<Instant>,
}

/// Spans as they come, up to a bound, and the first thing that was wrong.
#[derive(Default)]
struct Spans {
    spans: Vec<Span>,
    more: u64,
    lost: Option<String>,
}

impl Sink for Spans {
    fn span(&mut self, span: Span) {
        if self.spans.len() < MOST_SPANS {
            self.spans.push(span);
        } else {
            self.more += 1;
        }
    }

    fn problem(&mut self, problem: ReadProblem) {
        if problem.loss.costs_spans() && self.lost.is_none() {
            self.lost = Some(problem.to_string());
        }
    }
}

/// The end of what came.
pub struct Harvest {
    /// The spans, as they came.
    pub spans: Vec<Span>,
    /// Why there are none, as far as the receiver can tell.
    pub no_spans: NoSpans,
    /// Why some may be missing, where that is so.
    pub lost: Option<String>,
}

impl Receiver {
    /// A receiver that is ready.
    pub fn start() -> Self {
        let inbox = Arc::new(Inbox { state: Mutex::default(), arrived: Notify::new() });
        let (tunnels, accepted) = mpsc::unbounded_channel();
        let service = Service(Arc::clone(&inbox));
        let grpc = tonic::service::Routes::new(
            TraceServiceServer::new(service.clone())
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(LONGEST),
        )
        .add_service(
            MetricsServiceServer::new(service.clone())
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(LONGEST),
        )
        .add_service(
            LogsServiceServer::new(service)
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(LONGEST),
        );
        let http = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(others))
            .route("/v1/logs", post(others))
            .layer(DefaultBodyLimit::max(LONGEST))
            .with_state(Arc::clone(&inbox));
        let router = grpc.into_axum_router().merge(http).fallback(unknown);
        let listener = Tunnels { accepted, inbox: Arc::clone(&inbox) };
        let server = tokio::spawn(async move {
            // A listener that never fails serves until it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Self { inbox, tunnels, server }
    }

    /// A handle with which connections can be served elsewhere.
    pub fn acceptor(&self) -> mpsc::UnboundedSender<Tunnel> {
        self.tunnels.clone()
    }

    /// Reads spans from what a program wrote.
    pub fn read(&self, bytes: &[u8], name: &str) {
        let mut state = self.inbox.lock();
        state.reader.read(bytes, name);
        drop(state);
        self.inbox.arrived.notify_waiters();
    }

    /// Waits until a span of this name has come.
    pub async fn seen(&self, name: &str) {
        loop {
            let arrived = self.inbox.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            if self.inbox.lock().reader.sink().spans.iter().any(|span| span.name.as_str() == name) {
                return;
            }
            arrived.await;
        }
    }

    /// Ends the receiver and gives what came.
    pub fn harvest(self) -> Harvest {
        self.server.abort();
        let received = std::mem::take(&mut *self.inbox.lock());
        let no_spans = match &received {
            Received { undecodable: Some(problem), .. } => NoSpans::Undecodable(problem.clone()),
            Received { traces: 0, others: 1.., .. } => NoSpans::OtherSignals,
            Received { connections: 0, .. } => NoSpans::NoConnection,
            _ => NoSpans::NothingExported,
        };
        let Spans { spans, more, lost } = received.reader.into_sink();
        let lost = match more {
            0 => lost.or(received.undecodable),
            more => Some(format!("{more} spans came on top of {MOST_SPANS} and were not kept")),
        };
        Harvest { spans, no_spans, lost }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.arrived.notify_waiters();
    }
}

impl Inbox {
    fn lock(&self) -> std::sync::MutexGuard<'_, Received> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, read: impl FnOnce(&mut SpanReader<Spans>)) {
        let mut state = self.lock();
        state.traces += 1;
        state.last = Some(Instant::now());
        read(&mut state.reader);
        drop(state);
        self.arrived.notify_waiters();
    }

    fn other(&self) {
        self.lock().others += 1;
    }

    fn undecodable(&self, problem: impl Into<String>) {
        self.lock().undecodable.get_or_insert(problem.into());
    }
}

/// The connections of a scenario as a listener.
struct Tunnels {
    accepted: mpsc::UnboundedReceiver<Tunnel>,
    inbox: Arc<Inbox>,
}

impl axum::serve::Listener for Tunnels {
    type Io = Tunnel;
    type Addr = ();

    async fn accept(&mut self) -> (Tunnel, ()) {
        match self.accepted.recv().await {
            Some(tunnel) => {
                self.inbox.lock().connections += 1;
                (tunnel, ())
            }
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn traces(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let body = match decompressed(&headers, &body) {
        Ok(body) => body,
        Err(problem) => {
            inbox.undecodable(&problem);
            return (StatusCode::BAD_REQUEST, problem).into_response();
        }
    };
    let json = is_json(&headers);
    let problem = {
        let mut problem = None;
        inbox.take(|reader| {
            let summary = match json {
                true => reader.read_json(body.as_slice(), "OTLP over HTTP, JSON"),
                false => reader.read_protobuf(body.as_slice(), "OTLP over HTTP, protobuf"),
            };
            if summary.lost_spans() {
                problem = reader.sink().lost.clone();
            }
        });
        problem
    };
    if let Some(problem) = problem {
        inbox.undecodable(&problem);
        // Data that is wrong stays wrong: nobody shall send it again.
        return (StatusCode::BAD_REQUEST, problem).into_response();
    }
    accepted(json)
}

async fn others(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, _: Bytes) -> Response {
    inbox.other();
    accepted(is_json(&headers))
}

async fn unknown(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let help = format!("there is nothing at `{path}`: OTLP goes to `/v1/traces`, or over gRPC");
    (StatusCode::NOT_FOUND, help).into_response()
}

fn accepted(json: bool) -> Response {
    match json {
        true => ([(header::CONTENT_TYPE, "application/json")], "{}").into_response(),
        false => ([(header::CONTENT_TYPE, "application/x-protobuf")], "").into_response(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().starts_with("application/json")
}

fn decompressed(headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, String> {
    let encoding = headers.get(header::CONTENT_ENCODING).and_then(|it| it.to_str().ok()).unwrap_or("identity");
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(body.to_vec()),
        "gzip" => {
            let mut bytes = Vec::new();
            let mut decoder = flate2::read::MultiGzDecoder::new(body).take(LONGEST as u64 + 1);
            decoder.read_to_end(&mut bytes).map_err(|error| format!("the message can't be decompressed: {error}"))?;
            if bytes.len() > LONGEST {
                return Err(format!("the message is longer than {LONGEST} bytes"));
            }
            Ok(bytes)
        }
        other => Err(format!("the encoding `{other}` is not read: use `gzip` or none")),
    }
}

#[derive(Clone)]
struct Service(Arc<Inbox>);

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        self.0.take(|reader| {
            reader.take_request(request.into_inner(), "OTLP over gRPC");
        });
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Service {
    async fn export(
        &self,
        _: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<tonic::Response<ExportMetricsServiceResponse>, tonic::Status> {
        self.0.other();
        Ok(tonic::Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Service {
    async fn export(
        &self,
        _: tonic::Request<ExportLogsServiceRequest>,
    ) -> Result<tonic::Response<ExportLogsServiceResponse>, tonic::Status> {
        self.0.other();
        Ok(tonic::Response::new(ExportLogsServiceResponse::default()))
    }
}
