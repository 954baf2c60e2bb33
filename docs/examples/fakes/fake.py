"""What a program does that only pretends: each way of lying is one word. The tests beside it show that none of them is believed.

Usage: fake.py WAY
"""

import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

DAY = 24 * 60 * 60 * 10**9


def provider(attributes=None):
    made = TracerProvider(resource=Resource.create(attributes))
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


def wrong_parent(tracer):
    with tracer.start_as_current_span("shop.order", kind=SpanKind.SERVER):
        pass
    # The payment is a trace of its own: nothing says that it belongs to the order.
    with tracer.start_as_current_span("shop.pay"):
        pass


def wrong_status(tracer):
    with tracer.start_as_current_span("shop.order", kind=SpanKind.SERVER):
        with tracer.start_as_current_span("shop.pay") as pay:
            pay.set_status(Status(StatusCode.ERROR, "card declined"))


def replayed(tracer):
    # A recording of yesterday's run, sent again.
    from time import time_ns

    begin = time_ns() - DAY
    order = tracer.start_span("shop.order", kind=SpanKind.SERVER, start_time=begin)
    pay = tracer.start_span("shop.pay", context=trace.set_span_in_context(order), start_time=begin + 10)
    pay.end(end_time=begin + 20)
    order.end(end_time=begin + 30)


def good(tracer):
    with tracer.start_as_current_span("shop.order", kind=SpanKind.SERVER):
        with tracer.start_as_current_span("shop.pay"):
            pass


def external(tracer):
    with tracer.start_as_current_span("shop.order", kind=SpanKind.SERVER):
        with tracer.start_as_current_span("shop.pay", kind=SpanKind.CLIENT) as pay:
            pay.set_attribute("server.address", "api.payments.example.com")


WAYS = {
    "wrong-parent": wrong_parent,
    "wrong-status": wrong_status,
    "replayed": replayed,
    "another-run": good,
    "external": external,
}


def main():
    way = sys.argv[1]
    made = provider({"clnrm.run.id": "20200101T000000Z-beef"} if way == "another-run" else None)
    WAYS[way](made.get_tracer("fake"))
    made.shutdown()
    print("PASSED")


main()
