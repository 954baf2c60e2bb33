"""What a program does that only pretends: each way of lying is one word. The tests beside it show that none of them is believed.

Usage: fake.py WAY
"""

import sys
from time import sleep, time_ns

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


def order(tracer):
    return tracer.start_as_current_span("shop.order", kind=SpanKind.SERVER)


def reserve(tracer):
    with tracer.start_as_current_span("shop.reserve"):
        pass


def pay(tracer, currency="EUR", event="payment.accepted", status=StatusCode.OK):
    with tracer.start_as_current_span("shop.pay") as span:
        span.set_attribute("payment.currency", currency)
        span.add_event(event)
        span.set_status(Status(status))


def honest(tracer):
    # What all the others pretend to do: every test beside this file is green with it.
    with order(tracer):
        reserve(tracer)
        pay(tracer)


def wrong_parent(tracer):
    with order(tracer):
        reserve(tracer)
    # The payment is a trace of its own: nothing says that it belongs to the order.
    pay(tracer)


def wrong_status(tracer):
    with order(tracer):
        reserve(tracer)
        pay(tracer, status=StatusCode.ERROR)


def wrong_attribute(tracer):
    with order(tracer):
        reserve(tracer)
        pay(tracer, currency="USD")


def wrong_event(tracer):
    with order(tracer):
        reserve(tracer)
        pay(tracer, event="payment.declined")


def wrong_count(tracer):
    with order(tracer):
        reserve(tracer)
        pay(tracer)
        pay(tracer)


def wrong_order(tracer):
    with order(tracer):
        pay(tracer)
        reserve(tracer)


def wrong_window(tracer):
    with order(tracer) as above:
        reserve(tracer)
    # The order has long been answered when it is paid.
    sleep(0.1)
    with trace.use_span(above, end_on_exit=False):
        pay(tracer)


def wrong_duration(tracer):
    with order(tracer):
        reserve(tracer)
        with tracer.start_as_current_span("shop.pay"):
            sleep(1.2)


def forbidden(tracer):
    with order(tracer):
        reserve(tracer)
        pay(tracer)
        with tracer.start_as_current_span("admin.delete"):
            pass


def external(tracer):
    with order(tracer):
        with tracer.start_as_current_span("shop.pay", kind=SpanKind.CLIENT) as span:
            span.set_attribute("server.address", "api.payments.example.com")


def replayed(tracer):
    # A recording of yesterday's run, sent again.
    begin = time_ns() - DAY
    above = tracer.start_span("shop.order", kind=SpanKind.SERVER, start_time=begin)
    below = tracer.start_span("shop.pay", context=trace.set_span_in_context(above), start_time=begin + 10)
    below.end(end_time=begin + 20)
    above.end(end_time=begin + 30)


WAYS = {
    "honest": honest,
    "another-run": honest,
    "external": external,
    "forbidden": forbidden,
    "replayed": replayed,
    "wrong-attribute": wrong_attribute,
    "wrong-count": wrong_count,
    "wrong-duration": wrong_duration,
    "wrong-event": wrong_event,
    "wrong-order": wrong_order,
    "wrong-parent": wrong_parent,
    "wrong-status": wrong_status,
    "wrong-window": wrong_window,
}


def main():
    way = sys.argv[1]
    made = provider({"clnrm.run.id": "20200101T000000Z-beef"} if way == "another-run" else None)
    WAYS[way](made.get_tracer("fake"))
    made.shutdown()
    print("PASSED")


main()
