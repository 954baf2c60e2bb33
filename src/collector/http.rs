//! What a request is answered with: OTLP over HTTP and over gRPC, told apart by the content type.
//!
//! Data that is wrong stays wrong: it is answered with what no sender repeats (400, `INVALID_ARGUMENT`). What was too much at the
//! moment may come again (429, `UNAVAILABLE`).

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message as _;
use serde_json::json;
use tonic::Code;

use super::body::{self, BodyError, Held};
use super::grpc;
use super::inbox::{Inbox, Taken};

/// From this length on a message is decoded beside the runtime.
const LONG: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Traces,
    Metrics,
    Logs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Grpc,
    Protobuf,
    Json,
    /// The sender does not say: the first byte tells.
    Untold,
}

/// Why a request is refused.
enum Refusal {
    Body(BodyError),
    Unreadable(String),
    Unknown(String),
    Method(Method),
}

/// Answers a request. Never fails: what is wrong with it is the answer.
pub async fn answer(inbox: Arc<Inbox>, request: Request<Body>) -> Response<Body> {
    let exchange = inbox.exchange();
    let (parts, body) = request.into_parts();
    let protocol = protocol(&parts.headers);
    let result = match signal(parts.uri.path(), protocol) {
        Ok(_) if parts.method != Method::POST => Err(Refusal::Method(parts.method)),
        Ok(signal) => taken(&inbox, signal, protocol, &parts.headers, body).await.map(|taken| (signal, taken)),
        Err(help) => Err(Refusal::Unknown(help)),
    };
    let cut_off = matches!(result, Err(Refusal::Body(BodyError::CutOff(_))));
    {
        let mut state = inbox.lock();
        state.statistics.requests += 1;
        state.statistics.refused += u64::from(result.is_err());
    }
    let response = match result {
        Ok((signal, taken)) => accepted(signal, protocol, taken),
        Err(refusal) => refused(&inbox, protocol, refusal),
    };
    if !cut_off {
        exchange.answered();
    }
    response
}

fn protocol(headers: &HeaderMap) -> Protocol {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/grpc" | "application/grpc+proto" => Protocol::Grpc,
        "application/x-protobuf" | "application/protobuf" => Protocol::Protobuf,
        "application/json" => Protocol::Json,
        _ => Protocol::Untold,
    }
}

/// What is sent to a path; or, for people, where it belongs.
fn signal(path: &str, protocol: Protocol) -> Result<Signal, String> {
    let service = |name: &str| format!("/opentelemetry.proto.collector.{name}.v1.");
    if protocol == Protocol::Grpc {
        return match path {
            _ if path == service("trace") + "TraceService/Export" => Ok(Signal::Traces),
            _ if path == service("metrics") + "MetricsService/Export" => Ok(Signal::Metrics),
            _ if path == service("logs") + "LogsService/Export" => Ok(Signal::Logs),
            _ => {
                Err(format!("there is no gRPC method `{path}`: the endpoint of an OTLP exporter over gRPC has no path"))
            }
        };
    }
    match path {
        "/v1/traces" => Ok(Signal::Traces),
        "/v1/metrics" => Ok(Signal::Metrics),
        "/v1/logs" => Ok(Signal::Logs),
        "/" => Err("nothing is received at `/`: OTLP over HTTP goes to `/v1/traces` (an SDK adds that to \
                    `OTEL_EXPORTER_OTLP_ENDPOINT`, but not to `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`)"
            .to_owned()),
        other => Err(format!("there is nothing at `{other}`: OTLP over HTTP goes to `/v1/traces`")),
    }
}

async fn taken(
    inbox: &Arc<Inbox>,
    signal: Signal,
    protocol: Protocol,
    headers: &HeaderMap,
    body: Body,
) -> Result<Taken, Refusal> {
    let limits = inbox.limits;
    // A frame of gRPC has five bytes more.
    let longest = limits.message + if protocol == Protocol::Grpc { 5 } else { 0 };
    let held = body::read(body, longest, limits.under_way, &inbox.under_way).await.map_err(Refusal::Body)?;
    let encoding = match protocol {
        Protocol::Grpc => headers.get("grpc-encoding"),
        _ => headers.get(header::CONTENT_ENCODING),
    };
    let encoding = encoding.and_then(|it| it.to_str().ok()).unwrap_or("identity").to_owned();
    match signal {
        Signal::Traces => {}
        Signal::Metrics => {
            inbox.lock().statistics.metrics += 1;
            return Ok(Taken::default());
        }
        Signal::Logs => {
            inbox.lock().statistics.logs += 1;
            return Ok(Taken::default());
        }
    }
    // Compressed, a short message may be long.
    if held.bytes.len() < LONG && encoding == "identity" {
        return decoded(inbox, protocol, &encoding, held);
    }
    // The semaphore is never closed: without a permit it is decoded all the same.
    let _permit = inbox.decoders.acquire().await.ok();
    let decoding = {
        let inbox = Arc::clone(inbox);
        // Where the connection ends now, what came is kept, and the end waits for it.
        let live = inbox.live();
        tokio::task::spawn_blocking(move || {
            let taken = decoded(&inbox, protocol, &encoding, held);
            drop(live);
            taken
        })
    };
    match decoding.await {
        Ok(taken) => taken,
        Err(error) => Err(Refusal::Unreadable(format!("decoding failed: {error}"))),
    }
}

