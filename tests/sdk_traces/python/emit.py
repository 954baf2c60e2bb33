"""Emits the checkout trace with OpenTelemetry's Python SDK, through each exporter that writes a format we read.

Usage: emit.py EXPORTER TARGET
  otlp-proto ENDPOINT   OTLP protobuf over HTTP to ENDPOINT
  otlp-json  ENDPOINT   OTLP JSON over HTTP to ENDPOINT
  json-file  FILE       OTLP JSON lines
  console    FILE       the console exporter's JSON
"""

import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode


def exporter(kind, target):
    if kind == "otlp-proto":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(endpoint=target)
    if kind == "otlp-json":
        from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(endpoint=target)
    if kind == "json-file":
        from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter

        return FileSpanExporter(target)
    if kind == "console":
        return ConsoleSpanExporter(out=open(target, "w", encoding="utf-8"))
    sys.exit(f"unknown exporter {kind!r}")


def main():
    provider = TracerProvider(resource=Resource.create({"service.name": "shop", "deployment.environment.name": "test"}))
    provider.add_span_processor(SimpleSpanProcessor(exporter(sys.argv[1], sys.argv[2])))
    tracer = provider.get_tracer("checkout", "1.2.0")

    with tracer.start_as_current_span("checkout", kind=SpanKind.SERVER) as root:
        root.set_attributes({
            "http.request.method": "POST",
            "http.response.status_code": 200,
            "cart.total": 42.5,
            "cart.gift": True,
            "cart.items": ["café", "tea"],
        })
        root.add_event("cart.loaded", {"items": 2})
        for table in ("carts", "prices", "stock"):
            with tracer.start_as_current_span("db.query", kind=SpanKind.CLIENT) as query:
                query.set_attribute("db.collection.name", table)
        link = Link(root.get_span_context(), {"reason": "retry"})
        with tracer.start_as_current_span("payment", kind=SpanKind.CLIENT, links=[link]) as payment:
            payment.set_attribute("server.address", "localhost")
            payment.add_event("declined", {"code": 51})
            payment.set_status(Status(StatusCode.ERROR, "card declined"))
        root.set_status(Status(StatusCode.OK))
    provider.shutdown()


main()
