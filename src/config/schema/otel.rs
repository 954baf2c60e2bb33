//! `[otel]`.

use super::{
    Choice, Content, EVERYONE, Form, NAME, RUN, Shape, TEXT, TEXTS, Table, TextRule, form, key, refused, table,
};

/// `[otel]`.
pub(super) static OTEL: Table = table(&[
    key("endpoint", TEXT, "Where an exporter over the network sends spans to, such as `http://localhost:4318`.")
        .holds(Content::Usual(&["http://localhost:4318", "http://localhost:4317"]))
        .read_by(EVERYONE),
    key("exporter", Shape::Text(TextRule::Choice(&EXPORTER)), "How spans leave the test, such as `stdout` or `otlp`.")
        .required()
        .read_by(EVERYONE),
    key("headers", Shape::Map(&TEXT), "Headers that the exporter sends along, such as `Authorization`."),
    key(
        "propagators",
        Shape::Forms(&[form(Shape::Table(&PROPAGATORS)), refused(TEXTS, "`propagators` as a list")]),
        "How the trace context travels between processes.",
    )
    .holds(PROPAGATOR),
    key("protocol", Shape::Text(TextRule::Choice(&PROTOCOL)), "The protocol of an OTLP exporter.").read_by(RUN),
    key("resources", RESOURCES, "Attributes of the resource that all spans come from, such as `service.name`.")
        .keyed_by(Content::ResourceAttribute)
        .read_by(RUN),
    key(
        "sample_ratio",
        Shape::Number(0.0, 1.0),
        "Which part of the traces is kept, from `0.0` to `1.0`. Tests want all of them.",
    )
    .read_by(RUN)
    .default("1.0"),
])
.slips(&[("resource", "resources"), ("url", "endpoint"), ("sampling", "sample_ratio")]);

const RESOURCES: Shape = Shape::Map(&RESOURCE_VALUE);

static RESOURCE_VALUE: Shape = Shape::Forms(&[
    form(TEXT),
    NOT_TEXT_INTEGER,
    refused(Shape::Boolean, "resource attributes that are no texts"),
    refused(Shape::Number(f64::MIN, f64::MAX), "resource attributes that are no texts"),
]);

const NOT_TEXT_INTEGER: Form = refused(Shape::Integer(i64::MIN, i64::MAX), "resource attributes that are no texts");

/// `[otel.propagators]`.
pub(super) static PROPAGATORS: Table = table(&[key(
    "use",
    Shape::List(&NAME),
    "The propagators, in order: `tracecontext`, `baggage`, `b3`, `b3multi`, `jaeger`.",
)
.holds(PROPAGATOR)
.required()]);

static EXPORTER: Choice = Choice {
    what: "exporter",
    values: &["stdout", "otlp", "otlp-http", "otlp-grpc", "jaeger", "zipkin", "datadog", "newrelic", "none"],
    also: &[],
    slips: &[("console", "stdout"), ("otel", "otlp"), ("http", "otlp-http"), ("grpc", "otlp-grpc")],
    strict: true,
};

static PROTOCOL: Choice = Choice {
    what: "protocol",
    values: &["http/protobuf", "grpc", "http/json"],
    also: &[],
    slips: &[("json", "http/json"), ("http", "http/protobuf"), ("protobuf", "http/protobuf")],
    strict: false,
};

/// What `propagators` may name.
const PROPAGATOR: Content = Content::Usual(&["tracecontext", "baggage", "b3", "b3multi", "jaeger"]);