/// Decodes a message and keeps its spans.
fn decoded(inbox: &Inbox, protocol: Protocol, encoding: &str, held: Held) -> Result<Taken, Refusal> {
    let limits = inbox.limits;
    let inflate = |held, encoding: &str| {
        body::decompress(held, encoding, limits.message, limits.under_way).map_err(Refusal::Body)
    };
    let held = match protocol {
        Protocol::Grpc => {
            let (compressed, message) =
                grpc::unframe(&held.bytes).map_err(|error| Refusal::Unreadable(error.to_string()))?;
            let message = message.to_vec();
            let held = held.with(message, limits.under_way).map_err(Refusal::Body)?;
            inflate(held, if compressed { encoding } else { "identity" })?
        }
        _ => inflate(held, encoding)?,
    };
    let bytes = held.bytes.as_slice();
    let is_json = match protocol {
        Protocol::Json => true,
        Protocol::Grpc | Protocol::Protobuf => false,
        Protocol::Untold => bytes.trim_ascii_start().starts_with(b"{"),
    };
    let mut nothing = false;
    inbox.lock().statistics.traces += 1;
    let taken = inbox.take(|reader| match (protocol, is_json) {
        (_, true) => {
            let summary = reader.read_json(bytes, "OTLP over HTTP, JSON");
            let is_empty = bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).eq(b"{}");
            nothing = summary.other_lines > 0 || (summary.spans == 0 && summary.other_objects > 0 && !is_empty);
            summary
        }
        (Protocol::Grpc, false) => reader.read_protobuf(bytes, "OTLP over gRPC"),
        (_, false) => reader.read_protobuf(bytes, "OTLP over HTTP, protobuf"),
    });
    match taken.unreadable {
        Some(problem) => Err(Refusal::Unreadable(problem)),
        None if nothing => {
            let problem = "this JSON is no export of traces: it has no `resourceSpans` (keys are in lowerCamelCase)";
            Err(Refusal::Unreadable(problem.to_owned()))
        }
        None => Ok(taken),
    }
}

fn accepted(signal: Signal, protocol: Protocol, taken: Taken) -> Response<Body> {
    let partial = (taken.rejected > 0 && signal == Signal::Traces).then(|| ExportTracePartialSuccess {
        rejected_spans: i64::try_from(taken.rejected).unwrap_or(i64::MAX),
        error_message: taken.reason.unwrap_or_default(),
    });
    match protocol {
        Protocol::Json => {
            let body = match partial {
                Some(partial) => json!({ "partialSuccess": {
                    "rejectedSpans": partial.rejected_spans.to_string(),
                    "errorMessage": partial.error_message,
                } }),
                None => json!({}),
            };
            response(StatusCode::OK, "application/json", body.to_string().into_bytes())
        }
        Protocol::Protobuf | Protocol::Untold => {
            let body = ExportTraceServiceResponse { partial_success: partial }.encode_to_vec();
            response(StatusCode::OK, "application/x-protobuf", body)
        }
        Protocol::Grpc => grpc::answer(&ExportTraceServiceResponse { partial_success: partial }.encode_to_vec()),
    }
}

fn refused(inbox: &Inbox, protocol: Protocol, refusal: Refusal) -> Response<Body> {
    let (status, code, message) = match refusal {
        Refusal::Body(error) => {
            let (status, code) = match &error {
                BodyError::TooLong(_) => (StatusCode::PAYLOAD_TOO_LARGE, Code::ResourceExhausted),
                BodyError::Busy(_) => (StatusCode::TOO_MANY_REQUESTS, Code::Unavailable),
                BodyError::CutOff(_) | BodyError::Corrupt(_) => (StatusCode::BAD_REQUEST, Code::InvalidArgument),
                BodyError::UnknownEncoding(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::Unimplemented),
            };
            (status, code, error.to_string())
        }
        Refusal::Unreadable(message) => (StatusCode::BAD_REQUEST, Code::InvalidArgument, message),
        Refusal::Unknown(message) => (StatusCode::NOT_FOUND, Code::Unimplemented, message),
        Refusal::Method(method) => {
            let message = format!("OTLP is sent by `POST`, not by `{method}`");
            (StatusCode::METHOD_NOT_ALLOWED, Code::Unimplemented, message)
        }
    };
    // Somebody who only looks what is here loses nothing.
    if status != StatusCode::METHOD_NOT_ALLOWED {
        let mut state = inbox.lock();
        state.undecodable.get_or_insert_with(|| message.clone());
        state.doubt.get_or_insert_with(|| format!("a request was refused: {message}"));
    }
    if protocol == Protocol::Grpc {
        return grpc::refusal(code, &message);
    }
    let mut response = match protocol {
        Protocol::Json => {
            let body = json!({ "code": code as i32, "message": message }).to_string();
            response(status, "application/json", body.into_bytes())
        }
        Protocol::Protobuf => {
            response(status, "application/x-protobuf", Status { code: code as i32, message }.encode_to_vec())
        }
        _ => response(status, "text/plain; charset=utf-8", message.into_bytes()),
    };
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn response(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// `google.rpc.Status`, which tells over HTTP why a request was refused.
struct Status {
    code: i32,
    message: String,
}

impl Status {
    fn encode_to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        prost::encoding::int32::encode(1, &self.code, &mut bytes);
        prost::encoding::string::encode(2, &self.message, &mut bytes);
        bytes
    }
}
