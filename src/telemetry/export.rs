//! Where spans and metrics go, and the way there: a bounded queue and a thread for each of the two, so that nobody waits.

use std::fmt;
use std::str::FromStr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{
    ExporterBuildError, MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;
use ureq::http::Uri;

use super::http::{Client, TIMEOUT};
use super::metrics;

/// How many ended spans wait at most for the next export; what comes on top is dropped.
const QUEUE: usize = 16 * 1024;

/// How long an ended span waits at most.
const SPAN_INTERVAL: Duration = Duration::from_secs(1);

/// How often metrics leave.
const METRIC_INTERVAL: Duration = Duration::from_secs(10);

/// How long the end of the process waits at most for the last export.
const LAST_EXPORT: Duration = Duration::from_secs(1);

/// A collector's base address, such as `http://localhost:4318`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

/// Why an address is none of a collector.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EndpointError {
    /// It is no address at all, or lacks the host.
    #[error("it is no address such as `http://localhost:4318`")]
    NoAddress,
    /// It is another scheme than `http`.
    #[error("only `http` is spoken: let a collector on this machine pass it on")]
    Scheme,
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let address: Uri = text.parse().map_err(|_| EndpointError::NoAddress)?;
        match (address.scheme_str(), address.host()) {
            (Some("http"), Some(_)) => {}
            (Some(_), Some(_)) => return Err(EndpointError::Scheme),
            _ => return Err(EndpointError::NoAddress),
        }
        let base = text.trim_end_matches('/');
        Ok(Self(base.strip_suffix("/v1/traces").unwrap_or(base).to_owned()))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An export under way. End it with [`Export::finish`], or what waits is lost.
pub struct Export {
    spans: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

impl Export {
    /// Starts exporting metrics at once and the spans of [`Export::layer`]. Does not connect; a collector that can't be reached
    /// is a line in the log and harms nothing.
    ///
    /// # Errors
    /// When `OTEL_EXPORTER_OTLP_…` variables hold what can't be used.
    pub fn start(endpoint: &Endpoint) -> Result<Self, ExporterBuildError> {
        let client = Client::new();
        let resource = Resource::builder()
            .with_service_name(env!("CARGO_PKG_NAME"))
            .with_attributes([
                KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
                KeyValue::new("process.pid", i64::from(std::process::id())),
            ])
            .build();
        let spans = SpanExporter::builder()
            .with_http()
            .with_http_client(client.clone())
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(TIMEOUT)
            .build()?;
        let queue =
            BatchConfigBuilder::default().with_max_queue_size(QUEUE).with_scheduled_delay(SPAN_INTERVAL).build();
        let spans = SdkTracerProvider::builder()
            .with_span_processor(BatchSpanProcessor::builder(spans).with_batch_config(queue).build())
            .with_resource(resource.clone())
            .build();
        let figures = MetricExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{endpoint}/v1/metrics"))
            .with_timeout(TIMEOUT)
            .build()?;
        let figures = SdkMeterProvider::builder()
            .with_reader(PeriodicReader::builder(figures).with_interval(METRIC_INTERVAL).build())
            .with_resource(resource)
            .build();
        metrics::start(&figures.meter(env!("CARGO_PKG_NAME")));
        Ok(Self { spans, metrics: figures })
    }

    /// What takes the spans of this program from `tracing`. Its filter is its own: the log stays as quiet as it is.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.spans.tracer(env!("CARGO_PKG_NAME")))
            .with_tracked_inactivity(false)
            .with_filter(Targets::new().with_target(env!("CARGO_CRATE_NAME"), LevelFilter::DEBUG))
    }

    /// Exports what waits; returns after a second at the latest, and then the rest is lost.
    pub fn finish(self) {
        let (done, all_done) = mpsc::channel();
        let Self { spans, metrics } = self;
        let spans_done = done.clone();
        // Errors have been logged by the client; a receiver that is gone has waited long enough.
        thread::spawn(move || {
            spans.shutdown_with_timeout(LAST_EXPORT).unwrap_or(());
            spans_done.send(()).unwrap_or(());
        });
        thread::spawn(move || {
            metrics.shutdown_with_timeout(LAST_EXPORT).unwrap_or(());
            done.send(()).unwrap_or(());
        });
        let deadline = Instant::now() + LAST_EXPORT;
        for _ in 0..2 {
            let left = deadline.saturating_duration_since(Instant::now());
            if all_done.recv_timeout(left).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_base_address() {
        for text in ["http://localhost:4318", "http://localhost:4318/", "http://localhost:4318/v1/traces"] {
            assert_eq!(text.parse(), Ok(Endpoint("http://localhost:4318".to_owned())), "{text}");
        }
        assert_eq!("https://example.com".parse::<Endpoint>(), Err(EndpointError::Scheme));
        for text in ["", "localhost", "http://", "/v1/traces"] {
            assert_eq!(text.parse::<Endpoint>(), Err(EndpointError::NoAddress), "{text}");
        }
    }
}
