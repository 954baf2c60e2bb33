//! The shop in Rust, with OpenTelemetry's own SDK and exporter; only the last step, the network, is left out.

use std::future::{self, Future};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use opentelemetry::trace::{Span, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

/// Keeps what would be sent.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<Vec<u8>>>>);

impl HttpClient for Kept {
    fn send_bytes<'life, 'future>(
        &'life self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'future>>
    where
        'life: 'future,
        Self: 'future,
    {
        self.0.lock().unwrap().push(request.into_body().to_vec());
        Box::pin(future::ready(Ok(Response::new(Bytes::new()))))
    }
}

/// The bodies that the exporter sent.
pub fn emit(protocol: Protocol) -> Vec<Vec<u8>> {
    let kept = Kept::default();
    let exporter =
        SpanExporter::builder().with_http().with_http_client(kept.clone()).with_protocol(protocol).build().unwrap();
    let resource = Resource::builder()
        .with_service_name("shop")
        .with_attribute(KeyValue::new("deployment.environment.name", "test"))
        .build();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter).with_resource(resource).build();
    let tracer = provider.tracer_with_scope(InstrumentationScope::builder("checkout").with_version("1.2.0").build());

    let start = |name: &'static str, kind, within: &Context| {
        tracer.build_with_context(SpanBuilder::from_name(name).with_kind(kind), within)
    };
    let mut root = start("checkout", SpanKind::Server, &Context::new());
    let items: Vec<StringValue> = vec!["café".into(), "tea".into()];
    root.set_attributes([
        KeyValue::new("http.request.method", "POST"),
        KeyValue::new("http.response.status_code", 200),
        KeyValue::new("cart.total", 42.5),
        KeyValue::new("cart.gift", true),
        KeyValue::new("cart.items", Value::Array(items.into())),
    ]);
    root.add_event("cart.loaded", vec![KeyValue::new("items", 2)]);
    let within = Context::new().with_span(root);
    for table in ["carts", "prices", "stock"] {
        let mut query = start("db.query", SpanKind::Client, &within);
        query.set_attribute(KeyValue::new("db.collection.name", table));
        query.end();
    }
    let root = within.span();
    let mut payment = start("payment", SpanKind::Client, &within);
    payment.add_link(root.span_context().clone(), vec![KeyValue::new("reason", "retry")]);
    payment.set_attribute(KeyValue::new("server.address", "localhost"));
    payment.add_event("declined", vec![KeyValue::new("code", 51)]);
    payment.set_status(Status::error("card declined"));
    payment.end();
    root.set_status(Status::Ok);
    root.end();
    provider.shutdown().unwrap();
    let bodies = kept.0.lock().unwrap();
    bodies.clone()
}
