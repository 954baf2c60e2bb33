"""The program under test: a shop that takes an order, and tells of it with OpenTelemetry's own SDK.

It knows nothing of cleanroom tests: where its spans go, and how soon, the environment says.
"""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode


def main():
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("shop", "1.0.0")

    with tracer.start_as_current_span("shop.order", kind=SpanKind.SERVER) as order:
        order.set_attribute("order.items", 2)
        with tracer.start_as_current_span("shop.reserve", kind=SpanKind.INTERNAL) as reserve:
            reserve.set_attribute("stock.location", "shelf-7")
        with tracer.start_as_current_span("shop.pay", kind=SpanKind.INTERNAL) as pay:
            pay.set_attribute("payment.method", "card")
            pay.add_event("payment.accepted", {"amount": 42.5})
            pay.set_status(Status(StatusCode.OK))
        order.set_status(Status(StatusCode.OK))
    provider.shutdown()
    print("PASSED")


main()
